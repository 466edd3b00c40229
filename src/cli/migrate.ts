import { parseTimeRange } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import type { MigratedSeries } from "../store/migrate.ts";
import { migrate } from "../store/migrate.ts";
import { intervalMsOf } from "../store/table/interval.ts";
import type { Command, OptionValues } from "./frame/command.ts";
import { configOf, configOptions, itemsOf, onlySymbolsOption } from "./configOptions.ts";
import { openStore } from "./data/store.ts";
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
    const opened = { data: config.data, env: context.env, intervalMs: intervalMsOf(String(values["interval"])) };
    const from = openStore({ ...opened, store: source });
    const to = openStore({ ...opened, store: target });
    try {
      const report = await migrate({
        from,
        to,
        symbols: Array.isArray(symbol) ? itemsOf(symbol) : undefined,
        market: typeof market === "string" ? market : undefined,
        fromMs: fromMs ?? -Infinity,
        toMs: toMs ?? Infinity,
        signal: context.signal,
        onProgress: (done, total) => {
          context.progress("migrating", done, total);
        },
      });
      for (const series of report.series) context.print(lineOf(series));
      if (report.aborted) throw new UserError(`stopped: whole parts are kept in ${to.shown}; the same command goes on from there`);
      context.print(
        `${to.shown} holds what ${from.shown} held${report.landed > 0 ? `, and its list of ${report.landed} archive files` : ""}`,
      );
      return { from: from.shown, to: to.shown, ...report };
    } finally {
      await from.close();
      await to.close();
    }
  },
};

const lineOf = ({ symbol, kind, market, events, partsCopied, partsSame }: MigratedSeries): string => {
  const same = partsSame > 0 ? `, ${partsSame} parts were the same` : "";
  return `${symbol} ${kind} (${market}): ${events} events copied in ${partsCopied} parts${same}`;
};

const storeNamed = (values: OptionValues, option: string): StoreName => {
  const name = values[option];
  if (name === "parquet" || name === "questdb") return name;
  throw new UserError(
    name === undefined ? `--${option} is missing: give parquet or questdb` : `--${option} ${String(name)}: give parquet or questdb`,
    2,
  );
};
