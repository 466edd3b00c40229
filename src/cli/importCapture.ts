import { formatUtc, parseTimeRange } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { counted } from "../report/page/format.js";
import { offTickText } from "../store/rules/rulesText.ts";
import { importCapture } from "../store/capture/importCapture.ts";
import { configOf, configOptions, itemsOf, onlySymbolsOption } from "./configOptions.ts";
import { captureOption } from "./data/history.ts";
import { openStore } from "./data/store.ts";
import type { Command } from "./frame/command.ts";

/** `riposte import`: captured messages → store; twice changes nothing. */
export const importCommand: Command = {
  name: "import",
  summary: "write captured messages into the store: trades, books, quotes, marks, liquidations",
  options: {
    ...configOptions("from", "to", "data"),
    capture: { ...captureOption, help: "a capture of Binance USD-M streams, plain or gzip; several files of one recording: repeat" },
    symbol: onlySymbolsOption,
  },
  run: async (values, context) => {
    const { capture, symbol, ...rest } = values;
    if (!Array.isArray(capture)) throw new UserError("--capture is missing: name the file to import", 2);
    const { config } = await configOf(rest, context);
    const { fromMs, toMs } = parseTimeRange(config.from, config.to);
    const store = openStore({ data: config.data, env: context.env });
    try {
      const report = await importCapture({
        store,
        paths: capture,
        symbols: Array.isArray(symbol) ? itemsOf(symbol) : undefined,
        fromMs: fromMs ?? undefined,
        toMs: toMs ?? undefined,
        signal: context.signal,
        onProgress: (done, total) => {
          context.progress("importing", done, total);
        },
      });
      if (report.aborted)
        throw new UserError(`stopped: ${report.events} events are kept in ${store.shown}; the same command writes the rest`);
      context.print(`${report.events} events of ${report.symbols.join(", ")} written to ${store.shown}`);
      for (const note of report.notes) context.print(note);
      if (report.guessedRules.length > 0)
        context.print(
          `the capture has no exchangeInfo: ticks and lots of ${report.guessedRules.join(", ")} come from the decimals of its prices and quantities`,
        );
      for (const off of report.offTick) context.print(offTickText(off.symbol, off));
      for (const { symbol: held, kind, fromMs: firstMs, toMs: endMs, events } of report.spans)
        if (kind !== "instrumentRules")
          context.print(`in the store: ${held} ${kind}, ${counted(events, "event")}, ${formatUtc(firstMs)} to ${formatUtc(endMs)}`);
      return { store: store.shown, ...report };
    } finally {
      await store.close();
    }
  },
};
