import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { UserError } from "../domain/units.ts";
import { plainFile } from "../store/plainFile.ts";

/** One run of a search over settings, as a line of the ledger has it. What is no number is null. */
export interface Trial {
  readonly configSha256: string;
  readonly dataSha256: string;
  readonly decisionsSha256: string;
  /** By name, users' modules of the run: SHA-256 of all that they load. */
  readonly modules: Readonly<Record<string, string>>;
  /** By `<layer>/<member>`, trained members: SHA-256 of their manifests. */
  readonly models: Readonly<Record<string, string>>;
  readonly symbols: readonly string[];
  /** First open and last close, ISO, UTC. */
  readonly from: string;
  readonly to: string;
  /** What was swept, by key. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Mean over sample standard deviation of the daily returns, *not* annualised; null without a spread. */
  readonly sharpePerDay: number | null;
  /** Daily returns. */
  readonly days: number;
  /** Of the daily returns; kurtosis raw, 3 for a normal. */
  readonly skew: number | null;
  readonly kurtosis: number | null;
  readonly totalReturn: number | null;
  readonly maxDrawdown: number | null;
  readonly trades: number;
}

/** What a ledger says of the trials on some data: the input of statistics that correct for the search. */
interface TrialStatistics {
  readonly count: number;
  /** Trials with a Sharpe ratio: one that never traded has none. */
  readonly withSharpe: number;
  /** Sample variance (n − 1) of the daily Sharpe ratios; NaN below two of them. */
  readonly sharpeVariance: number;
}

/** Trials by what makes one: the same settings, modules and members on the same data are one trial, however often they run. */
const identityOf = ({
  configSha256,
  dataSha256,
  modules,
  models,
}: Pick<Trial, "configSha256" | "dataSha256" | "modules" | "models">): string =>
  `${configSha256} ${dataSha256} ${JSON.stringify([modules, models].map((files) => Object.entries(files).sort()))}`;

/** The trials of two ledgers, each once. */
export const allTrials = (trials: readonly Trial[], others: readonly Trial[]): Trial[] => [
  ...new Map([...others, ...trials].map((trial) => [identityOf(trial), trial])).values(),
];

/** Count and variance of the Sharpe ratio over trials; with `dataSha256` only of those on these data. */
export const trialStatistics = (trials: readonly Trial[], dataSha256?: string): TrialStatistics => {
  const own = trials.filter((trial) => dataSha256 === undefined || trial.dataSha256 === dataSha256);
  const sharpes = own.map(({ sharpePerDay }) => sharpePerDay).filter((sharpe) => sharpe !== null);
  const mean = sharpes.reduce((sum, sharpe) => sum + sharpe, 0) / sharpes.length;
  const squares = sharpes.reduce((sum, sharpe) => sum + (sharpe - mean) * (sharpe - mean), 0);
  return { count: own.length, withSharpe: sharpes.length, sharpeVariance: sharpes.length < 2 ? NaN : squares / (sharpes.length - 1) };
};

/**
 * The file of all trials, one JSON line each with its CRC-32, only ever appended to; two processes may append at once. Lines that are no
 * trial (a write that was cut off) and lines that were changed are named; a changed one counts as it stands, as do those of earlier
 * versions, which have no checksum. Held: every trial once, about 1 kB each.
 */
export class TrialLedger {
  readonly path: string;
  /** In the order of the file, repeats left out. */
  trials: Trial[] = [];
  /** Numbers of lines that are no trial, and of those that are not as they were written. */
  unreadable: readonly number[] = [];
  changed: readonly number[] = [];
  readonly #known = new Set<string>();

  /**
   * Reads the ledger; a file that does not exist is an empty one. Throws a `UserError` where it cannot be read, cannot be written
   * later, or is a file of somebody else: lines, and no trial among them. `makeFolder`: its folder is made where it is missing.
   */
  constructor(path: string, makeFolder = false) {
    this.path = path;
    requireWritable(path, makeFolder);
    this.refresh();
    if (this.trials.length === 0 && this.unreadable.length > 0 && !isFirstWrite(textOf(path)))
      throw new UserError(`cannot use the ledger ${path}: none of its lines is a trial; name another file with --ledger, or move it away`);
  }

