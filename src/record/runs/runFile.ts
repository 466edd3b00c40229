import { readFileSync } from "node:fs";
import { UserError } from "../../domain/units.ts";
import type { ProcessMark } from "../../store/liveProcess.ts";

/** The file that makes a folder the folder of a kept run. */
export const RUN_FILE = "run.json";

/** Of `run.json`: what a reader of this version knows. */
export const RUN_LAYOUT = 1;

/** How `run.json` begins, to tell it from a file of somebody else's. */
export const RUN_FILE_BEGINS = /^\{\s*"layout": \d+,\s*"id": "/;

export type RunStatus = "running" | "done" | "failed" | "cancelled";

/** A kept run: all that a list, a comparison and its reader need besides the report's own files. */
export interface RunFile {
  readonly layout: number;
  /** `<UTC>-<name>-<hash8>`: when it began, its name, and the first digits of the config's hash. */
  readonly id: string;
  readonly name: string;
  readonly kind: "backtest" | "sweep";
  readonly status: RunStatus;
  /** Why it failed or was stopped; null when it did not. */
  readonly problem: string | null;
  readonly note: string;
  readonly pinned: boolean;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** The process that runs it; null once it has ended. */
  readonly process: ProcessMark | null;
  /** Where its files lie when it was started with `--out`: absolute, or below the working folder. Null: beside `run.json`. */
  readonly folder: string | null;
  readonly command: string;
  readonly symbols: readonly string[];
  /** The span that it trades; when it is done, from the first bar's open to the last bar's close. */
  readonly from: string;
  readonly to: string;
  readonly data: { readonly kind: DataKind; readonly source: string };
  /** The commit of the program, as in `summary.json`; null until the run has asked. */
  readonly code: string | null;
  readonly hashes: RunHashes;
  /** By name, fractions and USDT; null is no number. Of a sweep, those of its best run. Empty until the run is done. */
  readonly figures: Readonly<Record<string, number | null>>;
  /** A trained member served inside what it was trained on: the run proves nothing. Left out when none did. */
  readonly inSample?: true;
  /** As the report shows it. */
  readonly config: unknown;
  /** Of a sweep: the swept keys with their values, as typed. */
  readonly swept?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

type DataKind = "stored" | "simulated" | "captured";

interface RunHashes {
  /** Without the run's name and where things lie; of a sweep, over those of its grid. */
  readonly config: string;
  readonly data: string | null;
  /** Null of a sweep: each of its runs has one. */
  readonly decisions: string | null;
  /** Users' modules by name. */
  readonly modules: Readonly<Record<string, string>>;
  /** Trained members by `<layer>/<member>`: SHA-256 of their manifests; left out when there is none. */
  readonly models?: Readonly<Record<string, string>>;
}

/** The text of `run.json`: its short keys first, so that a reader sees the status without scrolling. */
export const runFileText = (run: RunFile): string => `${JSON.stringify(run, null, 2)}\n`;

/**
 * Reads a `run.json`; undefined where there is none. Throws a `UserError` that names the file when it is damaged or of a later version.
 */
export const readRunFile = (path: string): RunFile | undefined => {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
  return parseRunFile(text, path);
};

const STATUSES: readonly string[] = ["running", "done", "failed", "cancelled"] satisfies RunStatus[];

const parseRunFile = (text: string, path: string): RunFile => {
  const damaged = new UserError(`${path} is damaged: restore it from a copy, or move its folder away and run again`);
  let read: Partial<RunFile> | null;
  try {
    read = JSON.parse(text) as Partial<RunFile> | null;
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged;
    throw error;
  }
  if (typeof read !== "object" || read === null || typeof read.layout !== "number") throw damaged;
  if (read.layout > RUN_LAYOUT)
    throw new UserError(`${path} has layout ${read.layout}, of a later version than this one, which reads ${RUN_LAYOUT}: update Riposte`);
  const whole =
    [read.id, read.name, read.kind, read.startedAt, read.from, read.to, read.command, read.note].every(
      (each) => typeof each === "string",
    ) &&
    STATUSES.includes(read.status ?? "") &&
    typeof read.pinned === "boolean" &&
    Array.isArray(read.symbols) &&
    [read.figures, read.hashes, read.data].every(isObject);
  if (!whole) throw damaged;
  return read as RunFile;
};

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;
