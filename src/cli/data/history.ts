import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { RiposteConfig } from "../../../config/schema.ts";
import { simulatedInstrument, simulatedMarket } from "../../../streams/simulatedMarket.ts";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { parseTimeRange, formatUtc } from "../../domain/time.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import type { Captured } from "./captureData.ts";
import { captureData } from "./captureData.ts";
import type { Fillable } from "./fillable.ts";
import { marketOptions } from "./marketOptions.ts";
import { openStore, requireFolder } from "./store.ts";
import { tickChecked } from "./tickChecked.ts";
import { storedData } from "./storedData.ts";
import type { WantedKinds } from "./wantedKinds.ts";

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

/** Of the expected bars, those that are over at a moment of the line: there may be thousands of events in a bar. */
export const barsOver = ({ toMs, expectedBars, instruments }: RunData, knownAtMs: number): number =>
  Math.max(0, expectedBars - Math.ceil(Math.max(0, toMs - knownAtMs) / MINUTE_MS) * instruments.length);

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says of the data besides the config. */
export interface DataChoice {
  /** The market simulator even if there is history. */
  readonly simulate: boolean;
  /** The user named the folder: then it must be there. */
  readonly dirGiven: boolean;
  /** Files of raw messages that take the place of a store; empty: none. */
  readonly captures: readonly string[];
  /** What they hold, where they have been looked through. */
  readonly captured?: Captured;
  /** Of the command that reads captures, which takes minutes where they are long. */
  readonly reading?: Pick<CommandContext, "signal" | "progress">;
}

/** `--capture`, of every command that reads a run's events. */
export const captureOption = {
  type: "string",
  multiple: true,
  value: "FILE",
  help: "replay raw messages instead of a store: a capture of Binance USD-M streams, plain or gzip; several files of one recording: repeat",
} as const;

export const dataChoice = (
  values: OptionValues,
  { env, signal, progress }: Pick<CommandContext, "env"> & Partial<Pick<CommandContext, "signal" | "progress">>,
): DataChoice => {
  const simulate = values["simulate"] === true;
  const captures = Array.isArray(values["capture"]) ? values["capture"] : [];
  if (captures.length > 0 && (values["data"] !== undefined || simulate))
    throw new UserError("--capture is the data of the run: leave --data and --simulate out", 2);
  const dirGiven = values["data"] !== undefined || env["RIPOSTE_DATA_DIR"] !== undefined;
  const isRead = captures.length > 0 && signal !== undefined && progress !== undefined;
  return { simulate, dirGiven, captures, ...(isRead ? { reading: { signal, progress } } : {}) };
};

export interface DataRequest extends DataChoice {
  readonly config: RiposteConfig;
  /** What of a store is read beside bars and funding, where it is there. */
  readonly wanted: WantedKinds;
  /** Bars before `from` that the members and the risk windows want. */
  readonly warmUpBars: number;
  /** Bars behind `to` that finish labels. */
  readonly aheadBars?: number;
  /** Where the credentials of a server are. */
  readonly env: Environment;
}

/** A capture, history from the store, or the seeded market simulator where there is none. Throws `UserError`s that say what there is. */
export const runData = async (request: DataRequest): Promise<RunData> => tickChecked(await chosenData(request));

const chosenData = async (request: DataRequest): Promise<RunData> => {
  const { config, simulate, env, captures } = request;
  if (captures.length > 0) return captureData(request);
  if (simulate || !hasHistory(request)) return simulatedData(request);
  const store = openStore({ data: config.data, env });
  try {
    return await storedData(request, store);
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** A server that is named is meant; a folder may be absent, or hold no file (a fresh volume), where nobody named it. */
const hasHistory = ({ config: { data }, dirGiven }: DataRequest): boolean => {
  if (data.store === "questdb") return true;
  const found = requireFolder(data.dir);
  if (dirGiven && !found)
    throw new UserError(`there is no history in ${data.dir}: fill it with riposte backfill --data ${data.dir}, or leave --data out`);
  return found && (dirGiven || holdsFile(data.dir));
};

/** Whether a folder has a file at any depth; one that cannot be looked into is the store's to tell. */
const holdsFile = (dir: string): boolean => {
  try {
    return readdirSync(dir, { withFileTypes: true }).some((entry) => !entry.isDirectory() || holdsFile(join(dir, entry.name)));
  } catch {
    return true;
  }
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
