import { statSync } from "node:fs";
import type { RiposteConfig } from "../../../config/schema.ts";
import { simulatedInstrument, simulatedMarket } from "../../../streams/simulatedMarket.ts";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { parseTimeRange, formatUtc } from "../../domain/time.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import type { Store } from "../../store/store.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import type { Fillable } from "./fillable.ts";
import { marketOptions } from "./marketOptions.ts";
import { openStore } from "./store.ts";

/** Where a run's events come from. */
export interface RunData {
  readonly instruments: readonly Instrument[];
  /** Trading starts with the bar that opens here. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Bars the progress bar expects. */
  readonly expectedBars: number;
  readonly events: () => AsyncIterable<readonly Event[]>;
  /** In words that may stand as a headline. */
  readonly source: string;
  readonly simulated: boolean;
  readonly seed: number | null;
  readonly warnings: readonly string[];
  /** Instruments whose bars are made from trades; absent: none. */
  readonly barsFromTrades?: readonly InstrumentIndex[];
  /** By instrument, what its orders can be filled by; absent: bars. */
  readonly fillable?: readonly Fillable[];
  readonly close: () => Promise<void>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says of the data besides the config. */
export interface DataChoice {
  /** The market simulator even if there is history. */
  readonly simulate: boolean;
  /** The user named the folder: then it must be there. */
  readonly dirGiven: boolean;
  /** Files of raw messages that take the place of a store; empty: none. */
  readonly captures: readonly string[];
}

export const dataChoice = (values: OptionValues, { env }: Pick<CommandContext, "env">): DataChoice => {
  const simulate = values["simulate"] === true;
  const captures = Array.isArray(values["capture"]) ? values["capture"] : [];
  if (captures.length > 0 && (values["data"] !== undefined || simulate))
    throw new UserError("--capture is the data of the run: leave --data and --simulate out", 2);
  return { simulate, dirGiven: values["data"] !== undefined || env["RIPOSTE_DATA_DIR"] !== undefined, captures };
};

export interface DataRequest extends Omit<DataChoice, "captures"> {
  readonly config: RiposteConfig;
  /** Bars before `from` that the members and the risk windows want. */
  readonly warmUpBars: number;
  /** Bars behind `to` that finish labels. */
  readonly aheadBars?: number;
  /** Where the credentials of a server are. */
  readonly env: Environment;
}

/** History from the store; the seeded market simulator where there is none. Throws `UserError`s that say what there is. */
export const runData = async (request: DataRequest): Promise<RunData> => {
  const { config, simulate, env } = request;
  if (simulate || !hasHistory(request)) return simulatedData(request);
  const store = openStore({ data: config.data, env });
  try {
    return await storedData(request, store);
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** A server that is named is meant; a folder may be absent where nobody named it. */
const hasHistory = ({ config: { data }, dirGiven }: DataRequest): boolean => {
  if (data.store === "questdb") return true;
  const found = statSync(data.dir, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory())
    throw new UserError(`the history ${data.dir} is a file, not a folder: name the folder with --data`);
  if (dirGiven && found === undefined)
    throw new UserError(`there is no history in ${data.dir}: fill it with riposte backfill --data ${data.dir}, or leave --data out`);
  return found !== undefined;
};

const simulatedData = ({ config, aheadBars = 0 }: DataRequest): RunData => {
  const options = marketOptions(config);
  const endMs = options.fromMs + options.days * DAY_MS;
  const { toMs } = parseTimeRange(config.from, config.to);
  if (toMs !== null && toMs <= options.fromMs) {
    throw new UserError(
      `there are no bars to ${formatUtc(toMs)}: the simulated market has ${formatUtc(options.fromMs)} to ${formatUtc(endMs)}; move --to, or say --from`,
    );
  }
  const clippedMs = Math.min(toMs ?? Infinity, endMs);
  const days = (clippedMs - options.fromMs) / DAY_MS;
  return {
    instruments: options.symbols.map((symbol, index) => simulatedInstrument(symbol, index)),
    fromMs: options.fromMs,
    toMs: clippedMs,
    expectedBars: days * 1440 * options.symbols.length,
    events: () => simulatedMarket({ ...options, days: Math.min(options.days, days + (aheadBars * MINUTE_MS) / DAY_MS) }),
    source: `SIMULATED market, seed ${options.seed}: no real prices`,
    simulated: true,
    seed: options.seed,
    warnings: [
      `The prices come from the seeded market simulator, not from an exchange; fill a store with "riposte backfill" for real ones.`,
    ],
    close: () => Promise.resolve(),
  };
};

const storedData = async ({ config, warmUpBars, aheadBars = 0 }: DataRequest, store: Store): Promise<RunData> => {
  const { symbols } = config;
  const spans = (await store.spans()).filter(
    ({ kind, market }) => kind === "kline" && (config.data.market === null || market === config.data.market),
  );
  const mine = symbols.map((symbol) => {
    const span = spans.find((each) => each.symbol === symbol);
    if (span !== undefined) return span;
    const held = spans.map((each) => `${each.symbol} (${each.market})`).join(", ") || "nothing";
    const where = `${config.data.market === null ? "" : ` --market ${config.data.market}`} ${store.options}`;
    throw new UserError(
      `${symbol} is not in the history in ${store.shown}: it holds ${held}; run riposte backfill --symbol ${symbol}${where}`,
    );
  });
  const range = parseTimeRange(config.from, config.to);
  const firstMs = Math.min(...mine.map((span) => span.fromMs));
  const lastMs = Math.max(...mine.map((span) => span.toMs));
  const fromMs = range.fromMs ?? firstMs;
  const toMs = range.toMs ?? lastMs;
  if (fromMs >= lastMs || toMs <= firstMs) {
    const asked = [
      range.fromMs === null ? "" : `from ${formatUtc(range.fromMs)}`,
      range.toMs === null ? "" : `to ${formatUtc(range.toMs)}`,
    ];
    throw new UserError(
      `there are no bars ${asked.filter((part) => part !== "").join(" ")}: ${symbols.join(", ")} in ${store.shown} has ${formatUtc(firstMs)} to ${formatUtc(lastMs)}; move --from or --to, or backfill more`,
    );
  }
  const instruments = await store.instruments(symbols, fromMs);
  const readFromMs = config.data.warmUp ? Math.max(firstMs, fromMs - warmUpBars * MINUTE_MS) : fromMs;
  const market = (mine[0] as { market: string }).market;
  const simulated = market === "simulated";
  return {
    instruments,
    fromMs: Math.max(fromMs, firstMs),
    toMs: Math.min(toMs, lastMs),
    expectedBars: ((Math.min(toMs, lastMs) - readFromMs) / MINUTE_MS) * symbols.length,
    events: () =>
      store.read({
        instruments,
        kinds: ["funding", "kline"],
        fromMs: readFromMs,
        toMs: toMs + aheadBars * MINUTE_MS,
        burstEvents: config.line.burstEvents,
      }),
    source: simulated ? `SIMULATED market in ${store.shown}: no real prices` : `${marketName(market)} klines in ${store.shown}`,
    simulated,
    seed: null,
    warnings: [...warningsFor(market, symbols, range, firstMs, lastMs), ...(await rulesWarnings(store, symbols, fromMs, toMs))],
    close: () => store.close(),
  };
};

/** A run keeps the rules it begins with: ticks and lots are counted in them. */
const rulesWarnings = async (store: Store, symbols: readonly string[], fromMs: number, toMs: number): Promise<string[]> => {
  const warnings: string[] = [];
  for (const symbol of symbols) {
    const changedMs = await store.rulesChangedMs(symbol, fromMs, toMs);
    if (changedMs.length === 0) continue;
    const when = changedMs.map(formatUtc).join(", ");
    warnings.push(`The trading rules of ${symbol} changed on ${when}; the run keeps those of its start: begin another one there.`);
  }
  return warnings;
};

const marketName = (market: string): string => (market === "um" ? "USD-M perpetual" : market === "spot" ? "spot" : market);

const warningsFor = (
  market: string,
  symbols: readonly string[],
  range: { readonly fromMs: number | null; readonly toMs: number | null },
  firstMs: number,
  lastMs: number,
): string[] => {
  const warnings: string[] = [];
  if (market === "spot")
    warnings.push(`Spot klines of ${symbols.join(", ")} stand in for the perpetual: same price to a few basis points, other volume.`);
  if (market === "simulated") warnings.push("The prices in this store come from the market simulator, not from an exchange.");
  if (range.fromMs !== null && range.fromMs < firstMs) warnings.push(`History begins only at ${formatUtc(firstMs)}.`);
  if (range.toMs !== null && range.toMs > lastMs) warnings.push(`History ends already at ${formatUtc(lastMs)}.`);
  return warnings;
};
