import type { ShelvedRun } from "../../record/runs/runShelf.ts";
import { counted, decimal, NONE, signedPercent } from "../../report/page/format.js";
import { shownPath } from "../data/shownPath.ts";
import { textTable } from "../frame/textTable.ts";

const HEADER = ["id", "status", "symbols", "from", "to", "return", "Sharpe", "drawdown", "trades", "note"];
const NUMBERS = ["return", "Sharpe", "drawdown", "trades"].map((name) => HEADER.indexOf(name));
/** Symbols that a line names. */
const SYMBOLS_MAX = 3;
const NOTE_CHARACTERS_MAX = 60;

/** The runs as a table, a line each. */
export const runsTable = (runs: readonly ShelvedRun[]): string => textTable([HEADER, ...runs.map(lineOf)], NUMBERS);

const lineOf = ({ run, status }: ShelvedRun): string[] => {
  const { figures, symbols } = run;
  const more = symbols.length > SYMBOLS_MAX ? `,+${symbols.length - SYMBOLS_MAX}` : "";
  const grid = run.kind === "sweep" && figures["runs"] !== undefined ? `best of ${figures["runs"] ?? 0}` : "";
  const known = (name: string, text: (value: number) => string): string => (figures[name] === undefined ? "" : text(figures[name] ?? NaN));
  return [
    run.id,
    `${status}${run.pinned ? ", pinned" : ""}`,
    `${symbols.slice(0, SYMBOLS_MAX).join(",")}${more}${run.data.kind === "simulated" ? " (simulated)" : ""}`,
    run.from.slice(0, 10),
    run.to.slice(0, 10),
    known("totalReturn", signedPercent),
    known("sharpe", (value) => decimal(value)),
    known("maxDrawdown", signedPercent),
    known("trades", (value) => decimal(value, 0)),
    [grid, shortened(run.note)].filter((text) => text !== "").join(": "),
  ];
};

const shortened = (note: string): string => (note.length <= NOTE_CHARACTERS_MAX ? note : `${note.slice(0, NOTE_CHARACTERS_MAX - 1)}…`);

/** One run: a topic a line, then all of its figures. */
export const runText = ({ run, status, problem, filesDir }: ShelvedRun): string => {
  const { hashes } = run;
  const lines: readonly (readonly [string, string])[] = [
    ["id", run.id],
    ["name", run.name],
    ["kind", run.kind],
    ["status", problem === null ? status : `${status}: ${problem}`],
    ["pinned", run.pinned ? "yes" : "no"],
    ["note", run.note === "" ? NONE : run.note],
    ["began", run.startedAt],
    ["ended", run.endedAt ?? NONE],
    ["command", run.command],
    ["files", shownPath(filesDir)],
    ["symbols", run.symbols.join(", ")],
    ["span", `${run.from} to ${run.to}`],
    ["data", `${run.data.kind}: ${run.data.source}`],
    ...(run.swept ?? []).map(({ key, values }): readonly [string, string] => ["swept", `${key} = ${values.join(", ")}`]),
    ["code", run.code ?? NONE],
    ["config", hashes.config],
    ["data sha256", hashes.data ?? NONE],
    ["decisions", hashes.decisions ?? NONE],
    ...Object.entries(hashes.modules).map(([name, sha256]): readonly [string, string] => ["module", `${name} ${sha256}`]),
    ...Object.entries(hashes.models ?? {}).map(([name, sha256]): readonly [string, string] => ["member", `${name} ${sha256}`]),
    ...(run.inSample === true ? [["in-sample", "yes: a member served inside what it was trained on"] as const] : []),
  ];
  const figures = Object.entries(run.figures).map(([name, value]) => [`  ${name}`, value === null ? NONE : String(value)]);
  const title = figures.length === 0 ? [] : [[run.kind === "sweep" ? "figures of the best run" : "figures"]];
  return [textTable(lines, []), ...(title.length === 0 ? [] : [textTable(title, []), textTable(figures, [])])].join("\n");
};

/** The end of a list: the number of runs, and the folders that could not be read. */
export const countText = (shown: number, all: number, dir: string): string =>
  shown === all ? `${counted(all, "run")} in ${dir}` : `the newest ${shown} of ${counted(all, "run")} in ${dir}`;
