import type { Instrument } from "../../domain/instrument.ts";
import { formatUtc } from "../../domain/time.ts";
import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../domain/units.ts";
import { folderOf } from "../../venues/binance/archive/archivePath.ts";
import { landedAs } from "../../store/backfill/landedFiles.ts";
import type { Hole } from "../../store/coverage/hole.ts";
import { sumOf } from "../../store/coverage/hole.ts";
import { quietEnd } from "../../store/coverage/quietEnd.ts";
import { grouped, holesText, missingText } from "../../store/coverage/words.ts";
import { marketsBeside } from "../../store/reading/catalog.ts";
import type { Store } from "../../store/store.ts";
import type { StoredBars } from "./storedBars.ts";
import { TRADES } from "./storedBars.ts";

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Holes inside the klines are counted on the data line; from a day in one piece, or this share of all, they are a warning. */
const SHARE_MAX = 0.01;

/** Kinds that are read beside bars and funding and come at a cadence, or numbered: a run should know where they are not. */
const TOLD: readonly StoredKind[] = ["openInterest", "longShortRatio", "bestBidAsk", "markPrice", "bookDiff", ...TRADES];

/**
 * What the history lacks of a run's range, a warning each: bars and funding of every symbol, and of the other kinds those that are `held`.
 */
export const holeWarnings = async (
  store: Store,
  bars: readonly StoredBars[],
  instruments: readonly Instrument[],
  held: readonly HistorySpan[],
  range: Range,
): Promise<string[]> => {
  const warnings: string[] = [];
  for (const [index, each] of bars.entries()) {
    const own = { fromMs: Math.max(range.fromMs, each.fromMs), toMs: Math.min(range.toMs, each.toMs) };
    warnings.push(
      ...(await klineWarnings(store, each, range)),
      ...(await fundingWarnings(store, each, instruments[index] as Instrument, own)),
      ...(await kindWarnings(store, each, held, own)),
    );
  }
  return warnings;
};

const klineWarnings = async (store: Store, bars: StoredBars, range: Range): Promise<string[]> => {
  const { symbol, market, fromTrades } = bars;
  const holes = fromTrades ? outerHoles(bars, range) : await store.holes("kline", symbol, market, range.fromMs, range.toMs);
  const warnings: string[] = [];
  const inside: Hole[] = [];
  for (const hole of holes) {
    if (hole.fromMs < range.fromMs + MINUTE_MS && hole.toMs >= range.toMs)
      warnings.push(`History of ${symbol} has no bar in this range: ${missingText("kline", [hole])}.`);
    else if (hole.fromMs < range.fromMs + MINUTE_MS)
      warnings.push(`History of ${symbol} begins only at ${formatUtc(hole.toMs)}: ${missingText("kline", [hole])}.`);
    else if (hole.toMs >= range.toMs)
      warnings.push(`History of ${symbol} ends already at ${formatUtc(hole.fromMs)}: ${missingText("kline", [hole])}.`);
    else inside.push(hole);
  }
  const sum = sumOf(inside);
  if (sum !== undefined) {
    const expected = (Math.min(range.toMs, bars.toMs) - Math.max(range.fromMs, bars.fromMs)) / MINUTE_MS;
    const isLong = sum.longest.toMs - sum.longest.fromMs >= DAY_MS;
    if (isLong || (sum.missing ?? 0) > SHARE_MAX * expected) warnings.push(`${holesText(symbol, "kline", inside)}.`);
  }
  const quiet = fromTrades ? undefined : await quietEnd(store, symbol, market, MINUTE_MS, clipped(bars, range));
  if (quiet !== undefined)
    warnings.push(`The last ${grouped(quiet.bars)} bars of ${symbol}, from ${formatUtc(quiet.fromMs)} on, are without any trade.`);
  return warnings;
};

const clipped = (bars: StoredBars, range: Range): Range => ({
  fromMs: Math.max(range.fromMs, bars.fromMs),
  toMs: Math.min(range.toMs, bars.toMs),
});

/** What bars made of trades lack at both ends of a range. */
const outerHoles = ({ fromMs, toMs }: StoredBars, range: Range): readonly Hole[] =>
  [
    { fromMs: range.fromMs, toMs: fromMs },
    { fromMs: toMs, toMs: range.toMs },
  ].flatMap((span) => {
    const missing = Math.floor((span.toMs - span.fromMs) / MINUTE_MS);
    return missing > 0 ? [{ ...span, missing }] : [];
  });

const fundingWarnings = async (
  store: Store,
  { symbol, market }: StoredBars,
  { fundingIntervalHours }: Instrument,
  { fromMs, toMs }: Range,
): Promise<readonly string[]> => {
  for (const beside of marketsBeside(market)) {
    if (await isEmpty(store.series("funding", symbol, beside, fromMs, toMs))) continue;
    const holes = await store.holes("funding", symbol, beside, fromMs, toMs);
    return holes.length === 0 ? [] : [`${holesText(symbol, "funding", holes)}.`];
  }
  return withoutFunding(symbol, fundingIntervalHours, fromMs, toMs);
};

/** The warning for a perpetual of whose funding there is nothing; none where no settlement lies in the range. */
const withoutFunding = (symbol: string, intervalHours: number, fromMs: number, toMs: number): readonly string[] => {
  const intervalMs = intervalHours * HOUR_MS;
  const missing = Math.ceil(toMs / intervalMs) - Math.ceil(fromMs / intervalMs);
  if (missing === 0) return [];
  const count = missingText("funding", [{ fromMs, toMs, missing }]);
  return [`${symbol} is held without funding data from ${formatUtc(fromMs)} to ${formatUtc(toMs)}: ${count}.`];
};

const isEmpty = async (bursts: AsyncIterable<readonly unknown[]>): Promise<boolean> => {
  for await (const burst of bursts) if (burst.length > 0) return false;
  return true;
};

const kindWarnings = async (store: Store, { symbol }: StoredBars, held: readonly HistorySpan[], range: Range): Promise<string[]> => {
  const warnings: string[] = [];
  for (const span of held.filter((each) => each.symbol === symbol && TOLD.includes(each.kind))) {
    // Of single trades and aggregates one is read.
    if (TRADES.includes(span.kind) && held.some((each) => each !== span && each.symbol === symbol && TRADES.includes(each.kind))) continue;
    const holes = await store.holes(span.kind, symbol, span.market, range.fromMs, range.toMs);
    const isPolled = span.kind === "openInterest" || span.kind === "longShortRatio";
    const shown = isPolled ? holes : holes.filter((hole) => hole.fromMs > range.fromMs && hole.toMs < range.toMs);
    if (shown.length > 0) warnings.push(`${holesText(symbol, span.kind, shown)}.`);
    if (span.kind === "openInterest" && (await hasOldLabels(store, symbol)))
      warnings.push(
        `Open interest and ratios of ${symbol} were imported when their labels were read by the date of the file, so some may be known five minutes too early: run riposte backfill --kinds metrics on the same range.`,
      );
  }
  return warnings;
};

/** Whether metrics files landed under the older rule, which read their labels by date. */
const hasOldLabels = async (store: Store, symbol: string): Promise<boolean> => {
  const folder = `${folderOf({ symbol, kind: "metrics", market: "um", interval: "" }, "daily")}/`;
  return [...(await store.landed()).all()].some(
    ([path, { sha256 }]) => path.startsWith(folder) && sha256 !== landedAs("metrics", sha256.split(" ")[0] ?? ""),
  );
};
