import { GRACE_MS } from "../../../operators/tradeBars.ts";
import { formatUtc } from "../../domain/time.ts";
import type { TimeRange } from "../../domain/time.ts";
import type { StoredKind } from "../../domain/kind.ts";
import type { HistorySpan } from "../../domain/ports.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { Store } from "../../store/store.ts";
import { areAggregatesTaken } from "../../store/reading/catalog.ts";
import { intervalLabel } from "../../store/table/interval.ts";
import { shownPath } from "./shownPath.ts";
import type { DataRequest } from "./runData.ts";

/** Series of trades; a store may have both. */
export const TRADES: readonly StoredKind[] = ["trade", "aggTrade"];

/** Source and times of the bars of one symbol. */
export interface StoredBars {
  readonly symbol: string;
  readonly market: string;
  readonly fromTrades: boolean;
  /** First and last bar that can be whole. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Lengths of klines that the store has instead, where bars are made of trades. */
  readonly otherIntervalsMs: readonly number[];
}

/** Bars of each symbol: klines if there are any in the range, else trades if there are. A symbol with neither is a `UserError`. */
export const storedBars = async ({ config }: DataRequest, store: Store, range: TimeRange): Promise<readonly StoredBars[]> => {
  const mine = ({ market }: HistorySpan): boolean => config.data.market === null || market === config.data.market;
  const inRange = ({ fromMs, toMs }: HistorySpan): boolean => fromMs < (range.toMs ?? Infinity) && toMs > (range.fromMs ?? -Infinity);
  const covered = ({ fromMs, toMs }: HistorySpan): number => Math.min(toMs, range.toMs ?? toMs) - Math.max(fromMs, range.fromMs ?? fromMs);
  const klines = (await store.spans(["kline"], config.symbols)).filter(mine);
  const whole = config.symbols.every((symbol) => klines.some((span) => span.symbol === symbol && inRange(span)));
  const trades = whole ? [] : (await store.spans(TRADES, config.symbols)).filter(mine);
  // What other symbols have is looked at only to be named.
  const lacking = config.symbols.some((symbol) => ![...klines, ...trades].some((span) => span.symbol === symbol));
  const all = lacking ? (await store.spans(["kline", ...TRADES])).filter(mine) : [];
  const found = config.symbols.map(async (symbol): Promise<StoredBars> => {
    const of = (spans: readonly HistorySpan[]): readonly HistorySpan[] => spans.filter((span) => span.symbol === symbol);
    const kline = of(klines).find(inRange);
    const inside = of(trades).filter(inRange);
    const [singles, aggregates] = TRADES.map((kind) => inside.find((span) => span.kind === kind));
    const trade =
      singles === undefined || (aggregates !== undefined && areAggregatesTaken(covered(singles), covered(aggregates)))
        ? aggregates
        : singles;
    if (kline === undefined && trade !== undefined) {
      const fromMs = floorMinute(trade.fromMs) + MINUTE_MS;
      // The minute of the last trade may be partial; what else was heard behind it may close it (`closedByTicks`).
      const toMs = floorMinute(trade.toMs - 1);
      const otherIntervalsMs = await otherIntervals(store, symbol, [trade.market]);
      return { symbol, market: trade.market, fromTrades: true, fromMs, toMs, otherIntervalsMs };
    }
    const span = kline ?? of(klines)[0] ?? of(trades)[0];
    if (span !== undefined)
      return { symbol, market: span.market, fromTrades: false, fromMs: span.fromMs, toMs: span.toMs, otherIntervalsMs: [] };
    const others = await otherIntervals(store, symbol, config.data.market === null ? MARKETS : [config.data.market]);
    const held = [...new Set(all.map((each) => `${each.symbol} (${each.market})`))].join(", ") || "nothing";
    const where = `${config.data.market === null ? "" : ` --market ${config.data.market}`} ${store.options}`;
    if (others.length > 0)
      throw new UserError(
        `${symbol} has no 1m klines in the history in ${store.shown}: it holds ${labels(others)} klines; runs need 1m: run riposte backfill --symbol ${symbol}${where}`,
      );
    throw new UserError(
      `${symbol} is not in the history in ${store.shown}: it holds ${held}; run riposte backfill --symbol ${symbol}${where}`,
    );
  });
  return Promise.all(found);
};

const floorMinute = (ms: number): number => ms - (ms % MINUTE_MS);

/** Bars whose last minute, where they are made of trades, is the last that is closed by a trade or by what else was heard behind it. */
export const closedByTicks = (bars: readonly StoredBars[], ticks: readonly HistorySpan[]): readonly StoredBars[] =>
  bars.map((each) => {
    if (!each.fromTrades) return each;
    const closers = ticks.filter(({ symbol, market, kind }) => symbol === each.symbol && market === each.market && CLOSERS.includes(kind));
    return { ...each, toMs: Math.max(each.toMs, ...closers.map(({ toMs }) => floorMinute(toMs - 1 - GRACE_MS))) };
  });

/** Kinds besides trades that close a minute (`operators/tradeBars.ts`). */
const CLOSERS: readonly StoredKind[] = ["bestBidAsk", "bookDiff", "markPrice"];

const MARKETS = ["um", "spot", "simulated"];

/** Lengths of klines besides the minute that a store has of a symbol, ascending. */
const otherIntervals = async (store: Store, symbol: string, markets: readonly string[]): Promise<readonly number[]> => {
  const found = await Promise.all(markets.map((market) => store.klineIntervals({ symbol, market })));
  return [...new Set(found.flat())].filter((intervalMs) => intervalMs !== MINUTE_MS).sort((a, b) => a - b);
};

/** `5m, 1h`. */
export const labels = (intervalsMs: readonly number[]): string => intervalsMs.map(intervalLabel).join(", ");

/** The error for a range that holds no bar of any symbol. */
export const outsideRange = (symbols: readonly string[], store: Store, range: TimeRange, firstMs: number, lastMs: number): UserError => {
  if (firstMs >= lastMs)
    return new UserError(`there is no whole minute of ${symbols.join(", ")} in ${store.shown}: bars are made of its trades; get more`);
  const asked = [range.fromMs === null ? "" : `from ${formatUtc(range.fromMs)}`, range.toMs === null ? "" : `to ${formatUtc(range.toMs)}`];
  return new UserError(
    `there are no bars ${asked.filter((part) => part !== "").join(" ")}: ${symbols.join(", ")} in ${store.shown} has ${formatUtc(firstMs)} to ${formatUtc(lastMs)}; move --from or --to, or backfill more`,
  );
};

const MARKET_NAMES: Readonly<Record<string, string>> = { um: "USD-M perpetual", simulated: "SIMULATED" };

/** The source of the bars, in words; each market once. */
export const sourceOf = (bars: readonly StoredBars[], { shown }: Store): string => {
  const where = shownPath(shown);
  if (bars.every(({ market }) => market === "simulated")) return `SIMULATED market in ${where}: no real prices`;
  const names = bars.map(({ market, fromTrades }) => `${MARKET_NAMES[market] ?? market} ${fromTrades ? "trades" : "klines"}`);
  return `${[...new Set(names)].join(" and ")} in ${where}`;
};
