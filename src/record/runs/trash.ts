import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { writing } from "../../store/output/outputError.ts";
import type { RunShelf, ShelvedRun } from "./runShelf.ts";

/** Where removed runs lie, in the folder of runs. */
export const TRASH = ".trash";

export interface KeepOptions {
  /** Runs that stay, pinned and running ones not counted. */
  readonly keep: number;
  /** Removed runs that the trash holds. */
  readonly trash: number;
}

/** Moves the oldest runs beyond `keep` into the trash, and returns their ids. Pinned and running ones stay. Under the shelf's lock. */
export const removeOld = (shelf: RunShelf, { keep, trash }: KeepOptions): readonly string[] => {
  if (shelf.ids().length <= keep) return [];
  const loose = shelf.list().runs.filter(({ run, status }) => !run.pinned && status !== "running");
  const old = loose.slice(keep);
  moveToTrash(shelf, old, trash);
  return old.map(({ run }) => run.id);
};

/**
 * Moves runs into the trash; moving their folder back brings them back. Files that lie elsewhere (`--out`) stay there. What the trash
 * holds beyond `trash` is deleted, that which was removed first. Under the shelf's lock.
 */
export const moveToTrash = (shelf: RunShelf, runs: readonly Pick<ShelvedRun, "run">[], trash: number): void => {
  const dir = join(shelf.dir, TRASH);
  writing(dir, () => {
    mkdirSync(dir, { recursive: true });
    // The oldest first: it is the first that the trash forgets.
    for (const { run } of [...runs].reverse()) {
      const removed = join(dir, run.id);
      rmSync(removed, { recursive: true, force: true });
      renameSync(shelf.folderOf(run.id), removed);
      const now = new Date();
      utimesSync(removed, now, now);
    }
    const held = readdirSync(dir).map((name) => ({ path: join(dir, name), removedMs: statSync(join(dir, name)).mtimeMs }));
    held.sort((a, b) => b.removedMs - a.removedMs);
    for (const { path } of held.slice(trash)) rmSync(path, { recursive: true, force: true });
  });
};
