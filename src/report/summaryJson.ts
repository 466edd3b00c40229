import type { Interval } from "../record/statistics/blockBootstrap.ts";
import type { RunRecord, RunSummary } from "../record/runRecord.ts";

/** Keys of `summary.json` in the order in which they are written: that of `RunSummary`. */
export const SUMMARY_KEYS = [
  "symbol",
  "from",
  "to",
  "bars",
  "gapBars",
  "trades",
  "equityStartUsdt",
  "equityEndUsdt",
  "feesUsdt",
  "fundingUsdt",
  "slippageUsdt",
  "totalReturn",
  "cagr",
  "volatility",
  "sharpe",
  "sortino",
  "calmar",
  "maxDrawdown",
  "maxDrawdownDays",
  "maxDrawdownAtBars",
  "maxDrawdownAtBarsMinutes",
  "ruinedAtMs",
  "winRate",
  "profitFactor",
  "expectancyUsdt",
  "exposure",
  "turnover",
  "meanHoldingMinutes",
  "valueAtRisk95",
  "conditionalValueAtRisk95",
  "riskRefusals",
  "ordersRejected",
  "noTradeReason",
  "haltedAtMs",
  "halts",
  "strictEquityEndUsdt",
  "decisions",
  "orders",
  "decisionsSha256",
  "replaySeconds",
  "barsPerSecond",
  "peakRssMb",
] as const satisfies readonly (keyof RunSummary)[];

/** Does not compile when `RunSummary` has a key that is missing above. */
type Missing = Exclude<keyof RunSummary, (typeof SUMMARY_KEYS)[number]>;
const complete: [Missing] extends [never] ? true : Missing = true;
void complete;

type Scalar = string | boolean | number | null;
type Json =
  Scalar | readonly string[] | Readonly<Record<string, Scalar | readonly (number | null)[]>> | readonly Readonly<Record<string, Scalar>>[];
type Summarised = Pick<
  RunRecord,
  "identity" | "summary" | "fillModes" | "refusals" | "rejections" | "members" | "shadows" | "verdict" | "intervals" | "targets"
>;

/** The summary as one JSON document, what `--json` prints and `summary.json` holds; NaN and infinities are null. */
export const summaryJson = (record: Summarised): string => `${JSON.stringify(summaryObject(record), null, 2)}\n`;

/**
 * The summary with its keys in order and every number that JSON cannot hold as null, then what a reader must know (`warnings`, the `!`
 * lines of the text), the verdict, intervals and targets by year, plans that risk refused by rule, orders that the venue refused by code, which code ran, and `fillModes` where fills
 * were compared.
 */
export const summaryObject = ({
  identity,
  summary,
  refusals,
  rejections,
  fillModes,
  members,
  shadows,
  verdict,
  intervals,
  targets,
}: Summarised): Readonly<Record<string, Json>> => ({
  ...Object.fromEntries(SUMMARY_KEYS.map((key) => [key, finite(summary[key])])),
  verdict: Object.fromEntries(Object.entries(verdict).map(([key, value]) => [key, finite(value as string | number)])),
  intervals: Object.fromEntries(Object.entries(intervals).map(([key, ends]) => [key, (ends as Interval).map(finite)])),
  targets: rows(targets),
  warnings: identity.warnings,
  refusals: rows(refusals),
  rejections: rows(rejections),
  ...(identity.verified === undefined ? {} : { verified: identity.verified }),
  commit: identity.commit,
  modules: identity.modules,
  ...(identity.models === undefined ? {} : { models: identity.models }),
  ...(identity.inSample === undefined ? {} : { inSample: identity.inSample }),
  ...(members === undefined ? {} : { members: rows(members.spoke), fallbacks: rows(members.fellBack) }),
  ...(shadows === undefined ? {} : { shadows: rows(shadows.results) }),
  ...(fillModes === undefined ? {} : { fillModes: rows(fillModes) }),
});

const rows = (list: readonly object[]): Readonly<Record<string, Scalar>>[] =>
  list.map((row) => Object.fromEntries(Object.entries(row).map(([key, value]) => [key, finite(value as Scalar)])));

const finite = <T>(value: T): T | null => (typeof value === "number" && !Number.isFinite(value) ? null : value);
