import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../domain/units.ts";
import { sha256 } from "../../store/hashing/sha256.ts";
import type { CommandContext } from "../frame/command.ts";
import { runProgram } from "./runProgram.ts";

/** Folder of the Python package `riposte_training`. */
export const TRAINING = fileURLToPath(new URL("../../../training", import.meta.url));
const LOCK = join(TRAINING, "requirements-small.txt");
const PYTHONS = ["python3", "python3.13", "python3.12", "python3.11", "python"];
const IS_NEW_ENOUGH = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";
const HOW =
  "install Python 3.11 to 3.13 with its venv module (Debian: apt-get install python3-venv), or name one with RIPOSTE_PYTHON=/path/to/python3";
/** Behind the last file of a finished environment. */
const READY = "ready";

type Context = Pick<CommandContext, "env" | "log" | "signal">;

/**
 * The Python of the environment that the lock file describes, made below `dir` where it is not there: `small-<hash of the lock>`. Throws
 * a `UserError` that says how where it cannot be made; a half-made one is made again.
 */
export const pythonEnvironment = async (dir: string, context: Context): Promise<string> => {
  const folder = join(dir, `small-${sha256(readFileSync(LOCK)).slice(0, 12)}`);
  const python = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (existsSync(join(folder, READY)) && existsSync(python)) return python;
  rmSync(folder, { recursive: true, force: true });
  const base = await basePython(context);
  context.log(`NOTE installing the Python packages of training/requirements-small.txt into ${folder} (once, about a minute)`);
  await step(base, ["-m", "venv", folder], context, HOW);
  const install = [
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    "--require-hashes",
    "--only-binary",
    ":all:",
    "--no-deps",
  ];
  const retry = `it needs a Python package registry once; behind a proxy or mirror set PIP_INDEX_URL, then start it again`;
  await step(python, [...install, "-r", LOCK], context, retry);
  writeFileSync(join(folder, READY), "");
  return python;
};

const basePython = async (context: Context): Promise<string> => {
  const given = context.env["RIPOSTE_PYTHON"];
  for (const python of given === undefined ? PYTHONS : [given]) {
    const code = await runProgram(python, ["-c", IS_NEW_ENOUGH], { ...context, onLine: () => undefined });
    if (code === 0) return python;
  }
  throw new UserError(`training needs Python 3.11 or later, and ${given ?? "none of " + PYTHONS.join(", ")} is one: ${HOW}`);
};

const step = async (command: string, args: readonly string[], context: Context, remedy: string): Promise<void> => {
  let last = "";
  const onLine = (line: string): void => {
    if (line.trim() !== "" && !line.startsWith("[notice]")) last = line.trim();
  };
  const code = await runProgram(command, args, { ...context, onLine });
  if (context.signal.aborted) throw new UserError("stopped: the Python packages are not installed yet");
  if (code !== 0)
    throw new UserError(`the Python environment could not be made (${last === "" ? `exit ${String(code)}` : last}): ${remedy}`);
};
