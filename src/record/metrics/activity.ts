import { DAYS_PER_YEAR } from "../../risk/sharpeBound.ts";
import type { FillRow, TradeRow } from "../runRecord.ts";
import { DAY_MS, MINUTE_MS } from "../../domain/units.ts";

type Spans = readonly Pick<TradeRow, "entryTimeMs" | "exitTimeMs">[];

/**
 * Share of the time from `fromMs` to `toMs` in which at least one position was open: the length of the union of the trades'
 * spans, so that two symbols at once do not count twice. Trades in any order. NaN for an empty range.
 */
export const exposure = (trades: Spans, fromMs: number, toMs: number): number => {
  const inOrder = [...trades].sort((a, b) => a.entryTimeMs - b.entryTimeMs);
  let heldMs = 0;
  let coveredMs = fromMs;
  for (const { entryTimeMs, exitTimeMs } of inOrder) {
    const end = Math.min(exitTimeMs, toMs);
    heldMs += Math.max(0, end - Math.max(entryTimeMs, coveredMs));
    coveredMs = Math.max(coveredMs, end);
  }
  return heldMs / (toMs - fromMs);
};

/** Mean time from entry to exit of a trade, in minutes. NaN without trades. */
export const meanHoldingMinutes = (trades: Spans): number =>
  trades.reduce((sum, { entryTimeMs, exitTimeMs }) => sum + (exitTimeMs - entryTimeMs), 0) / trades.length / MINUTE_MS;

/**
 * Turnover a year: Σ |price · quantity| of all fills, in and out, over mean equity, scaled to 365 days. NaN for an empty
 * range or without equity.
 */
export const turnover = (
  fills: Iterable<Pick<FillRow, "price" | "qty">>,
  equityUsdt: readonly number[],
  fromMs: number,
  toMs: number,
): number => {
  let traded = 0;
  for (const { price, qty } of fills) traded += Math.abs(price * qty);
  const meanEquity = equityUsdt.reduce((sum, value) => sum + value, 0) / equityUsdt.length;
  const years = (toMs - fromMs) / DAY_MS / DAYS_PER_YEAR;
  return years > 0 ? traded / meanEquity / years : NaN;
};
