import { STORED_KINDS } from "../domain/kind.ts";
import type { HistorySpan } from "../domain/ports.ts";
import { formatUtc, parseTimeRange } from "../domain/time.ts";
import { MINUTE_MS, UserError } from "../domain/units.ts";
import type { Hole, HoleSum } from "../store/coverage/hole.ts";
import { sumOf } from "../store/coverage/hole.ts";
import { gapsText, grouped, KIND_WORDS } from "../store/coverage/words.ts";
import { marketsBeside, timeText } from "../store/reading/catalog.ts";
import type { Store } from "../store/store.ts";
import { intervalLabel } from "../store/table/interval.ts";
import type { Command } from "./frame/command.ts";
import { configOf, configOptions, itemsOf, onlySymbolsOption } from "./configOptions.ts";
import { openStore, requireFolder } from "./data/store.ts";
import { textTable } from "./frame/textTable.ts";

/** A series of the store, as `--json` prints it. Times in UTC, `to` exclusive; missing is null where a kind has no count. */
interface ListedSeries {
  readonly symbol: string;
  readonly kind: HistorySpan["kind"];
  readonly market: string;
  /** Of klines. */
  readonly interval: string | null;
  /** Null where none is held. */
  readonly from: string | null;
  readonly to: string | null;
  readonly rows: number;
  readonly holes: ListedHoles | null;
}
interface ListedHoles {
  readonly count: number;
  readonly missing: number | null;
  readonly first: ListedSpan;
  readonly longest: ListedSpan;
}
interface ListedSpan {
  readonly from: string;
  readonly to: string;
  readonly missing: number | null;
}

/** `riposte list`: one line for each series of the store, with its holes. */
export const listCommand: Command = {
  name: "list",
  summary: "show what the store holds: symbols, kinds, spans, rows, holes",
  options: {
    ...configOptions("from", "to", "data", "market"),
    symbol: onlySymbolsOption,
  },
  run: async (values, context) => {
    const { symbol, ...rest } = values;
    const { config } = await configOf(rest, context);
    const { fromMs, toMs } = parseTimeRange(config.from, config.to);
    const { data } = config;
    if (data.store === "parquet" && !requireFolder(data.dir))
      throw new UserError(`there is no history in ${data.dir}: fill it with riposte backfill --data ${data.dir}, or name another folder`);
    const symbols = Array.isArray(symbol) ? itemsOf(symbol) : undefined;
    const isOfSymbol = (span: HistorySpan): boolean => symbols === undefined || symbols.includes(span.symbol);
    const isAsked = (span: HistorySpan): boolean => isOfSymbol(span) && (data.market === null || span.market === data.market);
    const range = { fromMs: fromMs ?? -Infinity, toMs: toMs ?? Infinity };
    const opened: Store[] = [];
    const open = (intervalMs: number): Store => {
      const store = openStore({ data, env: context.env, intervalMs });
      opened.push(store);
      return store;
    };
    try {
      const store = open(MINUTE_MS);
      const series: Series[] = [];
      for (const intervalMs of await store.klineIntervals()) {
        const held = intervalMs === MINUTE_MS ? store : open(intervalMs);
        series.push(...(await held.spans(["kline"])).filter(isAsked).map((span) => ({ store: held, span, intervalMs, range })));
      }
      const others = (await store.spans(STORED_KINDS.filter((kind) => kind !== "kline" && kind !== "funding"))).filter(isAsked);
      series.push(...others.map((span) => ({ store, span, intervalMs: MINUTE_MS, range })));
      const funding = (await store.spans(["funding"])).filter(isOfSymbol);
      series.push(
        ...fundingOf(store, series, funding, range).filter(({ span }) => isAsked(span) || series.some((bars) => goesWith(bars, span))),
      );
      if (series.length === 0) throw new UserError(nothing(store, symbols, data.market));
      series.sort(compare);
      const found: (readonly [Series, readonly Hole[]])[] = [];
      for (const [i, each] of series.entries()) {
        context.signal.throwIfAborted();
        context.progress("series", i, series.length);
        const { kind, symbol, market } = each.span;
        found.push([each, await each.store.holes(kind, symbol, market, each.range.fromMs, each.range.toMs)]);
      }
      context.print(textTable([HEADER, ...found.map(lineOf)], [HEADER.indexOf("rows")]));
      return { store: store.shown, series: found.map(listedOf) };
    } finally {
      for (const store of opened) await store.close();
    }
  },
};

