import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { UserError } from "../../domain/units.ts";
import { systemProblem } from "../../store/output/outputError.ts";
import { sha256 } from "../../store/hashing/sha256.ts";
import { userFolder } from "../frame/userFolder.ts";
import { shownFile } from "./modulePlace.ts";
import { ownLoader } from "./ownLoader.ts";
import { PROGRAM_FOLDERS } from "./usersFiles.ts";

const PROGRAM = fileURLToPath(new URL("../../../bin/checkTypes.mjs", import.meta.url));
/** Changes when the check does. */
const FORMAT = 1;

/** `done`: another process has checked them. */
export const typeCheck = { done: !ownLoader };
/** Lists of files that have been checked in this process. */
const checked = new Set<string>();

interface Answer {
  readonly problems: readonly { readonly file: string; readonly line: number; readonly text: string }[];
  /** Files that were looked at. */
  readonly read: readonly string[];
}

/**
 * Throws a `UserError` with the first mistake that the TypeScript compiler finds in users' modules. `modules` are paths; what is not
 * there, or is no TypeScript, is left out. What passed is remembered by the content of all files that were looked at.
 */
export const checkTypes = async (modules: readonly string[], signal: AbortSignal): Promise<void> => {
  const files = [...new Set(modules.map((module) => resolve(module)))].filter((file) => /\.[cm]?ts$/.test(file) && existsSync(file)).sort();
  const key = JSON.stringify(files);
  if (files.length === 0 || typeCheck.done || checked.has(key)) return;
  const kept = join(userFolder("cache", process.env), "types", `${sha256(`${FORMAT} ${compilerVersion()} ${key}`)}.json`);
  if (!isUnchanged(kept)) {
    const { problems, read } = await answerFor(files, signal);
    if (problems.length > 0) throw mistake(problems);
    keep(kept, read);
  }
  checked.add(key);
};

const answerFor = async (files: readonly string[], signal: AbortSignal): Promise<Answer> => {
  const args = [PROGRAM, JSON.stringify(files), JSON.stringify(["/node_modules/", ...PROGRAM_FOLDERS])];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1 << 26, signal });
    return JSON.parse(stdout) as Answer;
  } catch (error) {
    const { code, stderr } = error as { readonly code?: unknown; readonly stderr?: string };
    throw new UserError(`the types of ${files.map(shownFile).join(", ")} could not be checked: ${firstLine(stderr) ?? String(code)}`);
  }
};

const firstLine = (text = ""): string | undefined => text.split("\n").find((line) => /Error/.test(line));

const mistake = (problems: Answer["problems"]): UserError => {
  const [{ file, line, text } = { file: "", line: 0, text: "" }] = problems;
  const more = problems.length > 1 ? `, and ${problems.length - 1} more` : "";
  return new UserError(
    `module ${shownFile(file)} line ${line}: ${text}${more}; mend it, or leave the file unchecked with // @ts-nocheck in its first line`,
  );
};

/** The files that were looked at when the modules passed are still the same. */
const isUnchanged = (kept: string): boolean => {
  if (!existsSync(kept)) return false;
  const read = JSON.parse(readFileSync(kept, "utf8")) as Readonly<Record<string, string>>;
  return Object.entries(read).every(([file, hash]) => existsSync(file) && sha256(readFileSync(file)) === hash);
};

/** Where nothing can be kept, the modules are checked in each run. */
const keep = (kept: string, read: readonly string[]): void => {
  try {
    mkdirSync(join(kept, ".."), { recursive: true });
    writeFileSync(kept, JSON.stringify(Object.fromEntries(read.map((file) => [file, sha256(readFileSync(file))]))));
  } catch (error) {
    if (systemProblem(error) === undefined) throw error;
  }
};

/** Without loading it. */
const compilerVersion = (): string => (createRequire(import.meta.url)("typescript/package.json") as { readonly version: string }).version;
