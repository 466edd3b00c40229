import { STORED_KINDS } from "../domain/kind.ts";
import { parseTimeRange } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { counted } from "../report/page/format.js";
import type { MigratedSeries, MigrateOptions, MigrateReport } from "../store/migrate.ts";
import { migrate } from "../store/migrate.ts";
import { timeText } from "../store/reading/catalog.ts";
import type { Store } from "../store/store.ts";
import { intervalLabel, intervalMsOf } from "../store/table/interval.ts";
import type { Command, OptionValues } from "./frame/command.ts";
import { configOf, configOptions, itemsOf, onlySymbolsOption } from "./configOptions.ts";
import { openStore } from "./data/store.ts";
import { hashWarnings } from "./data/storedWarnings.ts";
import type { StoreName } from "./data/store.ts";

/** `riposte migrate`: copies history from one store to the other, part by part; twice changes nothing. */
export const migrateCommand: Command = {
  name: "migrate",
  summary: "copy history from one store to the other",
  options: {
    ...configOptions("from", "to"),
    "from-store": { type: "string", value: "parquet|questdb", help: "the store to copy from" },
    "to-store": { type: "string", value: "parquet|questdb", help: "the store to copy to; what it holds besides stays" },
    data: { type: "string", value: "DIR", help: "folder of the Parquet store [data.dir]" },
    symbol: onlySymbolsOption,
    market: { type: "string", value: "um|spot|simulated", help: "only this market" },
    interval: { type: "string", value: "1m", default: "1m", help: "length of the klines to copy" },
  },
  run: async (values, context) => {
    const [source, target] = [storeNamed(values, "from-store"), storeNamed(values, "to-store")];
    if (source === target) throw new UserError(`--from-store and --to-store are both ${source}: give parquet and questdb`, 2);
    const { symbol, market, ...rest } = values;
    const { config } = await configOf(rest, context);
    const { fromMs, toMs } = parseTimeRange(config.from, config.to);
    const interval = String(values["interval"]);
    const opened = { data: config.data, env: context.env, intervalMs: intervalMsOf(interval) };
    const from = openStore({ ...opened, store: source });
    const to = openStore({ ...opened, store: target });
    try {
      const part: Part = {
        symbols: Array.isArray(symbol) ? itemsOf(symbol) : undefined,
        market: typeof market === "string" ? market : undefined,
        fromMs: fromMs ?? -Infinity,
        toMs: toMs ?? Infinity,
        interval,
      };
      const unhashed = await from.unhashed(STORED_KINDS, part.symbols ?? (await symbolsOf(from)), part.fromMs, part.toMs);
      for (const line of hashWarnings(unhashed, from)) context.log(`NOTE ${line}`);
      const report = await migrate({
        from,
        to,
        ...part,
        signal: context.signal,
        onProgress: (done, total) => {
          context.progress("migrating", done, total);
        },
      });
      for (const series of report.series) context.print(lineOf(series));
      if (report.aborted) throw new UserError(`stopped: whole parts are kept in ${to.shown}; the same command goes on from there`);
      const left = await leftOut(part, await from.klineIntervals(), (intervalMs) => openStore({ ...opened, store: source, intervalMs }));
      context.print(`${to.shown} holds what ${from.shown} held${partText(part)}${landedText(report)}${leftText(left)}`);
      return { from: from.shown, to: to.shown, ...report, left };
    } finally {
      await from.close();
      await to.close();
    }
  },
};

/** The part of the source that is copied. */
type Part = Pick<MigrateOptions, "symbols" | "market" | "fromMs" | "toMs" | "interval">;

const symbolsOf = async (store: Store): Promise<readonly string[]> => [...new Set((await store.spans()).map(({ symbol }) => symbol))];

/** The requested part of the source, if not all: ` of BTCUSDT (spot) from 2023-02-01 to 2023-02-02`. */
const partText = ({ symbols, market, fromMs, toMs }: Part): string =>
  [
    symbols === undefined ? "" : ` of ${symbols.join(", ")}`,
    market === undefined ? "" : symbols === undefined ? ` of market ${market}` : ` (${market})`,
    fromMs === -Infinity ? "" : ` from ${timeText(fromMs)}`,
    toMs === Infinity ? "" : ` to ${timeText(toMs)}`,
  ].join("");

/** Where a store lists no archive files, a backfill of it reads all of them again. */
const landedText = ({ landed, listed }: MigrateReport): string =>
  landed > 0 ? `, and its list of ${landed} archive files` : listed === 0 ? ", which lists no archive files that have landed" : "";

interface LeftOut {
  readonly interval: string;
  readonly events: number;
}

/** Klines of other intervals, in the part of the source that was asked for. */
const leftOut = async (
  { symbols, market, fromMs, toMs, interval }: Part,
  heldMs: readonly number[],
  storeOf: (intervalMs: number) => Store,
): Promise<LeftOut[]> => {
  const left: LeftOut[] = [];
  for (const otherMs of heldMs.filter((each) => each !== intervalMsOf(interval))) {
    const store = storeOf(otherMs);
    try {
      const events = (await store.spans(["kline"]))
        .filter((span) => (symbols?.includes(span.symbol) ?? true) && (market === undefined || span.market === market))
        .filter((span) => span.fromMs < toMs && span.toMs > fromMs)
        .reduce((sum, span) => sum + span.events, 0);
      if (events > 0) left.push({ interval: intervalLabel(otherMs), events });
    } finally {
      await store.close();
    }
  }
  return left;
};

const leftText = (left: readonly LeftOut[]): string =>
  left.map(({ interval, events }) => `; ${events} klines of ${interval} were left: --interval ${interval} copies them`).join("");

const lineOf = ({ symbol, kind, market, events, partsCopied, partsSame }: MigratedSeries): string => {
  const same = partsSame > 0 ? `, ${partsSame} parts were the same` : "";
  return `${symbol} ${kind} (${market}): ${counted(events, "event")} copied in ${counted(partsCopied, "part")}${same}`;
};

const storeNamed = (values: OptionValues, option: string): StoreName => {
  const name = values[option];
  if (name === "parquet" || name === "questdb") return name;
  throw new UserError(
    name === undefined ? `--${option} is missing: give parquet or questdb` : `--${option} ${String(name)}: give parquet or questdb`,
    2,
  );
};
