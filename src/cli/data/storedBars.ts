import { formatUtc } from "../../domain/time.ts";
import type { TimeRange } from "../../domain/time.ts";
import type { HistorySpan, StoredKind } from "../../domain/ports.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import type { Store } from "../../store/store.ts";
import { shownPath } from "./shownPath.ts";
import type { DataRequest } from "./history.ts";

/** Of trades a store may have both. */
export const TRADES: readonly StoredKind[] = ["trade", "aggTrade"];

/** Of what the bars of one symbol are made, and when. */
export interface StoredBars {
  readonly symbol: string;
  readonly market: string;
  readonly fromTrades: boolean;
  /** First and last bar that can be whole. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** Bars of each symbol: klines if there are any in the range, else trades if there are. A symbol with neither is a `UserError`. */
export const storedBars = async ({ config }: DataRequest, store: Store, range: TimeRange): Promise<readonly StoredBars[]> => {
  const mine = ({ market }: HistorySpan): boolean => config.data.market === null || market === config.data.market;
  const inRange = ({ fromMs, toMs }: HistorySpan): boolean => fromMs < (range.toMs ?? Infinity) && toMs > (range.fromMs ?? -Infinity);
  const covered = ({ fromMs, toMs }: HistorySpan): number => Math.min(toMs, range.toMs ?? toMs) - Math.max(fromMs, range.fromMs ?? fromMs);
  const klines = (await store.spans(["kline"])).filter(mine);
  const whole = config.symbols.every((symbol) => klines.some((span) => span.symbol === symbol && inRange(span)));
  const trades = whole ? [] : (await store.spans(TRADES)).filter(mine);
  return config.symbols.map((symbol): StoredBars => {
    const of = (spans: readonly HistorySpan[]): readonly HistorySpan[] => spans.filter((span) => span.symbol === symbol);
    const kline = of(klines).find(inRange);
    const [trade] = of(trades)
      .filter(inRange)
      .sort((a, b) => covered(b) - covered(a));
    if (kline === undefined && trade !== undefined) {
      const fromMs = trade.fromMs - (trade.fromMs % MINUTE_MS) + MINUTE_MS;
      return { symbol, market: trade.market, fromTrades: true, fromMs, toMs: Math.ceil(trade.toMs / MINUTE_MS) * MINUTE_MS };
    }
    const span = kline ?? of(klines)[0] ?? of(trades)[0];
    if (span !== undefined) return { symbol, market: span.market, fromTrades: false, fromMs: span.fromMs, toMs: span.toMs };
    const held = [...new Set([...klines, ...trades].map((each) => `${each.symbol} (${each.market})`))].join(", ") || "nothing";
    const where = `${config.data.market === null ? "" : ` --market ${config.data.market}`} ${store.options}`;
    throw new UserError(
      `${symbol} is not in the history in ${store.shown}: it holds ${held}; run riposte backfill --symbol ${symbol}${where}`,
    );
  });
};

/** The error for a range that holds no bar of any symbol. */
export const outsideRange = (symbols: readonly string[], store: Store, range: TimeRange, firstMs: number, lastMs: number): UserError => {
  const asked = [range.fromMs === null ? "" : `from ${formatUtc(range.fromMs)}`, range.toMs === null ? "" : `to ${formatUtc(range.toMs)}`];
  return new UserError(
    `there are no bars ${asked.filter((part) => part !== "").join(" ")}: ${symbols.join(", ")} in ${store.shown} has ${formatUtc(firstMs)} to ${formatUtc(lastMs)}; move --from or --to, or backfill more`,
  );
};

const MARKET_NAMES: Readonly<Record<string, string>> = { um: "USD-M perpetual", simulated: "SIMULATED" };

/** What the bars come from, in words; each market that they are of once. */
export const sourceOf = (bars: readonly StoredBars[], { shown }: Store): string => {
  const where = shownPath(shown);
  if (bars.every(({ market }) => market === "simulated")) return `SIMULATED market in ${where}: no real prices`;
  const names = bars.map(({ market, fromTrades }) => `${MARKET_NAMES[market] ?? market} ${fromTrades ? "trades" : "klines"}`);
  return `${[...new Set(names)].join(" and ")} in ${where}`;
};
