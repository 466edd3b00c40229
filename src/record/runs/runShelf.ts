import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { isAbsolute, join, relative, resolve } from "node:path";
import { UserError } from "../../domain/units.ts";
import { OwnerLock } from "../../store/ownerLock.ts";
import { stateOf } from "../../store/liveProcess.ts";
import { systemProblem, writing } from "../../store/output/outputError.ts";
import type { RunFile, RunStatus } from "./runFile.ts";
import { readRunFile, RUN_FILE, runFileText } from "./runFile.ts";

/** How long a change waits for that of another process: each takes as long as moving a run's files into place. */
const LOCK_WAIT_MS = 20_000;
/** A lock this old was left by a machine or container that is gone: nobody needs it for seconds, let alone so long. */
const LOCK_STALE_MS = 60_000;
/** Begins the name of what is no run's folder. */
const HIDDEN = ".";

/** A run with what can be said of it now. */
export interface ShelvedRun {
  readonly run: RunFile;
  /** Of a run whose process is gone, `failed`; else what `run.json` says. */
  readonly status: RunStatus;
  readonly problem: string | null;
  /** Where its files lie, or will. */
  readonly filesDir: string;
}

/**
 * The folder of all kept runs: a folder a run, named by its id, with `run.json` in it. There is no other list of them. Changes are made under
 * one lock, so that two processes may run at once; readers need none, since each file is replaced in one step.
 */
export class RunShelf {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  folderOf(id: string): string {
    return join(this.dir, id);
  }

  /** Every run, the newest first, and a line for every folder that cannot be read as one. Reads one small file a run. */
  list(): { readonly runs: readonly ShelvedRun[]; readonly problems: readonly string[] } {
    const runs: ShelvedRun[] = [];
    const problems: string[] = [];
    for (const id of this.ids()) {
      try {
        const run = this.get(id);
        if (run === undefined) problems.push(noRun(this.folderOf(id)).message);
        else runs.push(run);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        problems.push(error.message);
      }
    }
    return { runs, problems };
  }

  /** Names of the folders, the newest first. A folder of runs that is not there holds none. */
  ids(): string[] {
    try {
      const entries = readdirSync(this.dir, { withFileTypes: true });
      const names = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(HIDDEN)).map(({ name }) => name);
      return names.sort().reverse();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      const problem = systemProblem(error);
      if (problem === undefined) throw error;
      throw new UserError(`cannot read the folder of runs ${this.dir}: ${problem}; name another one with --set runs.dir=DIR`);
    }
  }

  /** The run of an id; undefined where there is none. A folder that holds another run, as `--out` may put there, is none of the shelf's. */
  get(id: string): ShelvedRun | undefined {
    const run = readRunFile(join(this.folderOf(id), RUN_FILE));
    return run?.id === id ? shelved(run, this.filesOf(run)) : undefined;
  }

  filesOf({ id, folder }: RunFile): string {
    if (folder === null) return this.folderOf(id);
    return isAbsolute(folder) ? folder : join(this.dir, folder);
  }

  /** How `run.json` names a folder of `--out`: so that it is found when working folder and shelf move together. */
  placeOf(outDir: string): string {
    const below = [outDir, this.dir].every((each) => !/^\.\.|^\//.test(relative(process.cwd(), resolve(each))));
    return below ? relative(resolve(this.dir), resolve(outDir)) : resolve(outDir);
  }

  /** Adds a run by its folder with `run.json` in one step; false where there is one of this id. Throws a `UserError`. */
  add(run: RunFile): boolean {
    return writing(this.dir, () => {
      const made = join(this.dir, `${HIDDEN}new-${randomUUID()}`);
      mkdirSync(made, { recursive: true });
      try {
        writeFileSync(join(made, RUN_FILE), runFileText(run));
        renameSync(made, this.folderOf(run.id));
        return true;
      } catch (error) {
        rmSync(made, { recursive: true, force: true });
        if (["ENOTEMPTY", "EEXIST", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "") && this.ids().includes(run.id))
          return false;
        throw error;
      }
    });
  }

  /** Removes the folder of a run that could not begin. */
  forget(id: string): void {
    rmSync(this.folderOf(id), { recursive: true, force: true });
  }

  /** Replaces the `run.json` of a run in one step; where its files lie elsewhere, of that folder too while it is this run's. Under the lock. */
  replace(run: RunFile): void {
    replaceFile(join(this.folderOf(run.id), RUN_FILE), runFileText(run));
    if (run.folder === null) return;
    const other = join(this.filesOf(run), RUN_FILE);
    if (holdsRun(other, run.id)) replaceFile(other, runFileText({ ...run, folder: null }));
  }

  /** Changes the shelf while nobody else does. Throws a `UserError` when another process does not let go. */
  async locked<T>(work: () => T | Promise<T>): Promise<T> {
    writing(this.dir, () => mkdirSync(this.dir, { recursive: true }));
    const path = join(this.dir, `${HIDDEN}lock`);
    const left = statSync(path, { throwIfNoEntry: false });
    if (left !== undefined && Date.now() - left.mtimeMs > LOCK_STALE_MS) rmSync(path, { force: true });
    const lock = new OwnerLock({
      path,
      what: `the folder of runs ${this.dir}`,
      taken: (by) => `is being changed by ${by}`,
      unwritable: (error) =>
        new UserError(
          `cannot write in the folder of runs ${this.dir}: ${systemProblem(error) ?? String(error)}; name another with --set runs.dir=DIR`,
        ),
    });
    await lock.acquire(LOCK_WAIT_MS);
    try {
      return await work();
    } finally {
      await lock.release();
    }
  }
}

/** A run that says it is running, and whose process is gone, has failed. */
export const shelved = (run: RunFile, filesDir: string): ShelvedRun => {
  const gone = run.status === "running" && (run.process === null || stateOf(run.process) === "gone");
  return { run, filesDir, status: gone ? "failed" : run.status, problem: gone ? "its process is gone" : run.problem };
};

/** Whether a `run.json` is that of a run; one that cannot be read is not. */
const holdsRun = (path: string, id: string): boolean => {
  try {
    return readRunFile(path)?.id === id;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
};

export const noRun = (folder: string): UserError =>
  new UserError(
    `${folder} has no ${RUN_FILE} of its own: it is no kept run, or an earlier version wrote it; run its command again, or move it away`,
  );

const replaceFile = (path: string, text: string): void => {
  writing(path, () => {
    const next = `${path}.${randomUUID()}.new`;
    try {
      writeFileSync(next, text);
      renameSync(next, path);
    } finally {
      rmSync(next, { force: true });
    }
  });
};
