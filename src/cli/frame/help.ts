import type { Command, OptionSpec } from "./command.ts";
import { SHARED_OPTIONS } from "./commandLine.ts";

/** Columns of the help if the terminal does not report its width. The least is an option with one word beside it. */
export const HELP_COLUMNS = 110;
const LEAST_COLUMNS = 50;

/** The page of `riposte --help`. */
export const overview = (commands: readonly { readonly name: string; readonly summary: string }[], columns: number): string =>
  [
    ...wrap("Riposte trades Binance USD-M perpetual futures; backtest, paper and live are one pipeline.", columns),
    "",
    ...wrap("usage: riposte <command> [options]   (also: npm run <command> -- [options])", columns),
    "",
    ...table(
      commands.map(({ name, summary }) => [name, summary]),
      columns,
    ),
    "",
    "  riposte <command> --help   the command's options",
    "  riposte --version          the version",
    "",
    ...wrap(
      "exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 wrong usage, 130 stopped by Ctrl-C, 143 by SIGTERM",
      columns,
    ),
    ...wrap(
      "RIPOSTE_DEBUG=1 adds the stack to an unexpected error. Under npm, --json wants npm run --silent: npm prints lines of its own.",
      columns,
    ),
    "",
  ].join("\n");

/** The page of `riposte <command> --help`. */
export const commandHelp = (command: Command, columns: number): string =>
  [
    ...wrap(`riposte ${command.name}: ${command.summary}`, columns),
    "",
    ...(command.words === undefined ? [] : [...wrap(`usage: riposte ${command.name} ${command.words} [options]`, columns), ""]),
    "options:",
    ...table(
      Object.entries({ ...command.options, ...SHARED_OPTIONS }).map(([name, spec]) => [flag(name, spec), note(spec)]),
      columns,
    ),
    "",
  ].join("\n");

const flag = (name: string, spec: OptionSpec): string => (spec.type === "boolean" ? `--${name}` : `--${name} ${spec.value ?? "VALUE"}`);

const note = (spec: OptionSpec): string =>
  [
    spec.help,
    ...(spec.multiple === true ? ["(repeatable)"] : []),
    ...(spec.default === undefined ? [] : [`(default ${spec.default})`]),
  ].join(" ");

/** Two columns, the second wrapped at words; where that would leave it less than half, it begins on a line of its own. */
const table = (rows: readonly (readonly [string, string])[], columns: number): string[] => {
  const width = Math.max(columns, LEAST_COLUMNS);
  const longest = Math.max(...rows.map(([name]) => name.length)) + 4;
  const left = longest > width / 2 ? INDENT : longest;
  return rows.flatMap(([name, text]) => {
    const parts = wrap(text, width - left).map((part) => " ".repeat(left) + part);
    const own = `  ${name}`;
    return own.length + 2 > left ? [own, ...parts] : [own.padEnd(left) + (parts[0] ?? "").slice(left), ...parts.slice(1)];
  });
};
const INDENT = 6;

const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(" ")) {
    if (current !== "" && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current];
};
