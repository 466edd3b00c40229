import { parseTimeRange, formatUtc } from "../../domain/time.ts";
import type { HistorySpan, StoredKind } from "../../domain/ports.ts";
import { STORED_KINDS } from "../../domain/ports.ts";
import { instrumentIndex, MINUTE_MS, UserError } from "../../domain/units.ts";
import { marketsBeside } from "../../store/catalog.ts";
import type { Store } from "../../store/store.ts";
import { fillableBy } from "./fillable.ts";
import type { DataRequest, RunData } from "./history.ts";

const TRADES: readonly StoredKind[] = ["trade", "aggTrade"];
type Range = ReturnType<typeof parseTimeRange>;

/** Of what the bars of one symbol are made, and when. */
interface Bars {
  readonly symbol: string;
  readonly market: string;
  readonly fromTrades: boolean;
  /** First and last bar that can be whole. */
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * History of a store as the data of a run. Bars are a symbol's klines; where it has none in the range, they are made of its trades, and
 * then everything that the store has of the symbols is read, as a capture would give it. Of what is wanted besides, a run reads what
 * there is. Closes nothing when it throws.
 */
export const storedData = async (request: DataRequest, store: Store): Promise<RunData> => {
  const { config, warmUpBars, aheadBars = 0, wanted } = request;
  const { symbols } = config;
  const range = parseTimeRange(config.from, config.to);
  const bars = await barsOf(request, store, range);
  const firstMs = Math.min(...bars.map((each) => each.fromMs));
  const lastMs = Math.max(...bars.map((each) => each.toMs));
  const [fromMs, toMs] = [range.fromMs ?? firstMs, range.toMs ?? lastMs];
  if (fromMs >= lastMs || toMs <= firstMs) throw outside(symbols, store, range, firstMs, lastMs);
  const markets = bars.map(({ market }) => market);
  const instruments = await store.instruments(symbols, fromMs, markets);
  const fromTrades = bars.flatMap((each, index) => (each.fromTrades ? [instrumentIndex(index)] : []));
  const ticks = fromTrades.length > 0 ? STORED_KINDS.filter((kind) => kind !== "instrumentRules") : [...wanted];
  const warmFromMs = config.data.warmUp ? Math.max(firstMs, fromMs - warmUpBars * MINUTE_MS) : Math.max(firstMs, fromMs);
  // The first minute of trades is heard from its middle on, and the next minute's first trade closes a bar.
  const [readFromMs, readToMs] = fromTrades.length > 0 ? [warmFromMs - MINUTE_MS, toMs + MINUTE_MS] : [warmFromMs, toMs];
  const held = await heldTicks(ticks, bars, store, readFromMs, readToMs);
  return {
    instruments,
    fromMs: Math.max(fromMs, firstMs),
    toMs: Math.min(toMs, lastMs),
    expectedBars: Math.ceil((Math.min(toMs, lastMs) - warmFromMs) / MINUTE_MS) * symbols.length,
    events: () =>
      store.read({
        instruments,
        kinds: kindsToRead(bars, held),
        markets,
        fromMs: readFromMs,
        toMs: readToMs + aheadBars * MINUTE_MS,
        burstEvents: config.line.burstEvents,
      }),
    source: sourceOf(bars, store),
    simulated: markets.includes("simulated"),
    seed: null,
    warnings: [
      ...warningsFor(bars, range, firstMs, lastMs),
      ...tickWarnings(bars, held, Math.max(fromMs, firstMs), Math.min(toMs, lastMs)),
      ...(await rulesWarnings(store, bars, fromMs, toMs)),
    ],
    barsFromTrades: fromTrades,
    fillable: symbols.map((symbol) => {
      const has = (kind: StoredKind): boolean => held.some((span) => span.symbol === symbol && span.kind === kind);
      return fillableBy({ trades: has("trade") || has("aggTrade"), book: has("bookDiff") && has("bookSnapshot"), marks: has("markPrice") });
    }),
    close: () => store.close(),
  };
};

/** Bars of each symbol: klines if there are any in the range, else trades if there are. */
const barsOf = async ({ config }: DataRequest, store: Store, range: Range): Promise<readonly Bars[]> => {
  const mine = ({ market }: HistorySpan): boolean => config.data.market === null || market === config.data.market;
  const inRange = ({ fromMs, toMs }: HistorySpan): boolean => fromMs < (range.toMs ?? Infinity) && toMs > (range.fromMs ?? -Infinity);
  const covered = ({ fromMs, toMs }: HistorySpan): number => Math.min(toMs, range.toMs ?? toMs) - Math.max(fromMs, range.fromMs ?? fromMs);
  const klines = (await store.spans(["kline"])).filter(mine);
  const whole = config.symbols.every((symbol) => klines.some((span) => span.symbol === symbol && inRange(span)));
  const trades = whole ? [] : (await store.spans(TRADES)).filter(mine);
  return config.symbols.map((symbol): Bars => {
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

/** What of these kinds the store has in the range that goes with the bars. */
const heldTicks = async (
  kinds: readonly StoredKind[],
  bars: readonly Bars[],
  store: Store,
  fromMs: number,
  toMs: number,
): Promise<readonly HistorySpan[]> => {
  const asked = kinds.filter((kind) => kind !== "kline" && kind !== "funding");
  if (asked.length === 0) return [];
  const spans = await store.spans(asked);
  const mine = (span: HistorySpan): boolean =>
    bars.some(({ symbol, market }) => symbol === span.symbol && marketsBeside(market).includes(span.market));
  return spans.filter((span) => mine(span) && span.fromMs < toMs && span.toMs > fromMs);
};

const kindsToRead = (bars: readonly Bars[], held: readonly HistorySpan[]) => {
  const ticks = held.flatMap(({ kind }) => (kind === "instrumentRules" ? [] : [kind === "aggTrade" ? "trade" : kind]));
  return [...new Set(["funding" as const, ...(bars.every(({ fromTrades }) => fromTrades) ? [] : ["kline" as const]), ...ticks])];
};

const outside = (symbols: readonly string[], store: Store, range: Range, firstMs: number, lastMs: number): UserError => {
  const asked = [range.fromMs === null ? "" : `from ${formatUtc(range.fromMs)}`, range.toMs === null ? "" : `to ${formatUtc(range.toMs)}`];
  return new UserError(
    `there are no bars ${asked.filter((part) => part !== "").join(" ")}: ${symbols.join(", ")} in ${store.shown} has ${formatUtc(firstMs)} to ${formatUtc(lastMs)}; move --from or --to, or backfill more`,
  );
};

/** What a reader of the report should know of a line with trades or a book. */
const tickWarnings = (bars: readonly Bars[], held: readonly HistorySpan[], fromMs: number, toMs: number): string[] => {
  const warnings: string[] = [];
  const fromTrades = bars.filter((each) => each.fromTrades).map(({ symbol }) => symbol);
  if (fromTrades.length > 0) warnings.push(`The history has no klines of ${fromTrades.join(", ")} in this range: bars come from trades.`);
  for (const { symbol, fromTrades: heard } of bars) {
    const steady = heard ? [] : held.filter((span) => span.symbol === symbol && STEADY.includes(span.kind));
    const [parts, wholes] = [steady.filter((span) => isPart(span, fromMs, toMs)), steady.filter((span) => !isPart(span, fromMs, toMs))];
    const lacking = parts.filter(({ kind }) => !(TRADES.includes(kind) && wholes.some((whole) => TRADES.includes(whole.kind))));
    const shown = lacking.map((span) => `${span.kind} from ${formatUtc(span.fromMs)} to ${formatUtc(span.toMs)}`);
    if (shown.length > 0) warnings.push(`The history has of ${symbol} only a part of this range: ${shown.join(", ")}.`);
    const of = (kind: StoredKind): HistorySpan | undefined => held.find((span) => span.symbol === symbol && span.kind === kind);
    const [diffs, snapshots] = [of("bookDiff"), of("bookSnapshot")];
    if (diffs === undefined) continue;
    if (snapshots === undefined) warnings.push(`The history has no order book snapshot of ${symbol}: the book stays unknown.`);
    else if (snapshots.fromMs >= fromMs + MINUTE_MS)
      warnings.push(`The first order book snapshot of ${symbol} is of ${formatUtc(snapshots.fromMs)}: until then the book is unknown.`);
  }
  return warnings;
};

/** Kinds that come every few seconds at most: a minute without one is a minute that was not recorded. */
const STEADY: readonly StoredKind[] = ["markPrice", "bookDiff", "bestBidAsk", ...TRADES];

const isPart = (span: HistorySpan, fromMs: number, toMs: number): boolean =>
  span.fromMs >= fromMs + MINUTE_MS || span.toMs <= toMs - MINUTE_MS;

/** A run keeps the rules it begins with: ticks and lots are counted in them. */
const rulesWarnings = async (store: Store, bars: readonly Bars[], fromMs: number, toMs: number): Promise<string[]> => {
  const warnings: string[] = [];
  for (const { symbol, market } of bars) {
    const changedMs = await store.rulesChangedMs(symbol, fromMs, toMs, market);
    if (changedMs.length === 0) continue;
    const when = changedMs.map(formatUtc).join(", ");
    warnings.push(`The trading rules of ${symbol} changed on ${when}; the run keeps those of its start: begin another one there.`);
  }
  return warnings;
};

const MARKET_NAMES: Readonly<Record<string, string>> = { um: "USD-M perpetual", simulated: "SIMULATED" };

/** What the bars come from, in words; each market that they are of once. */
const sourceOf = (bars: readonly Bars[], { shown }: Store): string => {
  if (bars.every(({ market }) => market === "simulated")) return `SIMULATED market in ${shown}: no real prices`;
  const names = bars.map(({ market, fromTrades }) => `${MARKET_NAMES[market] ?? market} ${fromTrades ? "trades" : "klines"}`);
  return `${[...new Set(names)].join(" and ")} in ${shown}`;
};

const warningsFor = (
  bars: readonly Bars[],
  range: { readonly fromMs: number | null; readonly toMs: number | null },
  firstMs: number,
  lastMs: number,
): string[] => {
  const warnings: string[] = [];
  const spot = bars.filter(({ market }) => market === "spot").map(({ symbol }) => symbol);
  if (spot.length > 0)
    warnings.push(`Spot klines of ${spot.join(", ")} stand in for the perpetual: same price to a few basis points, other volume.`);
  if (bars.some(({ market }) => market === "simulated"))
    warnings.push("The prices in this store come from the market simulator, not from an exchange.");
  if (range.fromMs !== null && range.fromMs < firstMs) warnings.push(`History begins only at ${formatUtc(firstMs)}.`);
  if (range.toMs !== null && range.toMs > lastMs) warnings.push(`History ends already at ${formatUtc(lastMs)}.`);
  return warnings;
};
