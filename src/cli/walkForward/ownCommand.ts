import { fileURLToPath } from "node:url";
import { UserError } from "../../domain/units.ts";
import type { CommandContext, OptionValues } from "../frame/command.ts";
import { runProgram } from "../training/runProgram.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/riposte.mjs", import.meta.url));

/** Runs a command of this program in a process of its own, in `cwd` if given, and returns what its `--json` says. Throws its refusal as a `UserError`. */
export const ownCommand = async (
  args: readonly string[],
  { env, signal, cwd }: Pick<CommandContext, "env" | "signal"> & { readonly cwd?: string },
): Promise<unknown> => {
  const printed: string[] = [];
  let last = "";
  const code = await runProgram(process.execPath, [PROGRAM, ...args, "--json"], {
    ...{ env, signal, ...(cwd === undefined ? {} : { cwd }) },
    onLine: (line, from) => {
      if (from === "out") printed.push(line);
      else if (line.startsWith("riposte: ")) last = line.slice("riposte: ".length);
    },
  });
  if (code !== 0) throw new UserError(last === "" ? `riposte ${args[0] ?? ""} ended with ${String(code)}` : last);
  return JSON.parse(printed.join("\n"));
};

/** Options as a command line has them; `names`: those to pass on. */
export const passedOn = (values: OptionValues, names: readonly string[]): string[] =>
  names.flatMap((name) => {
    const value = values[name];
    if (value === true) return [`--${name}`];
    return (Array.isArray(value) ? value : typeof value === "string" ? [value] : []).map((each) => `--${name}=${each}`);
  });
