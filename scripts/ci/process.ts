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

/** How long a process that left the group may hold the output open. */
const GRACE_MS = 5000;

/** Runs a step to its end, or ends it after `limitMs`, and whatever it left running, which would disturb the next ones. */
export const runProcess = (step: Step, limitMs: number, cwd: string): Promise<EndedStep> =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const [program = "", ...args] = step.command;
    // A process group of its own, so that a server or a browser that it started ends with it.
    const child = spawn(program, args, { cwd, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const { pid } = child;
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const end = (code: number | null): void => {
      resolve({ step, code, seconds: Math.round((performance.now() - startedAt) / 1000), output });
    };
    if (pid === undefined) {
      child.on("error", ({ message }) => {
        output += `${message}\n`;
        end(127);
      });
      return;
    }
    groups.add(pid);
    const limit = setTimeout(() => {
      output += `\nended after ${(limitMs / 60_000).toFixed(0)} minutes: it hangs, or its limit is too low\n`;
      endGroup(pid);
    }, limitMs);
    let grace: NodeJS.Timeout | undefined;
    child.on("exit", () => {
      clearTimeout(limit);
      endGroup(pid);
      groups.delete(pid);
      grace = setTimeout(() => {
        output += "\na process that it started goes on and holds its output\n";
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
    });
    child.on("close", (code) => {
      clearTimeout(grace);
      end(code);
    });
  });
