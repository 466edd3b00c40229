import type { BeliefLayer } from "../../models/serving.ts";

export type ShadowDecision = "" | "promote" | "rollBack";

/** A challenger and its champion on one UTC day: a row of `shadow.csv`. */
export interface ShadowDay {
  readonly dayMs: number;
  readonly layer: BeliefLayer;
  readonly champion: string;
  readonly challenger: string;
  /** Judged bars whose label is known. */
  readonly bars: number;
  /** Mean scores over them: net returns of a signal, log-likelihoods of a regime. */
  readonly championScore: number;
  readonly challengerScore: number;
  /** That the challenger is no better than the champion, and no better than nothing (NaN: not tested); as they stood when it was promoted. */
  readonly eChampion: number;
  readonly eNothing: number;
  /** Since it was promoted: that the champion before is no better than it; NaN before that. */
  readonly eRollBack: number;
  readonly decision: ShadowDecision;
}

/** What came of a challenger over a run. */
export interface ShadowResult {
  readonly layer: BeliefLayer;
  readonly champion: string;
  readonly challenger: string;
  readonly days: number;
  readonly bars: number;
  /** Judged bars at which the challenger spoke itself, and, of a signal, at which it, and its champion, would have acted. */
  readonly spoke: number;
  readonly acted: number;
  readonly championActed: number;
  /** Mean over the days. */
  readonly championScore: number;
  readonly challengerScore: number;
  readonly eChampion: number;
  readonly eNothing: number;
  readonly eRollBack: number;
  /** 1 / α: what an e-value must reach. */
  readonly needed: number;
  /** 00:00 UTC at which it would have begun to serve, or the champion before again, and the days that led there; null: never. */
  readonly promotedMs: number | null;
  readonly promotedDays: number | null;
  readonly rolledBackMs: number | null;
  /** It was not only compared: these changes were made on the line. */
  readonly actedOut: boolean;
}

export interface ShadowRecord {
  readonly results: readonly ShadowResult[];
  readonly days: readonly ShadowDay[];
}
