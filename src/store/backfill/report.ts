import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import type { UserError } from "../../domain/units.ts";
import type { LabelEnd } from "../../venues/binance/archive/metricsCsv.ts";
import type { Hole } from "../coverage/hole.ts";
import type { LabelWitness } from "./metricsLabels.ts";
import type { RulesReport } from "../rules/learnedRules.ts";

/** What a series of the store lacks. */
export interface SeriesHole extends Hole {
  readonly symbol: string;
  readonly kind: StoredKind;
  readonly market: string;
}

/** Ids that a file of trades skips. */
interface FileIdGaps {
  readonly file: string;
  readonly places: number;
  readonly ids: number;
}

export interface BackfillReport {
  filesLanded: number;
  filesSkipped: number;
  bytes: number;
  rows: number;
  rowsFromRest: number;
  /** Files that landed without a checksum of the archive, by name. */
  unverified: string[];
  /** Files of a local archive that look like data and were not used. */
  unused: readonly string[];
  /** Sums over the files that landed (`Mended`). */
  identicalDuplicates: number;
  conflictingDuplicates: number;
  outOfOrder: number;
  blankRows: number;
  shortBars: number;
  /** Files of trades that skip ids of aggregates, and those whose aggregates leave ids of single trades out. */
  idGaps: FileIdGaps[];
  tradeIdGaps: FileIdGaps[];
  /** Number of metrics files for each end that labels name, and the evidence for it. */
  labels: { readonly labels: LabelEnd; readonly by: LabelWitness; files: number }[];
  /** Files of the store that were damaged or gone, and were brought anew as far as the sources have them. */
  dropped: string[];
  /** Files that the archive should have and has not, in order. */
  missing: string[];
  /** Symbols that the exchange does not list any more: their history has ended. */
  unlisted: string[];
  holes: SeriesHole[];
  /** Bars without any trade at the end of a symbol's history: `bars` from `fromMs` on. */
  quietEnds: { readonly symbol: string; readonly market: string; readonly fromMs: number; readonly bars: number }[];
  spans: readonly HistorySpan[];
  /** Rules of the symbols whose prices came. */
  rules: readonly RulesReport[];
  /** Symbols that are not complete, and why; what has landed stays. */
  failures: { readonly symbol: string; readonly error: UserError }[];
  /** True when the signal ended the work; what has landed stays. */
  aborted: boolean;
}

export const emptyReport = (): BackfillReport => ({
  filesLanded: 0,
  filesSkipped: 0,
  bytes: 0,
  rows: 0,
  rowsFromRest: 0,
  unverified: [],
  unused: [],
  identicalDuplicates: 0,
  conflictingDuplicates: 0,
  outOfOrder: 0,
  blankRows: 0,
  shortBars: 0,
  idGaps: [],
  tradeIdGaps: [],
  labels: [],
  dropped: [],
  missing: [],
  unlisted: [],
  holes: [],
  quietEnds: [],
  spans: [],
  rules: [],
  failures: [],
  aborted: false,
});
