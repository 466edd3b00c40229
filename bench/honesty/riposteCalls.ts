import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../bin/riposte.mjs", import.meta.url));

/** Runs a command of the program in a folder and returns the document that it prints. Throws with what it said where it fails. */
export const riposteIn = (folder: string, args: readonly string[]): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args, "--json"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let [said, told] = ["", ""];
    child.stdout.on("data", (text) => (said += String(text)));
    child.stderr.on("data", (text) => (told += String(text)));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(JSON.parse(said));
      else reject(new Error(`riposte ${args.join(" ")} ended with ${String(code)}: ${told.trim().split("\n").at(-1) ?? ""}`));
    });
  });

/** Runs jobs, `width` at a time, and returns their results in order. */
export const inParallel = async <T>(width: number, jobs: readonly (() => Promise<T>)[]): Promise<T[]> => {
  const results: T[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < jobs.length; at = next++) results[at] = await (jobs[at] as () => Promise<T>)();
  };
  await Promise.all(Array.from({ length: width }, work));
  return results;
};
