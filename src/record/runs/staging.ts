import { randomUUID } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { InvariantError } from "../../domain/units.ts";
import { FILE_LIST } from "../../store/hashing/fileList.ts";
import { requirePlain } from "../../store/plainFile.ts";
import { RUN_FILE } from "./runFile.ts";
import { writing } from "../../store/output/outputError.ts";

/** Everything a run may leave in its folder. */
export const RUN_FILES = [
  "report.html",
  "summary.json",
  "trades.csv",
  "fills.csv",
  "equity.csv",
  "shadow.csv",
  "decisions.jsonl",
  "decisions.parquet",
  FILE_LIST,
  RUN_FILE,
] as const;

/** A folder beside its destination where a run's files grow until all of them are whole. */
export interface Staging {
  /** The destination, absolute. */
  readonly outDir: string;
  /** Where to write meanwhile, absolute. */
  readonly dir: string;
  /** Path in the staging folder for a file of this name; throws when the name is no plain file name. */
  file(name: string): string;
  /** Moves everything into place, all or nothing, and returns the paths there. Once only. */
  commit(): readonly string[];
  /** Removes everything staged and leaves the destination as it was. Synchronous, harmless when repeated or after a commit. */
  discard(): void;
}

/**
 * Opens a staging folder for `outDir`: inside it where it exists (it may be a mounted volume), beside it where it does
 * not. A commit removes those files of `earlier` that are there and were not written anew. Throws a `UserError` when it is a
 * file or cannot be written, so a run can fail before the replay and not after.
 * Bound: one folder, removed by `commit` or `discard`; only a killed process leaves a `.partial-*` folder behind.
 */
export const openStaging = (outDir: string, earlier: readonly string[] = RUN_FILES): Staging => {
  const target = resolve(outDir);
  const { dir, firstCreated } = writing(target, () => makeStagingDir(target));
  let open = true;
  return {
    outDir: target,
    dir,
    file(name) {
      if (name !== basename(name) || name.startsWith(".") || name === "") throw new InvariantError(`"${name}" is no plain file name`);
      return join(dir, name);
    },
    commit() {
      if (!open) throw new InvariantError(`the staging folder of ${target} is closed already`);
      const names = writing(target, () => moveIntoPlace(dir, target, earlier));
      open = false;
      return names.map((name) => join(target, name));
    },
    discard() {
      if (!open) return;
      open = false;
      rmSync(dir, { recursive: true, force: true });
      if (firstCreated !== undefined) removeEmptyFolders(dirname(target), firstCreated);
    },
  };
};

interface StagingDir {
  readonly dir: string;
  /** The topmost folder made on the way, if any. */
  readonly firstCreated: string | undefined;
}

const makeStagingDir = (target: string): StagingDir => {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) throw systemError("EEXIST");
  const firstCreated = found === undefined ? makeParent(dirname(target)) : undefined;
  const prefix = found === undefined ? join(dirname(target), `.${basename(target)}.partial-`) : join(target, ".partial-");
  const dir = prefix + randomUUID();
  mkdirSync(dir);
  return { dir, firstCreated };
};

/** Makes the folder with its parents and returns the topmost that was new. A file among them is no folder. */
const makeParent = (folder: string): string | undefined => {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) throw systemError("ENOTDIR");
  return mkdirSync(folder, { recursive: true });
};

const systemError = (code: "EEXIST" | "ENOTDIR" | "EISDIR"): Error => Object.assign(new Error(code), { code });

/** One rename where the destination is new; else file by file with everything undone when one of them fails. */
const moveIntoPlace = (dir: string, target: string, stale: readonly string[]): readonly string[] => {
  const names = readdirSync(dir);
  if (!existsSync(target)) {
    renameSync(dir, target);
    return names;
  }
  const earlier = join(dir, ".earlier");
  mkdirSync(earlier);
  const undo: (() => void)[] = [];
  const move = (from: string, to: string): void => {
    renameSync(from, to);
    undo.push(() => renameSync(to, from));
  };
  try {
    for (const name of new Set<string>([...names, ...stale])) {
      const there = lstatSync(join(target, name), { throwIfNoEntry: false });
      if (there?.isDirectory() === true) throw systemError("EISDIR");
      requirePlain(join(target, name), "move it away or choose another folder with --out");
      if (there !== undefined) move(join(target, name), join(earlier, name));
    }
    for (const name of names) move(join(dir, name), join(target, name));
  } catch (error) {
    for (const step of undo.reverse()) step();
    rmdirSync(earlier);
    throw error;
  }
  rmSync(dir, { recursive: true, force: true });
  return names;
};

/** From `from` upwards to `last`: the folders made for this run, as far as they are empty. */
const removeEmptyFolders = (from: string, last: string): void => {
  for (let folder = from; folder.length >= last.length; folder = dirname(folder)) {
    if (!existsSync(folder) || readdirSync(folder).length > 0) return;
    rmdirSync(folder);
  }
};
