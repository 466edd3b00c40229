import type { Instrument } from "../../src/domain/instrument.ts";
import type { BarView } from "../../src/domain/kline.ts";
import type { Seen } from "../seen.ts";
import type { Upstreams } from "../serving.ts";

/** What a member of L3 says of one decision bar: probabilities that sum to 1, and expected net returns as fractions. */
export interface SignalOutput {
  pLong: number;
  pShort: number;
  pNeutral: number;
  /** Expected net return of a long over the horizon; NaN when the member states none. */
  netLong: number;
  netShort: number;
  /** Calibrated probability that the likelier side ends with a profit after costs; NaN when the member states none. */
  confidence: number;
}

/**
 * A member of L3 as a step machine over bars: the shipped rules and users' own modules (`--signal ./mine.ts`) alike.
 * State is per instrument and made by `init`; the same bars must always give the same output (no clock, no randomness).
 */
export interface SignalModule<S = unknown> {
  readonly name: string;
  /** Base bars after the start, or after a gap that resets, before `decide` counts. */
  readonly warmUpBars: number;
  /** Members that it was made to stand behind: it speaks while they do. Absent: any. */
  readonly upstreams?: Upstreams;
  /** What a gap does to the state: `reset` makes it anew, `keep` goes on as if nothing was missing. */
  readonly onGap: "reset" | "keep";
  /** Features that it reads (docs/features.md), in the order of `seen.x`; while one is unknown the signal is not ready. */
  readonly features?: readonly string[];
  /** Layers that must be ready before the signal is. */
  readonly layers?: readonly ("regime" | "pattern")[];
  init(instrument: Instrument): S;
  /** A closed bar of a longer time frame; comes before the decision bar that closes at the same minute. */
  longerBar?(state: S, bar: BarView): void;
  /** One decision bar: updates `state` and fills every field of `out` (which arrives neutral). */
  decide(state: S, bar: BarView, out: SignalOutput, seen: Seen): void;
}

/** What a signal module's file exports as default: options (from `signal.options` of the config) → module. */
export type SignalFactory = (options: Readonly<Record<string, unknown>>) => SignalModule;

/** Types the state of a module: `export default signalModule((options) => ({ … }))`. */
export const signalModule =
  <S>(factory: (options: Readonly<Record<string, unknown>>) => SignalModule<S>): SignalFactory =>
  (options) =>
    factory(options);
