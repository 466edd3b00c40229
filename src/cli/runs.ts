import { didYouMean } from "../domain/nearestName.ts";
import { UserError } from "../domain/units.ts";
import { findRun } from "../record/runs/findRun.ts";
import type { RunFile } from "../record/runs/runFile.ts";
import { RunShelf } from "../record/runs/runShelf.ts";
import type { ShelvedRun } from "../record/runs/runShelf.ts";
import { moveToTrash, TRASH } from "../record/runs/trash.ts";
import { stateOf } from "../store/liveProcess.ts";
import { configOf, configOptions } from "./configOptions.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { countText, runsTable, runText } from "./runs/runsText.ts";

/** What an action works with. */
interface Work {
  readonly shelf: RunShelf;
  readonly words: readonly string[];
  readonly values: OptionValues;
  readonly trash: number;
  readonly context: CommandContext;
}

const NOTE_CHARACTERS_MAX = 2000;

/** `riposte runs`: the runs that are kept. */
export const runsCommand: Command = {
  name: "runs",
  summary: "show the kept runs; note, pin and remove them",
  words: "[list | show RUN | note RUN TEXT | pin RUN … | unpin RUN … | rm RUN …]",
  options: {
    ...configOptions(),
    force: { type: "boolean", help: "rm: also a run that says it is running on another machine or in another container" },
    last: { type: "string", value: "N", help: "list: only the newest N" },
  },
  run: async (values, context, given = []) => {
    const [action = "list", ...words] = given;
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (act === undefined) {
      const names = Object.keys(ACTIONS);
      const hint = didYouMean(action, names) || ` (there are: ${names.join(", ")})`;
      throw new UserError(`runs has no action ${action}${hint}; see riposte runs --help`, 2);
    }
    const { last, force, ...rest } = values;
    if (last !== undefined && action !== "list") throw new UserError(`--last is for riposte runs list: leave it out of ${action}`, 2);
    if (force === true && action !== "rm") throw new UserError(`--force is for riposte runs rm: leave it out of ${action}`, 2);
    const { config } = await configOf(rest, context);
    return act({ shelf: new RunShelf(config.runs.dir), words, values, trash: config.runs.trash, context });
  },
};

const list = ({ shelf, words, values, context }: Work): unknown => {
  if (words[0] !== undefined) throw new UserError(`list takes no run: riposte runs show ${words[0]} shows one`, 2);
  const last = lastOf(values["last"]);
  const { runs, problems } = shelf.list();
  const shown = runs.slice(0, last);
  if (shown.length > 0) context.print(runsTable(shown));
  context.print(countText(shown.length, runs.length, shelf.dir));
  for (const problem of problems) context.log(`NOTE ${problem}`);
  return { runs: shown.map(documentOf), problems };
};

const show = ({ shelf, words, context }: Work): unknown => {
  const run = findRun(shelf, oneWord("show", words));
  context.print(runText(run));
  return documentOf(run);
};

const note = async ({ shelf, words: [word, ...text], context }: Work): Promise<unknown> => {
  if (word === undefined || text.length === 0)
    throw new UserError(`note needs a run and its text: riposte runs note newest "wider stop"; an empty text ("") removes the note`, 2);
  const said = text.join(" ").trim();
  if (said.length > NOTE_CHARACTERS_MAX)
    throw new UserError(`the note has ${said.length} characters: at most ${NOTE_CHARACTERS_MAX} are kept, shorten it`, 2);
  return change(shelf, [word], (run) => ({ ...run, note: said }), context, said === "" ? "note removed" : "note kept");
};

const pin =
  (pinned: boolean) =>
  ({ shelf, words, context }: Work): Promise<unknown> =>
    change(
      shelf,
      someWords(pinned ? "pin" : "unpin", words),
      (run) => ({ ...run, pinned }),
      context,
      pinned ? "pinned" : "no longer pinned",
    );

const remove = ({ shelf, words, values, trash, context }: Work): Promise<unknown> =>
  shelf.locked(() => {
    const runs = uniqueRuns(shelf, someWords("rm", words));
    for (const { run, status } of runs) {
      if (status === "running") requireElsewhere(run, values["force"] === true);
      if (run.pinned) throw new UserError(`run ${run.id} is pinned: riposte runs unpin ${run.id} first`);
    }
    moveToTrash(shelf, runs, trash);
    for (const { run, filesDir } of runs) context.print(`removed ${run.id}${run.folder === null ? "" : `; its files stay in ${filesDir}`}`);
    context.print(`they lie in ${shelf.dir}/${TRASH}: moving a folder from there into ${shelf.dir} brings a run back`);
    return { removed: runs.map(({ run }) => run.id) };
  });

/** A run that is marked as running may be removed only if it runs on another machine, where its process cannot be seen. */
const requireElsewhere = ({ id, process: mark }: RunFile, forced: boolean): void => {
  const elsewhere = mark !== null && stateOf(mark) === "elsewhere";
  if (elsewhere && forced) return;
  const where = elsewhere ? ` on ${mark.host}` : "";
  const remedy = elsewhere ? "stop it first, or, if it is gone, add --force" : "stop it first";
  throw new UserError(`run ${id} is running (process ${mark?.pid ?? 0}${where}): ${remedy}`);
};

const ACTIONS: Readonly<Record<string, (work: Work) => unknown>> = {
  list,
  show,
  note,
  pin: pin(true),
  unpin: pin(false),
  rm: remove,
};

/** Changes `run.json` of all named runs, or of none if a word names no run. */
const change = (
  shelf: RunShelf,
  words: readonly string[],
  next: (run: RunFile) => RunFile,
  context: CommandContext,
  said: string,
): Promise<unknown> =>
  shelf.locked(() => {
    const runs = uniqueRuns(shelf, words);
    for (const { run } of runs) {
      shelf.replace(next(run));
      context.print(`${run.id}: ${said}`);
    }
    return { changed: runs.map(({ run }) => run.id) };
  });

/** The runs of the shelf that words mean, each once. */
const uniqueRuns = (shelf: RunShelf, words: readonly string[]): readonly ShelvedRun[] => {
  const found = words.map((word) => {
    const { run } = findRun(shelf, word);
    const kept = shelf.get(run.id);
    if (kept === undefined)
      throw new UserError(`${word} holds run ${run.id}, which is not in ${shelf.dir}: name a run that riposte runs list shows`);
    return kept;
  });
  return [...new Map(found.map((each) => [each.run.id, each])).values()];
};

const oneWord = (action: string, [word, ...more]: readonly string[]): string => {
  if (word === undefined) throw needsRun(action);
  if (more.length > 0) throw new UserError(`${action} takes one run, got ${more.length + 1}: ${[word, ...more].join(", ")}`, 2);
  return word;
};

const someWords = (action: string, words: readonly string[]): readonly string[] => {
  if (words.length === 0) throw needsRun(action);
  return words;
};

const needsRun = (action: string): UserError =>
  new UserError(`${action} needs a run: newest, newest~1, an id, a part of one, a name, or a folder; riposte runs list shows them`, 2);

const lastOf = (value: OptionValues[string]): number => {
  if (typeof value !== "string") return Infinity;
  const last = Number(value);
  if (!/^\d+$/.test(value) || last < 1) throw new UserError(`--last ${value}: give a whole number, 1 or more`, 2);
  return last;
};

/** A run as `--json` prints it: its `run.json` with the status that holds now, and where its files lie. */
const documentOf = ({ run, status, problem, filesDir }: ShelvedRun): unknown => ({ ...run, status, problem, filesDir });
