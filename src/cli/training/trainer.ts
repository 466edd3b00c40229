import { UserError } from "../../domain/units.ts";
import type { CommandContext, OptionSpec, OptionValues } from "../frame/command.ts";
import { pythonEnvironment, TRAINING } from "./pythonEnvironment.ts";
import { runProgram } from "./runProgram.ts";

/** `--python`, of every command that trains. */
export const pythonOption = {
  type: "string",
  value: "DIR",
  help: "where the Python environment lies, or is made",
  default: "out/python",
} as const satisfies OptionSpec;

/** The trainer ended before it was done; `code` is that of the program. */
export class TrainerFailed extends UserError {
  readonly code: number | null;
  constructor(message: string, code: number | null) {
    super(message, code === 2 ? 2 : 1);
    this.code = code;
  }
}

/**
 * Runs `python -m riposte_training` to its end; `--python` names its environment. `onLine` hears what it prints, and its words of
 * progress. Throws a `TrainerFailed` with its own last word where it could not do it.
 */
export const runTrainer = async (
  args: readonly string[],
  values: OptionValues,
  context: Pick<CommandContext, "env" | "log" | "signal">,
  onLine: (line: string, from: "out" | "err") => void,
): Promise<void> => {
  const python = await pythonEnvironment(String(values["python"]), context);
  let last = "";
  const env = { ...context.env, PYTHONPATH: TRAINING, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
  const code = await runProgram(python, ["-m", "riposte_training", ...args], {
    ...{ env, signal: context.signal },
    onLine: (line, from) => {
      if (from === "err" && line.startsWith("train: ")) last = line.slice("train: ".length);
      else onLine(line, from);
    },
  });
  if (code !== 0) throw new TrainerFailed(last === "" ? `the Python program ended with ${String(code)}` : last, code);
};
