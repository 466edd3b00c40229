import type { Command, OptionSpec } from "./command.ts";
import { SHARED_OPTIONS } from "./commandLine.ts";

const WIDTH = 110;

/** The page of `riposte --help`. */
export const overview = (commands: readonly { readonly name: string; readonly summary: string }[]): string =>
  [
    "Riposte trades Binance USD-M perpetual futures; backtest, paper and live are one pipeline.",
    "",
    "usage: riposte <command> [options]          (also: npm run <command> -- [options])",
    "",
    ...table(commands.map(({ name, summary }) => [name, summary])),
    "",
    "  riposte <command> --help   the command's options",
    "  riposte --version          the version",
    "",
    "exit codes: 0 done, 1 refused or failed (one line on stderr says why), 2 wrong usage, 130 stopped by Ctrl-C, 143 by SIGTERM",
    "RIPOSTE_DEBUG=1 adds the stack to an unexpected error. Under npm, --json wants npm run --silent: npm prints lines of its own.",
    "",
  ].join("\n");

/** The page of `riposte <command> --help`. */
export const commandHelp = (command: Command): string =>
  [
    `riposte ${command.name}: ${command.summary}`,
    "",
    "options:",
    ...table(Object.entries({ ...command.options, ...SHARED_OPTIONS }).map(([name, spec]) => [flag(name, spec), note(spec)])),
    "",
  ].join("\n");

const flag = (name: string, spec: OptionSpec): string => (spec.type === "boolean" ? `--${name}` : `--${name} ${spec.value ?? "VALUE"}`);

const note = (spec: OptionSpec): string =>
  [
    spec.help,
    ...(spec.multiple === true ? ["(repeatable)"] : []),
    ...(spec.default === undefined ? [] : [`(default ${spec.default})`]),
  ].join(" ");

/** Two columns, the second wrapped at words. */
const table = (rows: readonly (readonly [string, string])[]): string[] => {
  const left = Math.max(...rows.map(([name]) => name.length)) + 4;
  return rows.flatMap(([name, text]) =>
    wrap(text, WIDTH - left).map((part, index) => (index === 0 ? `  ${name}`.padEnd(left) : " ".repeat(left)) + part),
  );
};

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
