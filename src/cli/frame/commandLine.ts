import { parseArgs } from "node:util";
import { UserError } from "../../domain/units.ts";
import { didYouMean } from "../../domain/nearestName.ts";
import type { OptionSpec, OptionValues } from "./command.ts";

/** Options that every command has. */
export const SHARED_OPTIONS: Record<string, OptionSpec> = {
  json: { type: "boolean", help: "print exactly one JSON document on stdout; everything else goes to stderr" },
  help: { type: "boolean", help: "show this help" },
};

export interface ParsedCommandLine {
  readonly options: OptionValues;
  readonly json: boolean;
  readonly help: boolean;
}

/**
 * Reads the arguments after the command's name. Throws a `UserError` with exit code 2 on an unknown option (naming the
 * nearest), a missing or needless value and on words that belong to no option. A repeated option: the last one counts,
 * unless it is `multiple`.
 */
export const parseCommandLine = (
  command: string,
  specs: Readonly<Record<string, OptionSpec>>,
  args: readonly string[],
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
  const given = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "positional") throw wrong(`${command} does not know what to do with "${token.value}"`);
    if (token.kind !== "option") continue;
    const spec = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (spec === undefined) {
      const near = didYouMean(
        token.rawName,
        Object.keys(known).map((name) => `--${name}`),
      );
      throw wrong(`${command} has no option ${token.rawName}${near}`);
    }
    if (spec.type === "boolean") {
      if (token.value !== undefined) throw wrong(`${token.rawName} takes no value, got "${token.value}"`);
      values[token.name] = true;
      continue;
    }
    // `--from --to 2023` is a forgotten value, not a value that begins with dashes (that one is written --from=--to).
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith("--"))) {
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
  return { options, json: json === true, help: help === true };
};
