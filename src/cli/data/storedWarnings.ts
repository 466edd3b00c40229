import { dollarOf } from "../../domain/contract.ts";
import { formatUtc } from "../../domain/time.ts";
import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { Store } from "../../store/store.ts";
import type { StoredBars } from "./storedBars.ts";
import { labels, TRADES } from "./storedBars.ts";

/** Warnings about the source of the bars; `holder` is the subject of the sentences. */
export const barWarnings = (bars: readonly StoredBars[], holder: string): string[] => {
  const warnings: string[] = [];
  const spot = bars.filter(({ market }) => market === "spot").map(({ symbol }) => symbol);
  if (spot.length > 0)
    warnings.push(`Spot klines of ${spot.join(", ")} stand in for the perpetual: same price to a few basis points, other volume.`);
  if (bars.some(({ market }) => market === "simulated"))
    warnings.push("The prices in this store come from the market simulator, not from an exchange.");
  for (const { symbol, market } of bars)
    if (market !== "simulated" && dollarOf(symbol) !== undefined)
      warnings.push(`${symbol} is settled in ${dollarOf(symbol) ?? ""}: the account counts it as USDT, one for one.`);
  for (const { symbol } of bars.filter((each) => each.fromTrades && each.otherIntervalsMs.length === 0))
    warnings.push(`${holder} has no klines of ${symbol} in this range: bars come from trades.`);
  for (const { symbol, otherIntervalsMs } of bars.filter((each) => each.fromTrades && each.otherIntervalsMs.length > 0))
    warnings.push(`${holder} has no 1m klines of ${symbol} in this range, only ${labels(otherIntervalsMs)}: bars come from trades.`);
  return warnings;
};

/** The same of trades and books; `unknown`: symbols whose book no snapshot of the day before begins. */
export const tickWarnings = (
  bars: readonly StoredBars[],
  held: readonly HistorySpan[],
  unknown: readonly string[],
  holder: string,
  fromMs: number,
  toMs: number,
): string[] => {
  const warnings: string[] = [];
  for (const { symbol, fromTrades: heard } of bars) {
    const steady = heard ? [] : held.filter((span) => span.symbol === symbol && STEADY.includes(span.kind));
    const [parts, wholes] = [steady.filter((span) => isPart(span, fromMs, toMs)), steady.filter((span) => !isPart(span, fromMs, toMs))];
    const lacking = parts.filter(({ kind }) => !(TRADES.includes(kind) && wholes.some((whole) => TRADES.includes(whole.kind))));
    const shown = lacking.map((span) => `${span.kind} from ${formatUtc(span.fromMs)} to ${formatUtc(span.toMs)}`);
    if (shown.length > 0) warnings.push(`${holder} has of ${symbol} only a part of this range: ${shown.join(", ")}.`);
    const of = (kind: StoredKind): HistorySpan | undefined => held.find((span) => span.symbol === symbol && span.kind === kind);
    const [diffs, snapshots] = [of("bookDiff"), of("bookSnapshot")];
    if (diffs === undefined) continue;
    if (snapshots === undefined) warnings.push(`${holder} has no order book snapshot of ${symbol}: the book stays unknown.`);
    else if (snapshots.fromMs >= fromMs + MINUTE_MS)
      warnings.push(`The first order book snapshot of ${symbol} is of ${formatUtc(snapshots.fromMs)}: until then the book is unknown.`);
    else if (unknown.includes(symbol))
      warnings.push(`No order book snapshot of ${symbol} lies in the day before the run: until the next one the book is unknown.`);
  }
  return warnings;
};

/** Kinds that come every few seconds at most: a minute without one is a minute that was not recorded. */
const STEADY: readonly StoredKind[] = ["markPrice", "bookDiff", "bestBidAsk", ...TRADES];

const isPart = (span: HistorySpan, fromMs: number, toMs: number): boolean =>
  span.fromMs >= fromMs + MINUTE_MS || span.toMs <= toMs - MINUTE_MS;

/** So many files of an older version have no hash: what is damaged in them cannot be known. */
export const hashWarnings = (files: number, store: Store): readonly string[] => {
  if (files === 0) return [];
  const [have, them] = files === 1 ? ["file of the history has", "it"] : ["files of the history have", "them"];
  return [
    `${files} ${have} no hash, as an older version wrote ${them}: damage to ${them} is not noticed. riposte verify --adopt ${store.options} gives ${them} one.`,
  ];
};
