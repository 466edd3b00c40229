import { readdirSync } from "node:fs";
import { join } from "node:path";
import { simulatedInstrument, simulatedMarket } from "../../../streams/simulatedMarket.ts";
import { parseTimeRange, formatUtc } from "../../domain/time.ts";
import { DAY_MS, MINUTE_MS, UserError } from "../../domain/units.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import { captureData } from "./captureData.ts";
import { marketOptions } from "./marketOptions.ts";
import type { DataChoice, DataRequest, RunData } from "./runData.ts";
import { openStore, requireFolder } from "./store.ts";
import { tickChecked } from "./tickChecked.ts";
import { storedData } from "./storedData.ts";

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

/** A capture, history from the store, or the seeded market simulator where there is none. Throws `UserError`s that say what there is. */
export const runData = async (request: DataRequest): Promise<RunData> => tickChecked(await chosenData(request));

const chosenData = async (request: DataRequest): Promise<RunData> => {
  const { config, env, captures } = request;
  if (captures.length > 0) return captureData(request);
  if (isSimulated(request)) return simulatedData(request);
  const store = openStore({ data: config.data, env });
  try {
    return await storedData(request, store);
  } catch (error) {
    await store.close();
    throw error;
  }
};

/** Whether a run would be on the market simulator: it was asked for, or there is no history. */
export const isSimulated = (request: Pick<DataRequest, "config" | "dirGiven" | "simulate" | "captures">): boolean =>
  request.captures.length === 0 && (request.simulate || !hasHistory(request));

/** A named server must exist. A folder may be absent, or hold no file (a fresh volume), unless it was named. */
const hasHistory = ({ config: { data }, dirGiven }: Pick<DataRequest, "config" | "dirGiven">): boolean => {
  if (data.store === "questdb") return true;
  const found = requireFolder(data.dir);
  if (dirGiven && !found)
    throw new UserError(`there is no history in ${data.dir}: fill it with riposte backfill --data ${data.dir}, or leave --data out`);
  return found && (dirGiven || holdsFile(data.dir));
};

/** Whether a folder has a file at any depth. The store reports a folder that cannot be read. */
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
