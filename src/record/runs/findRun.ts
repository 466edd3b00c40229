import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { didYouMean } from "../../domain/nearestName.ts";
import { UserError } from "../../domain/units.ts";
import { readRunFile, RUN_FILE } from "./runFile.ts";
import type { RunShelf, ShelvedRun } from "./runShelf.ts";
import { noRun, shelved } from "./runShelf.ts";

/** Runs that a message lists. */
const LISTED_MAX = 5;
const NEWEST = /^newest(?:~(\d{1,6}))?$/;

/**
 * The run that a word of the command line means: `newest` (`newest~1`: the one before), an id, a folder with a `run.json`, a name (the newest
 * run of it), or a part of an id that is that of one run only. Throws a `UserError` (usage) that says which runs are near.
 */
export const findRun = (shelf: RunShelf, word: string): ShelvedRun => {
  const back = NEWEST.exec(word);
  if (back !== null) return nthNewest(shelf, word, Number(back[1] ?? 0));
  const found = isPlainName(word) ? shelf.get(word) : undefined;
  if (found !== undefined) return found;
  if (word.includes("/") || existsSync(join(word, RUN_FILE)) || existsSync(join(word, "summary.json"))) return inFolder(shelf, word);
  const { runs } = shelf.list();
  const named = runs.find(({ run }) => run.name === word);
  if (named !== undefined) return named;
  const [only, ...more] = runs.filter(({ run }) => run.id.includes(word));
  if (only !== undefined && more.length === 0) return only;
  if (only !== undefined) throw ambiguous(word, [only, ...more]);
  const known = runs.flatMap(({ run }) => [run.id, run.name]);
  const hint = didYouMean(word, known);
  throw new UserError(`there is no run "${word}" in ${shelf.dir}${hint}; riposte runs list shows them`, 2);
};

const isPlainName = (word: string): boolean => !/[/\\]/.test(word) && !word.startsWith(".");

const nthNewest = (shelf: RunShelf, word: string, back: number): ShelvedRun => {
  const { runs } = shelf.list();
  const found = runs[back];
  if (found !== undefined) return found;
  const held = runs.length === 0 ? "no run" : runs.length === 1 ? "1 run" : `${runs.length} runs`;
  throw new UserError(`there is no ${word}: ${shelf.dir} holds ${held}; riposte runs list shows them`, 2);
};

/** The run whose files lie in a folder: that of the shelf, whose note is the newer one, or one that was moved here. */
const inFolder = (shelf: RunShelf, folder: string): ShelvedRun => {
  if (!existsSync(folder)) throw new UserError(`there is no folder ${folder}; riposte runs list shows the runs`, 2);
  const run = readRunFile(join(folder, RUN_FILE));
  if (run === undefined) throw noRun(folder);
  const known = shelf.get(run.id);
  if (known !== undefined && resolve(folder) === resolve(shelf.folderOf(run.id))) return known;
  return shelved(known === undefined ? run : known.run, folder);
};

const ambiguous = (word: string, runs: readonly ShelvedRun[]): UserError => {
  const ids = runs.slice(0, LISTED_MAX).map(({ run }) => run.id);
  const rest = runs.length > LISTED_MAX ? ` and ${runs.length - LISTED_MAX} more` : "";
  return new UserError(`"${word}" is a part of ${runs.length} ids: ${ids.join(", ")}${rest}; give more of the one that is meant`, 2);
};
