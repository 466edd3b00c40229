import type { Instrument } from "../domain/instrument.ts";
import { parseTime } from "../domain/time.ts";
import { UserError } from "../domain/units.ts";
import type { BackfillKind } from "../venues/binance/archive/archivePath.ts";
import { localArchive } from "../store/archive/localArchive.ts";
import { httpArchive } from "../store/archive/source.ts";
import { backfill } from "../store/backfill/backfill.ts";
import type { BackfillReport } from "../store/backfill/report.ts";
import { isDaily, marketOf } from "../store/backfill/plan.ts";
import { DEFAULT_FEES } from "../store/rules/defaultInstruments.ts";
import { bracketsOf } from "../venues/binance/leverageBrackets.ts";
import { intervalMsOf } from "../store/table/interval.ts";
import type { HttpGet } from "../venues/binance/http.ts";
import { httpGet, Unreachable, unusedProxies } from "../venues/binance/http.ts";
import { binanceRest } from "../venues/binance/rest.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { configOf, configOptions } from "./configOptions.ts";
import { backfillLines } from "./data/backfillText.ts";
import { openStore } from "./data/store.ts";

const ARCHIVE_URL = "https://data.binance.vision";

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
    const intervalMs = intervalMsOf(interval);
    const market = config.data.market ?? "um";
    if (market === "simulated") throw new UserError("--market simulated is not the archive's: use um or spot, or riposte simulate", 2);
    const kinds = kindsOf(text(values, "kinds") ?? "klines,funding", market);
    const units = kinds.every(isDaily) ? "days" : kinds.some(isDaily) ? "months and days" : "months";
    const folder = text(values, "archive");
    const isGiven = (name: "archive-url" | "rest-url"): boolean => values[name] !== undefined && values[name] !== ARCHIVE_URL;
    const unused = folder === undefined ? undefined : (["archive-url", "rest-url"] as const).find(isGiven);
    if (unused !== undefined) throw new UserError(`--archive reads no network, so --${unused} would not be used: leave one of them out`, 2);
    const fromMs = config.from === null ? undefined : parseTime(config.from, "--from");
    const toMs = config.to === null ? undefined : parseTime(config.to, "--to");
    if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs)
      throw new UserError(`--from ${config.from} is not before --to ${config.to}`, 2);
    if (folder === undefined && fromMs === undefined) throw new UserError("say from when: add --from, e.g. --from 2023-01-01", 2);

    const get = httpGet({
      proxies: unusedProxies(context.env),
      onRetry: (line) => {
        context.log(line);
      },
    });
    const archiveUrl = text(values, "archive-url") ?? ARCHIVE_URL;
    const local = { symbols: config.symbols, ...(config.data.market === null ? {} : { market }) };
    const archive = folder === undefined ? httpArchive(checkedUrl(archiveUrl, "--archive-url"), get) : await localArchive(folder, local);
    const network = folder === undefined ? networkOf(market, text(values, "rest-url"), get, context) : {};
    const store = openStore({ data: config.data, env: context.env, intervalMs });
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
      const failure = failureOf(report, config.symbols, context);
      if (failure === undefined || report.filesLanded + report.filesSkipped + report.rowsFromRest > 0)
        for (const line of backfillLines(report, market, intervalMs)) context.print(line);
      if (report.aborted)
        throw new UserError(
          `stopped: ${report.filesLanded} files (${report.rows} rows) have landed in ${store.shown} and stay; the same command goes on from there`,
        );
      if (failure !== undefined) throw failure;
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
    onWait: (line) => {
      context.log(line);
    },
    ...(restUrl === undefined ? {} : { baseUrl: checkedUrl(restUrl, "--rest-url"), fundingBaseUrl: restUrl }),
  });
  const rulesOf = async (symbol: string): Promise<Instrument | undefined> => {
    try {
      return await newest.instrument(symbol, { brackets: bracketsOf(symbol), ...DEFAULT_FEES, fundingIntervalHours: 8 }, context.signal);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      context.log(`the instrument rules of ${symbol} are guessed, and asked for again by the next backfill: ${error.message}`);
      return undefined;
    }
  };
  return { newest, rulesOf };
};

/** Logs a line for each symbol that is not complete. A single symbol, and an unreachable source, keep their own error. */
const failureOf = ({ failures }: BackfillReport, symbols: readonly string[], context: CommandContext): UserError | undefined => {
  const [first] = failures;
  const unreachable = failures.find(({ error }) => error instanceof Unreachable);
  if (first === undefined || symbols.length === 1 || unreachable !== undefined) return (unreachable ?? first)?.error;
  for (const { symbol, error } of failures) context.log(`${symbol}: ${error.message}`);
  return new UserError(
    `${failures.length} of ${symbols.length} symbols failed: ${failures.map(({ symbol }) => symbol).join(", ")}; what has landed stays`,
  );
};
