import type { Instrument } from "../domain/instrument.ts";
import { parseTime } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import { httpArchive, localArchive } from "../store/archive/source.ts";
import type { BackfillReport } from "../store/backfill/backfill.ts";
import { backfill } from "../store/backfill/backfill.ts";
import type { BackfillKind } from "../store/backfill/plan.ts";
import { isDaily, marketOf } from "../store/backfill/plan.ts";
import { DEFAULT_FEES } from "../store/rules/defaultInstruments.ts";
import { bracketsOf } from "../store/rules/leverageBrackets.ts";
import { spanText, timeText } from "../store/reading/catalog.ts";
import { intervalMsOf } from "../store/table/interval.ts";
import type { HttpGet } from "../venues/binance/http.ts";
import { httpGet } from "../venues/binance/http.ts";
import { binanceRest } from "../venues/binance/rest.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { openStore } from "./data/store.ts";

const ARCHIVE_URL = "https://data.binance.vision";
/** Gaps and missing files that are named one by one; the rest is counted. */
const LISTED_MAX = 10;

/** `riposte backfill`: public archive and REST → store; twice changes nothing. */
export const backfillCommand: Command = {
  name: "backfill",
  summary: "fill the store from the public archive and REST",
  options: {
    ...configOptions("symbol", "from", "to", "data"),
    interval: { type: "string", value: "1m", default: "1m", help: "length of a kline" },
    market: {
      type: "string",
      value: "um|spot",
      help: "whose klines: the perpetual's (default), or spot's standing in for it; all else is the perpetual's [data.market]",
    },
    kinds: { type: "string", value: "LIST", default: "klines,funding", help: "what to fetch: klines, funding, aggTrades, metrics" },
    archive: { type: "string", value: "DIR", help: "a local copy of the archive's layout instead of the network" },
    "archive-url": { type: "string", value: "URL", default: ARCHIVE_URL, help: "the public archive" },
    "rest-url": { type: "string", value: "URL", help: "REST for the newest days; default: Binance's for the market" },
    force: { type: "boolean", help: "import files again that have landed before" },
  },
  run: async (values, context) => {
    const { config } = await configOf(values, context);
    const interval = text(values, "interval") ?? "1m";
    intervalMsOf(interval); // refused before anything is opened
    const market = config.data.market ?? "um";
    if (market === "simulated") throw new UserError("--market simulated is not the archive's: use um or spot, or riposte simulate", 2);
    const kinds = kindsOf(text(values, "kinds") ?? "klines,funding", market);
    const units = kinds.every(isDaily) ? "days" : kinds.some(isDaily) ? "months and days" : "months";
    const folder = text(values, "archive");
    const fromMs = config.from === null ? undefined : parseTime(config.from, "--from");
    const toMs = config.to === null ? undefined : parseTime(config.to, "--to");
    if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
      throw new UserError(`--from ${config.from} is not before --to ${config.to}`, 2);
    if (folder === undefined && fromMs === undefined) throw new UserError("say from when: add --from, e.g. --from 2023-01-01", 2);

    const get = httpGet({ onRetry: (line) => context.log(line) });
    const archiveUrl = text(values, "archive-url") ?? ARCHIVE_URL;
    const archive = folder === undefined ? httpArchive(checkedUrl(archiveUrl, "--archive-url"), get) : await localArchive(folder);
    const network = folder === undefined ? networkOf(market, text(values, "rest-url"), get, context) : {};
    const store = openStore({ data: config.data, env: context.env, intervalMs: intervalMsOf(interval) });
    try {
      const report = await backfill({
        store,
        symbols: config.symbols,
        ...(fromMs === undefined ? {} : { fromMs }),
        ...(toMs === undefined ? {} : { toMs }),
        interval,
        market,
        kinds,
        archive,
        ...network,
        force: values["force"] === true,
        nowMs: Date.now(),
        signal: context.signal,
        onProgress: ({ filesDone, filesTotal }) => context.progress(units, filesDone, filesTotal),
      });
      print(report, market, context);
      if (report.aborted)
        throw new UserError(
          `stopped: ${report.filesLanded} files (${report.rows} rows) have landed in ${store.shown} and stay; the same command goes on from there`,
        );
      return report;
    } finally {
      await store.close();
    }
  },
};

