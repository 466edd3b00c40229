import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { UserError } from "../domain/units.ts";

/** One run of a search over settings, as a line of the ledger has it. What is no number is null. */
export interface Trial {
  readonly configSha256: string;
  readonly dataSha256: string;
  readonly decisionsSha256: string;
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
export interface TrialStatistics {
  readonly count: number;
  /** Trials with a Sharpe ratio: one that never traded has none. */
  readonly withSharpe: number;
  /** Sample variance (n − 1) of the daily Sharpe ratios; NaN below two of them. */
  readonly sharpeVariance: number;
}

/** Trials by what makes one: the same settings on the same data are one trial, however often they run. */
const identityOf = ({ configSha256, dataSha256 }: Pick<Trial, "configSha256" | "dataSha256">): string => `${configSha256} ${dataSha256}`;

/** Count and variance of the Sharpe ratio over trials; with `dataSha256` only of those on these data. */
export const trialStatistics = (trials: readonly Trial[], dataSha256?: string): TrialStatistics => {
  const own = trials.filter((trial) => dataSha256 === undefined || trial.dataSha256 === dataSha256);
  const sharpes = own.map(({ sharpePerDay }) => sharpePerDay).filter((sharpe) => sharpe !== null);
  const mean = sharpes.reduce((sum, sharpe) => sum + sharpe, 0) / sharpes.length;
  const squares = sharpes.reduce((sum, sharpe) => sum + (sharpe - mean) * (sharpe - mean), 0);
  return { count: own.length, withSharpe: sharpes.length, sharpeVariance: sharpes.length < 2 ? NaN : squares / (sharpes.length - 1) };
};

/**
 * The file of all trials, one JSON line each, only ever appended to. A line that was cut off (the machine stopped in the middle of a
 * write) is left where it is, skipped, and named in `unreadable`. Held: every trial once, about 1 kB each.
 */
export class TrialLedger {
  readonly path: string;
  /** In the order of the file, repeats left out. */
  readonly trials: Trial[] = [];
  /** Numbers of lines that are no trial. */
  readonly unreadable: number[] = [];
  readonly #known = new Set<string>();
  /** The last line has no end. */
  #torn = false;

  /** Reads the ledger; a file that does not exist is an empty one. Throws a `UserError` where it cannot be read. */
  constructor(path: string) {
    this.path = path;
    const text = textOf(path);
    this.#torn = text !== "" && !text.endsWith("\n");
    for (const [index, line] of text.split("\n").entries()) {
      if (line === "") continue;
      const trial = trialOf(line);
      if (trial === undefined) this.unreadable.push(index + 1);
      else this.#take(trial);
    }
  }

  /** Appends a trial and waits until it is on disk. False: the ledger has it already, nothing was written. */
  append(trial: Trial): boolean {
    if (this.#known.has(identityOf(trial))) return false;
    try {
      const file = openSync(this.path, "a");
      try {
        const bytes = Buffer.from(`${this.#torn ? "\n" : ""}${JSON.stringify(trial)}\n`, "utf8");
        for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw refused("write", this.path, error);
    }
    this.#torn = false;
    this.#take(trial);
    return true;
  }

  #take(trial: Trial): void {
    const identity = identityOf(trial);
    if (this.#known.has(identity)) return;
    this.#known.add(identity);
    this.trials.push(trial);
  }
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw refused("read", path, error);
  }
};

const trialOf = (line: string): Trial | undefined => {
  let value: Partial<Trial> | null;
  try {
    value = JSON.parse(line) as Partial<Trial> | null;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const whole =
    typeof value === "object" &&
    typeof value?.configSha256 === "string" &&
    typeof value.dataSha256 === "string" &&
    (value.sharpePerDay === null || typeof value.sharpePerDay === "number");
  return whole ? (value as Trial) : undefined;
};

const refused = (what: "read" | "write", path: string, error: unknown): UserError => {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  const why = code === "EISDIR" ? "it is a folder" : code === "ENOENT" ? "its folder does not exist" : `the system refused it (${code})`;
  return new UserError(`cannot ${what} the ledger ${path}: ${why}; name another file with --ledger`);
};
