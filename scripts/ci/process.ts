import { spawn } from "node:child_process";
import type { EndedStep, Step } from "./lanes.ts";

/** Process groups of the steps that run. */
const groups = new Set<number>();

/** Ends whatever still runs. */
export const endAll = (): void => {
  for (const pid of groups) endGroup(pid);
};

const endGroup = (pid: number): void => {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
};

/** Runs a step to its end, or ends it and all that it started after `limitMs`. */
export const runProcess = (step: Step, limitMs: number, cwd: string): Promise<EndedStep> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const [program = "", ...args] = step.command;
    let output = "";
    const end = (code: number | null): void => {
      clearTimeout(limit);
      // What a step left running would disturb the next ones.
      if (child.pid !== undefined) endGroup(child.pid);
      groups.delete(child.pid ?? 0);
      resolve({ step, code, seconds: Math.round((performance.now() - startedAt) / 1000), output });
    };
    // A process group of its own, so that a server or a browser that it started ends with it.
    const child = spawn(program, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) groups.add(child.pid);
    const limit = setTimeout(() => {
      output += `\nended after ${(limitMs / 60_000).toFixed(0)} minutes: it hangs, or its limit is too low\n`;
      if (child.pid !== undefined) endGroup(child.pid);
    }, limitMs);
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", (error) => {
      output += `${error.message}\n`;
      if (child.pid === undefined) end(127);
    });
    child.on("close", end);
  });