const text = (values: OptionValues, name: string): string | undefined => {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
};

/** Kinds by their names on the command line. */
const KINDS: ReadonlyMap<string, BackfillKind> = new Map([
  ["klines", "kline"],
  ["funding", "funding"],
  ["aggTrades", "aggTrades"],
  ["metrics", "metrics"],
]);

const kindsOf = (value: string, market: "um" | "spot"): BackfillKind[] =>
  value.split(",").map((name) => {
    const kind = KINDS.get(name.trim());
    if (kind === undefined)
      throw new UserError(`--kinds ${value} names ${name}, which is not known: use ${[...KINDS.keys()].join(", ")}`, 2);
    marketOf(kind, market); // refused before anything is opened
    return kind;
  });

const checkedUrl = (value: string, option: string): string => {
  if (URL.canParse(value) && /^https?:/.test(value)) return value;
  throw new UserError(`${option} ${value} is not an http(s) URL`, 2);
};

/** REST for the newest days and for instrument rules, which fall back to the defaults where the exchange is out of reach. */
const networkOf = (market: "um" | "spot", restUrl: string | undefined, get: HttpGet, context: CommandContext) => {
  const newest = binanceRest({
    market,
    get,
    ...(restUrl === undefined ? {} : { baseUrl: checkedUrl(restUrl, "--rest-url"), fundingBaseUrl: restUrl }),
  });
  const rulesOf = async (symbol: string): Promise<Instrument | undefined> => {
    try {
      return await newest.instrument(symbol, { brackets: bracketsOf(symbol), ...DEFAULT_FEES, fundingIntervalHours: 8 }, context.signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.log(`default instrument rules for ${symbol}: ${error.message}`);
      return undefined;
    }
  };
  return { newest, rulesOf };
};

const print = (report: BackfillReport, market: string, context: CommandContext): void => {
  const skipped = report.filesSkipped > 0 ? `, ${report.filesSkipped} had landed before` : "";
  const rest = report.rowsFromRest > 0 ? `, ${report.rowsFromRest} rows from REST` : "";
  context.print(`${report.filesLanded} files landed (${report.rows} rows, ${(report.bytes / 1e6).toFixed(1)} MB)${skipped}${rest}`);
  for (const span of report.spans.filter(({ kind }) => kind !== "instrumentRules"))
    context.print(`in the store: ${spanText(span)}, ${span.events} ${span.kind} events`);
  if (market === "spot")
    context.print("spot klines stand in for the perpetual: prices differ by some basis points, funding is the perpetual's own");
  const duplicates = report.identicalDuplicates + report.conflictingDuplicates;
  if (duplicates > 0)
    context.print(
      `duplicate rows: ${report.identicalDuplicates} identical, ${report.conflictingDuplicates} conflicting (the later one was taken)`,
    );
  if (report.outOfOrder > 0) context.print(`trades out of order in their files, put in order: ${report.outOfOrder}`);
  if (report.blankRows > 0) context.print(`rows of metrics without one of their values: ${report.blankRows}`);
  listed(
    report.idGaps,
    context,
    ({ file, places, ids }) => `${file} skips ${ids} trade ids in ${places} ${places === 1 ? "place" : "places"}`,
  );
  listed(report.dropped, context, (file) => `damaged or gone, imported anew as far as the source has it: ${file}`);
  listed(report.missing, context, (path) => `not in the archive: ${path}`);
  listed(
    report.gaps,
    context,
    ({ symbol, fromMs, toMs, bars }) => `gap: ${symbol} ${timeText(fromMs)} … ${timeText(toMs)}, ${bars} bars missing`,
  );
};

const listed = <T>(items: readonly T[], context: CommandContext, line: (item: T) => string): void => {
  for (const item of items.slice(0, LISTED_MAX)) context.print(line(item));
  if (items.length > LISTED_MAX) context.print(`… and ${items.length - LISTED_MAX} more like this`);
};
