import { setLayer } from "../../../config/layers.ts";
import { nodeAt } from "../../../config/paths.ts";
import { UserError } from "../../domain/units.ts";
import type { SweptKey } from "../../sweep/sweepRecord.ts";
import { BELIEF_KEYS } from "../run/beliefIdentity.ts";

/** Parts of the config that only `act` reads: what may be swept on stored beliefs. */
const ACT_KEYS = ["position", "venue", "risk", "protection"];

export interface Settings {
  /** `--set` with one value: the same for all runs. */
  readonly fixed: readonly string[];
  /** `--set` with a list. Keys that name a module come first, because another module drops the options beneath it. */
  readonly swept: readonly SweptKey[];
}

/**
 * Tells the lists among `--set KEY=VALUE` from plain values. Commas inside brackets, braces and quotes belong to one value, and so do
 * those of a key that holds a list itself. Throws a `UserError` (usage) on unknown keys, keys of the layers before L4, empty and
 * repeated values.
 */
export const settingsOf = (assignments: readonly string[]): Settings => {
  const fixed: string[] = [];
  const swept: SweptKey[] = [];
  for (const assignment of assignments) {
    const { key, values } = partsOf(assignment);
    if (values.length === 1) fixed.push(assignment);
    else if (swept.some((each) => each.key === key)) throw wrong(assignment, `${key} has a list already: give one`);
    else swept.push({ key, values });
  }
  if (swept.length === 0)
    throw new UserError(
      "there is nothing to sweep: give at least one --set a list, e.g. --set position.options.stopFraction=0.004,0.005,0.006",
      2,
    );
  const isModule = ({ key }: SweptKey): boolean => key.endsWith(".module");
  return { fixed, swept: [...swept.filter(isModule), ...swept.filter((each) => !isModule(each))] };
};

/** Every combination, the last key fastest: by run, the text of each key's value. Bound: `maxRuns`, else a `UserError`. */
export const gridOf = (swept: readonly SweptKey[], maxRuns: number): string[][] => {
  const runs = swept.reduce((count, { values }) => count * values.length, 1);
  if (runs > maxRuns) {
    const sizes = swept.map(({ values }) => values.length).join(" × ");
    throw new UserError(`the grid has ${runs} runs (${sizes}), at most ${maxRuns}: shorten the lists, or say --max-runs ${runs}`, 2);
  }
  return swept.reduce<string[][]>((grid, { values }) => grid.flatMap((run) => values.map((value) => [...run, value])), [[]]);
};

const partsOf = (assignment: string): { readonly key: string; readonly values: readonly string[] } => {
  const equals = assignment.indexOf("=");
  const key = assignment.slice(0, equals);
  // Also says what is wrong with the key.
  setLayer(assignment);
  const text = assignment.slice(equals + 1);
  if (nodeAt(key.split("."))?.type === "array") return { key, values: [text] };
  const values = splitList(text);
  if (values.length === 1) return { key, values };
  if (!ACT_KEYS.includes(key.split(".")[0] ?? "")) throw wrong(assignment, notActing(key));
  if (values.includes("")) throw wrong(assignment, "the list has an empty value");
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) throw wrong(assignment, `the list has ${twice} twice`);
  return { key, values };
};

const notActing = (key: string): string =>
  (BELIEF_KEYS as readonly string[]).includes(key.split(".")[0] ?? "") && key !== "line.burstEvents"
    ? `${key} changes the beliefs, and all runs of a sweep share theirs: give it one value, and run one sweep for each`
    : `${key} changes no decision: give it one value`;

const wrong = (assignment: string, problem: string): UserError => new UserError(`--set ${assignment}: ${problem}`, 2);

/** Commas at the top level separate; spaces around values do not count. */
const splitList = (text: string): string[] => {
  const values: string[] = [];
  let [depth, from, quoted] = [0, 0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"' && text[at - 1] !== "\\") quoted = !quoted;
    if (quoted) continue;
    if ("[{".includes(character)) depth += 1;
    else if ("]}".includes(character)) depth -= 1;
    else if (character === "," && depth === 0) {
      values.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...values, text.slice(from).trim()];
};
