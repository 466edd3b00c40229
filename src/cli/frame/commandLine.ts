import { parseArgs } from "node:util";
import { UserError } from "../../domain/units.ts";
import { didYouMean } from "../../domain/nearestName.ts";
import type { OptionSpec, OptionValues } from "./command.ts";

/** Names that other backtesters have for our options. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  "--timerange": ["from", "to"],
  "--start": ["from"],
  "--end": ["to"],
  "--strategy": ["signal", "position"],
  "-s": ["signal", "position"],
  "--pairs": ["symbol"],
  "-p": ["symbol"],
  "--datadir": ["data"],
  "-d": ["data"],
  "-c": ["config"],
};

/** ` (did you mean --from and --to?)`: by what the option is called elsewhere, else the nearest name. */
const hint = (rawName: string, known: readonly string[]): string => {
  const ours = (ELSEWHERE[rawName] ?? []).filter((name) => known.includes(name)).map((name) => `--${name}`);
  if (ours.length > 0) return ` (did you mean ${ours.join(rawName === "--timerange" ? " and " : " or ")}?)`;
  return didYouMean(
    rawName,
    known.map((name) => `--${name}`),
  );
};

/** Options that every command has. */
export const SHARED_OPTIONS: Record<string, OptionSpec> = {
  json: { type: "boolean", help: "print exactly one JSON document on stdout; everything else goes to stderr" },
  help: { type: "boolean", help: "show this help" },
};

interface ParsedCommandLine {
  readonly options: OptionValues;
  /** Words that belong to no option, in order. */
  readonly words: readonly string[];
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * Reads the arguments after the command's name. Throws a `UserError` with exit code 2 on an unknown option (naming the
 * nearest), a missing or needless value and, unless the command takes some, on words that belong to no option. A repeated option: the last
 * one counts, unless it is `multiple`.
 */
export const parseCommandLine = (
  command: string,
  specs: Readonly<Record<string, OptionSpec>>,
  args: readonly string[],
  takesWords = false,
): ParsedCommandLine => {
  const known = { ...specs, ...SHARED_OPTIONS };
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(known).map(([name, { type }]) => [name, name === "help" ? ({ type, short: "h" } as const) : { type }]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const wrong = (problem: string): UserError => new UserError(`${problem}; see riposte ${command} --help`, 2);
  const values: OptionValues = {};
  for (const [name, spec] of Object.entries(known)) if (spec.default !== undefined) values[name] = spec.default;
  const words: string[] = [];
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (!takesWords) throw wrong(`${command} does not know what to do with "${token.value}"`);
      words.push(token.value);
      continue;
    }
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (spec === undefined) throw wrong(`${command} has no option ${token.rawName}${hint(token.rawName, Object.keys(known))}`);
    if (spec.type === "boolean") {
      if (token.value !== undefined) throw wrong(`${token.rawName} takes no value, got "${token.value}"`);
      values[token.name] = true;
      continue;
    }
    // `--from --to 2023` is a forgotten value, not a value that begins with dashes (that one is written --from=--to). An empty value is
    // a shell's variable that is not set.
    if (token.value === undefined || token.value === "" || (!token.inlineValue && token.value.startsWith("--"))) {
      throw wrong(`${token.rawName} needs a value${spec.value === undefined ? "" : ` (${spec.value})`}`);
    }
    const earlier = given.has(token.name) ? values[token.name] : undefined;
    values[token.name] = spec.multiple === true ? [...(Array.isArray(earlier) ? earlier : []), token.value] : token.value;
    given.add(token.name);
  }
  for (const [name, spec] of Object.entries(specs)) {
    const value = values[name];
    if (spec.multiple === true && typeof value === "string") values[name] = [value];
  }
  const { json, help, ...options } = values;
  return { options, words, json: json === true, help: help === true };
};
