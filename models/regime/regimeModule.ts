import type { Instrument } from "../../src/domain/instrument.ts";
import type { BarView } from "../../src/domain/kline.ts";
import type { Seen } from "../seen.ts";
import type { Upstreams } from "../serving.ts";

/**
 * A member of L1 as a step machine over decision bars: the shipped rule and users' own modules (`--regime ./mine.ts`) alike. State is
 * per instrument; the same bars must always give the same output (no clock, no randomness).
 */
export interface RegimeModule<S = unknown> {
  readonly name: string;
  /** Features that it reads (docs/features.md), in the order of `seen.x`. */
  readonly features: readonly string[];
  /** Members that it was made to stand behind: it speaks while they do. Absent: any. */
  readonly upstreams?: Upstreams;
  /** What a gap does to the state: `reset` makes it anew, `keep` goes on. */
  readonly onGap: "reset" | "keep";
  init(instrument: Instrument): S;
  /**
   * One decision bar, whether its features are known or not. True: it has filled `out` with seven probabilities that sum to 1, in the
   * order of `REGIME_STATES`; false: it is not warm.
   */
  decide(state: S, bar: BarView, out: Float64Array, seen: Seen): boolean;
}

/** What a regime module's file exports as default: options (from `regime.options` of the config) → module. */
export type RegimeFactory = (options: Readonly<Record<string, unknown>>) => RegimeModule;

/** Types the state of a module: `export default regimeModule((options) => ({ … }))`. */
export const regimeModule =
  <S>(factory: (options: Readonly<Record<string, unknown>>) => RegimeModule<S>): RegimeFactory =>
  (options) =>
    factory(options);