interface Series {
  readonly store: Store;
  readonly span: HistorySpan;
  readonly intervalMs: number;
  /** In which it is asked for holes. */
  readonly range: Pick<HistorySpan, "fromMs" | "toMs">;
}

/**
 * Funding of every symbol that has bars, also where none of it is held: a perpetual pays it. Where no range is given, that of the bars
 * counts.
 */
const fundingOf = (store: Store, bars: readonly Series[], held: readonly HistorySpan[], range: Series["range"]): Series[] => {
  const settled = held.map((span): Series => {
    const { fromMs, toMs } = bars.find((each) => goesWith(each, span))?.span ?? range;
    return { store, span, intervalMs: MINUTE_MS, range: { fromMs: Math.max(range.fromMs, fromMs), toMs: Math.min(range.toMs, toMs) } };
  });
  const lacking = bars.filter((each) => each.span.kind === "kline" && !held.some((span) => goesWith(each, span)));
  const none = [...new Map(lacking.map(({ span }) => [span.symbol, span])).values()].map((span): Series => {
    const market = marketsBeside(span.market).at(-1) as string;
    const own = { fromMs: Math.max(range.fromMs, span.fromMs), toMs: Math.min(range.toMs, span.toMs) };
    return { store, span: { ...span, kind: "funding", market, events: 0 }, intervalMs: MINUTE_MS, range: own };
  });
  return [...settled, ...none];
};

/** Whether funding is that of these bars: of their market, or the perpetual's where spot stands in for it. */
const goesWith = ({ span: bars }: Series, { symbol, market }: HistorySpan): boolean =>
  bars.kind === "kline" && bars.symbol === symbol && marketsBeside(bars.market).includes(market);

const listedOf = ([{ span, intervalMs }, holes]: readonly [Series, readonly Hole[]]): ListedSeries => {
  const sum = sumOf(holes);
  return {
    symbol: span.symbol,
    kind: span.kind,
    market: span.market,
    interval: span.kind === "kline" ? intervalLabel(intervalMs) : null,
    from: span.events === 0 ? null : formatUtc(span.fromMs),
    to: span.events === 0 ? null : formatUtc(span.toMs),
    rows: span.events,
    holes: sum === undefined ? null : { count: sum.count, missing: sum.missing, first: shown(sum.first), longest: shown(sum.longest) },
  };
};

const shown = ({ fromMs, toMs, missing }: HoleSum["first"]): ListedSpan => ({ from: formatUtc(fromMs), to: formatUtc(toMs), missing });

/** Symbols in order, each with its klines first. */
const compare = ({ span: a, intervalMs: aMs }: Series, { span: b, intervalMs: bMs }: Series): number => {
  const key = ({ symbol, kind, market }: HistorySpan): string => `${symbol} ${kind === "kline" ? "" : kind} ${market}`;
  return key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : aMs - bMs;
};

const HEADER = ["symbol", "kind", "market", "from", "to", "rows", "missing"];

const lineOf = ([{ span, intervalMs }, holes]: readonly [Series, readonly Hole[]]): string[] => [
  span.symbol,
  span.kind === "kline" ? `${intervalLabel(intervalMs)} klines` : KIND_WORDS[span.kind],
  span.market,
  span.events === 0 ? "" : timeText(span.fromMs),
  span.events === 0 || span.kind === "instrumentRules" ? "" : timeText(span.kind === "kline" ? span.toMs : span.toMs - 1),
  grouped(span.events),
  holes.length === 0 ? "" : gapsText(span.kind, holes, intervalMs),
];

const nothing = (store: Store, symbols: readonly string[] | undefined, market: string | null): string => {
  const of = symbols === undefined ? "" : ` of ${symbols.join(", ")}`;
  const fill = ["riposte backfill", ...(symbols ?? []).map((symbol) => `--symbol ${symbol}`), store.options].join(" ");
  return `${store.shown} holds nothing${of}${market === null ? "" : ` of market ${market}`}: fill it with ${fill}`;
};