  /** Reads it again: other processes may have appended. */
  refresh(): void {
    const { trials, unreadable, changed } = readTrials(this.path);
    this.trials = trials;
    this.unreadable = unreadable;
    this.changed = changed;
    for (const trial of trials) this.#known.add(identityOf(trial));
  }

  /** Appends a trial and waits until it is on disk. False: the ledger has it already, nothing was written. */
  append(trial: Trial): boolean {
    if (this.#known.has(identityOf(trial))) return false;
    try {
      const file = openSync(this.path, "a+");
      try {
        // One write at the end of the file: what two processes append does not mix.
        const bytes = Buffer.from(`${isTorn(file) ? "\n" : ""}${lineOf(trial)}\n`, "utf8");
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw refused("write", this.path, error);
    }
    this.#known.add(identityOf(trial));
    this.trials.push(trial);
    return true;
  }
}

interface Lines {
  readonly trials: Trial[];
  readonly unreadable: readonly number[];
  readonly changed: readonly number[];
}

/** The trials of a ledger's file, repeats left out. */
export const readTrials = (path: string): Lines => {
  const trials = new Map<string, Trial>();
  const [unreadable, changed]: [number[], number[]] = [[], []];
  for (const [index, text] of textOf(path).split("\n").entries()) {
    const line = text.trim();
    if (line === "") continue;
    const trial = trialOf(line);
    if (trial === undefined) {
      unreadable.push(index + 1);
      continue;
    }
    if (!isAsWritten(line)) changed.push(index + 1);
    const identity = identityOf(trial);
    if (!trials.has(identity)) trials.set(identity, trial);
  }
  return { trials: [...trials.values()], unreadable, changed };
};

/** One line that begins as a trial does and has no end: the first write was cut off. */
const isFirstWrite = (text: string): boolean => /^\{"\w+":[^\n]*$/.test(text);

/** The last byte ends no line: a write was cut off there. */
const isTorn = (file: number): boolean => {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
};

/** A trial as JSON whose last member is the checksum of what stands before it. */
const lineOf = (trial: Trial): string => {
  const json = JSON.stringify(trial);
  return `${json.slice(0, -1)},"crc32":"${checksum(json)}"}`;
};

/** False: the line has lost its checksum, or has one that is not its own. Earlier versions wrote none, and knew no modules. */
const isAsWritten = (line: string): boolean => {
  const [, before, sum] = /^(.*),"crc32":"([0-9a-f]*)"\}$/s.exec(line) ?? [];
  return before === undefined ? !line.includes('"modules":') : checksum(`${before}}`) === sum;
};

const checksum = (json: string): string => crc32(json).toString(16).padStart(8, "0");

/** The file itself is not made: a sweep that fails leaves none. */
const requireWritable = (path: string, makeFolder: boolean): void => {
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw refused("read", path, { code: "EISDIR" });
    const target = plainFile(path, "name another file with --ledger");
    if (makeFolder) mkdirSync(dirname(target), { recursive: true });
    accessSync(existsSync(target) ? target : dirname(target), constants.W_OK);
  } catch (error) {
    throw error instanceof UserError ? error : refused("write", path, error);
  }
};

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw refused("read", path, error);
  }
};

/** `modules`, `models`: ledgers of earlier versions do not know them. */
const trialOf = (line: string): Trial | undefined => {
  let value: (Partial<Trial> & { readonly crc32?: unknown }) | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const whole =
    typeof value === "object" &&
    typeof value?.configSha256 === "string" &&
    typeof value.dataSha256 === "string" &&
    (value.sharpePerDay === null || typeof value.sharpePerDay === "number");
  if (!whole) return undefined;
  const { crc32: _, ...trial } = { modules: {}, models: {}, ...value };
  return trial as Trial;
};

const refused = (what: "read" | "write", path: string, error: unknown): UserError => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const reason = REASONS[code] ?? `the system refused it (${code})`;
  return new UserError(`cannot ${what} the ledger ${path}: ${reason}; name another file with --ledger`);
};

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: "it is a folder",
  ENOENT: "its folder does not exist",
  ENOTDIR: "a part of its path is a file",
  EROFS: "the file system is read-only",
  EACCES: "no permission",
  ENOSPC: "the disk is full",
};
