import type { BeliefLayer, Upstreams } from "./serving.ts";

/** How an inference ended: `ok`, or why none of its rows has an answer. */
export type InferenceOutcome = "ok" | "late" | "crashed";

/**
 * The second kind of member of L1 to L3, beside the step machines: a model without state, such as trees or a network. The layer keeps the
 * window and asks for many rows at once.
 */
export interface WindowMember {
  /** Names it in events and reports, e.g. `lightgbm@3`. */
  readonly name: string;
  /** Decision bars that it sees at once, the present one included; 1 for trees. */
  readonly window: number;
  /** Rows that it is asked about at once at most, where it is as fast with few: what waits for it stays in the processor's cache. */
  readonly batchRows?: number;
  /** Features that it reads of each bar (docs/features.md). */
  readonly features: readonly string[];
  /**
   * Layers before its own that it reads of each bar, behind the features: L1's seven probabilities, L2's P(up), P(down) and embedding. A
   * belief that was not ready is `MISSING_BELIEF` in every number and does not silence the window.
   */
  readonly beliefs: readonly Exclude<BeliefLayer, "signal">[];
  /** It reads what its own layer's rule says of each bar, behind the beliefs, and is not asked where the rule is not ready or leaves a number out. */
  readonly rule?: boolean;
  /** Members that it was trained behind: it speaks while they serve. */
  readonly upstreams?: Upstreams;
  /** Names of the numbers behind P(up) and P(down); a member of L2 only. */
  readonly embedding?: readonly string[];
  /**
   * `input`: `[rows, window, features, beliefs and rule]` float64, row-major, oldest bar first. Fills `out`, `[rows, numbers]`: seven
   * probabilities of L1; P(up), P(down) and the embedding of L2; P(LONG), P(SHORT), P(NEUTRAL), net return of a long and of a short and
   * confidence of L3 (NaN: not stated). A row that it cannot speak of gets its reason in `unready`, which arrives as "" for every row.
   * The answer of a row must not depend on the rows beside it.
   */
  infer(input: Float64Array, rows: number, out: Float64Array, unready: string[]): InferenceOutcome;
}

/** Stands for each number of a belief that was not ready inside a window. No vector of probabilities is all zeros. */
export const MISSING_BELIEF = 0;

export const isWindowMember = (member: object): member is WindowMember => "infer" in member;
