import { randomUUID } from "node:crypto";
import { mkdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { plainFile } from "../plainFile.ts";
import { writing } from "./outputError.ts";

/** A file that appears whole or not at all. */
interface StagedFile {
  /** Where to write meanwhile. */
  readonly path: string;
  /** A folder beside it for what is needed on the way. */
  readonly dir: string;
  /** Moves it into place. */
  commit(): void;
  /** Removes everything staged, folders that were made for it too; harmless after a commit. Only a killed process leaves a `.partial-*` folder behind. */
  discard(): void;
}

/**
 * Opens a staging place beside `file`, or beside the file that it is a link to. Throws a `UserError` when there is something that is no
 * plain file, or its folder cannot be written.
 */
export const stagedFile = (file: string): StagedFile => {
  const target = writing(resolve(file), () => plainFile(file, "name a file with --out"));
  const dir = join(dirname(target), `.partial-${randomUUID()}`);
  const made = writing(target, () => mkdirSync(dir, { recursive: true }));
  const path = join(dir, basename(target));
  let committed = false;
  const discard = (): void => {
    rmSync(dir, { recursive: true, force: true });
    if (!committed && made !== undefined) removeEmpty(dirname(target), made);
  };
  return {
    path,
    dir,
    commit: () => {
      writing(target, () => {
        renameSync(path, target);
      });
      committed = true;
      discard();
    },
    discard,
  };
};

/** Removes the folders from `folder` up to `top`, as long as they are empty. */
const removeEmpty = (folder: string, top: string): void => {
  for (let at = folder; at.startsWith(top); at = dirname(at)) {
    try {
      rmdirSync(at);
    } catch {
      // Somebody else has put something there meanwhile: it stays.
      return;
    }
  }
};
