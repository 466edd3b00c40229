import type { Instrument } from "../../src/domain/instrument.ts";
import type { BarView } from "../../src/domain/kline.ts";
import type { Seen } from "../seen.ts";
import type { Upstreams } from "../serving.ts";

/** Numbers of an L2 row before its embedding: P(up), P(down). */
export const PATTERN_PROBABILITIES = 2;

/**
 * A member of L2 as a step machine over decision bars: the shipped descriptors and users' own modules (`--pattern ./mine.ts`) alike.
 * State is per instrument; the same bars must always give the same output (no clock, no randomness).
 */
export interface PatternModule<S = unknown> {
  readonly name: string;
  /** Features that it reads (docs/features.md), in the order of `seen.x`. */
  readonly features: readonly string[];
  /** Names of the embedding's numbers. */
  readonly embedding: readonly string[];
  /** Members that it was made to stand behind: it speaks while they do. Absent: any. */
  readonly upstreams?: Upstreams;
  /** What a gap does to the state: `reset` makes it anew, `keep` goes on. */
  readonly onGap: "reset" | "keep";
  init(instrument: Instrument): S;
  /**
   * One decision bar, whether its features are known or not. True: it has filled `out` with P(up) and P(down) over its horizon (their
   * sum is at most 1; the rest is neither) and the embedding; false: it is not warm.
   */
  decide(state: S, bar: BarView, out: Float64Array, seen: Seen): boolean;
}

/** What a pattern module's file exports as default: options (from `pattern.options` of the config) → module. */
export type PatternFactory = (options: Readonly<Record<string, unknown>>) => PatternModule;

/** Types the state of a module: `export default patternModule((options) => ({ … }))`. */
export const patternModule =
  <S>(factory: (options: Readonly<Record<string, unknown>>) => PatternModule<S>): PatternFactory =>
  (options) =>
    factory(options);
