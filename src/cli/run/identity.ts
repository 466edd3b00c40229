import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { shownArgument } from "../data/shownPath.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The commit of the running code, `-dirty` when files differ from it; the package's version where there is no git. */
export const codeVersion = async (): Promise<string> => {
  const git = async (...args: string[]): Promise<string> => (await promisify(execFile)("git", ["-C", ROOT, ...args])).stdout.trim();
  try {
    const [commit, changes] = [await git("rev-parse", "HEAD"), await git("status", "--porcelain", "--untracked-files=no")];
    return changes === "" ? commit : `${commit}-dirty`;
  } catch {
    const { version } = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8")) as { version: string };
    return `v${version}`;
  }
};

/** The command that repeats this run, as one would type it. */
export const commandLine = (): string => ["riposte", ...process.argv.slice(2)].map(shownArgument).map(quoted).join(" ");

const quoted = (word: string): string => (/^(~\/)?[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
