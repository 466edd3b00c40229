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
import { UserError } from "../domain/units.ts";
import { plainFile } from "../store/plainFile.ts";
import type { Trial } from "./trial.ts";
import { identityOf } from "./trial.ts";
import { isAsWritten, LINE_FORMAT, lineOf, trialOf } from "./trialLine.ts";

/**
 * The file of all trials, one JSON line each with its CRC-32, only ever appended to; two processes may append at once. Lines that are no
 * trial (a write that was cut off) and lines that were changed are named; a changed one counts as it stands, as do those of earlier
 * versions, which have no checksum. Held: every trial once, about 1 kB each and 11 bytes a day.
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
    if (typeof trial === "number")
      throw new UserError(
        `cannot use the ledger ${path}: line ${index + 1} has format ${trial}, and this version of Riposte reads up to ${LINE_FORMAT}; use the version that wrote it, or name another file with --ledger`,
      );
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
