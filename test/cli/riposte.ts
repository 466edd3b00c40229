import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

/** The command as its user meets it: `node bin/riposte.mjs` in a process of its own. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BIN = join(ROOT, "bin/riposte.mjs");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
interface Surroundings {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Largest file that the process may write, in blocks of 512 bytes (`ulimit -f`). */
  readonly maxFileBlocks?: number;
  /** Files that the process may have open at once (`ulimit -n`). */
  readonly maxOpenFiles?: number;
  /** Called once with the process, e.g. to send it a signal later. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs one command to its end. */
export const riposte = (args: readonly string[], surroundings: Surroundings): Promise<Ended> => started([BIN, ...args], surroundings);

/** Runs many commands one after the other in one process. */
export const riposteEach = async (cases: readonly (readonly string[])[], cwd: string): Promise<Ended[]> => {
  const script = ["--import", join(ROOT, "bin/loader.mjs"), join(ROOT, "test/cli/runCases.ts")];
  const { code, stdout, stderr } = await started([...script, JSON.stringify(cases)], { cwd });
  if (code !== 0) throw new Error(`the cases did not run: ${stderr}`);
  return JSON.parse(stdout) as Ended[];
};

const started = (args: readonly string[], { cwd, env, maxFileBlocks, maxOpenFiles, started: hook }: Surroundings): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const foreign = Object.entries(process.env).filter(([name]) => !name.startsWith("RIPOSTE_"));
    const stdio: ["ignore", "pipe", "pipe"] = ["ignore", "pipe", "pipe"];
    // The user's own ledger and cache are none of a test's: the ledger lies beside its folder.
    const folders = { XDG_STATE_HOME: `${cwd}.state`, XDG_CACHE_HOME: join(tmpdir(), "riposte-test-cache") };
    const options = { cwd, env: { ...Object.fromEntries(foreign), ...folders, ...env }, stdio };
    const limits = [
      ...(maxFileBlocks === undefined ? [] : [`ulimit -f ${maxFileBlocks}`]),
      ...(maxOpenFiles === undefined ? [] : [`ulimit -n ${maxOpenFiles}`]),
    ];
    const child =
      limits.length === 0
        ? spawn(process.execPath, args, options)
        : spawn("sh", ["-c", [...limits, 'exec "$@"'].join("; "), "sh", process.execPath, ...args], options);
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout, stderr });
    });
    hook?.(child);
  });

/** What is on stderr besides progress, the word on simulated prices and the answer to Ctrl-C. */
const complaints = (stderr: string): string[] =>
  stderr
    .split("\n")
    .filter((line) => line !== "" && !/^NOTE |^(?:replaying|believing|sweeping) |^riposte: stopping; once more to kill$/.test(line));

/** Asserts a refusal: this exit code, nothing on stdout, and one line that matches. */
export const expectRefusal = ({ code, stdout, stderr }: Ended, exitCode: number, line: RegExp): void => {
  expect(complaints(stderr)).toEqual([expect.stringMatching(line)]);
  expect(complaints(stderr)[0]).toMatch(/^riposte: /);
  expect(stderr).not.toContain("not a mistake of yours");
  expect({ code, stdout }).toEqual({ code: exitCode, stdout: "" });
};

/** A folder for a test, and what is in it, hidden names too. */
export const scratchFolder = (name: string): Promise<string> => mkdtemp(join(tmpdir(), `riposte-${name}-`));
export const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();

/** A file system of its own of `size`, e.g. `2m`; undefined where one may not mount (then the reason is printed). */
export const smallDisk = async (
  size: string,
): Promise<{ folder: string; readOnly: () => void; grow: (size: string) => void; unmount: () => Promise<void> } | undefined> => {
  const folder = await scratchFolder("disk");
  const mount = (...args: string[]): void => {
    execFileSync("mount", [...args, folder], { stdio: "ignore" });
  };
  try {
    mount("-t", "tmpfs", "-o", `size=${size}`, "tmpfs");
  } catch {
    console.warn("skipped: a full disk cannot be had here (mounting a tmpfs needs root)");
    await rm(folder, { recursive: true });
    return undefined;
  }
  return {
    folder,
    readOnly: () => {
      mount("-o", "remount,ro");
    },
    grow: (size) => {
      mount("-o", `remount,size=${size}`);
    },
    unmount: async () => {
      execFileSync("umount", [folder]);
      await rm(folder, { recursive: true });
    },
  };
};
