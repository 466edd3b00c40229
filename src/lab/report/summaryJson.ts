import type { RunSummary } from "../runRecord.ts";

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
  "winRate",
  "profitFactor",
  "expectancyUsdt",
  "exposure",
  "turnover",
  "meanHoldingMinutes",
  "valueAtRisk95",
  "conditionalValueAtRisk95",
  "riskRefusals",
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

/** The summary as one JSON document, what `--json` prints and `summary.json` holds; NaN and infinities are null. */
export const summaryJson = (summary: RunSummary): string => `${JSON.stringify(summaryObject(summary), null, 2)}\n`;

/** The summary with its keys in order and every number that JSON cannot hold as null. */
export const summaryObject = (summary: RunSummary): Readonly<Record<string, string | number | null>> =>
  Object.fromEntries(
    SUMMARY_KEYS.map((key) => {
      const value = summary[key];
      return [key, typeof value === "number" && !Number.isFinite(value) ? null : value];
    }),
  );
