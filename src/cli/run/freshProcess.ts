import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { TrailBars } from "../../engine/decisionTrail.ts";
import type { RestoreTask } from "./restore.ts";
import type { FromRestore } from "./restoreProcess.ts";

/** The loader that `bin/riposte.mjs` uses: users' TypeScript loads as it does here. */
const LOADER = new URL("../../../bin/loader.mjs", import.meta.url).href;
const PROGRAM = fileURLToPath(new URL("restoreProcess.ts", import.meta.url));

interface FreshOptions {
  readonly signal: AbortSignal;
  readonly progress: (bars: number) => void;
}

/** Its decisions; what it failed with; null: stopped. */
type Restored = TrailBars | Error | null;

/** Gives a task to a new process and waits for its end. The process does not outlive the signal, nor this one. */
export const inFreshProcess = (task: RestoreTask, { signal, progress }: FreshOptions): Promise<Restored> =>
  new Promise((resolve) => {
    const child = fork(PROGRAM, [], {
      execArgv: ["--import", LOADER],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    let answer: Restored | undefined;
    const end = (): void => {
      child.kill("SIGKILL");
    };
    signal.addEventListener("abort", end, { once: true });
    process.on("exit", end);
    child.on("message", (message: FromRestore) => {
      if (message.kind === "progress") progress(message.bars);
      else answer ??= message.kind === "done" ? message.bars : new Error(message.message);
    });
    child.on("error", (error) => (answer ??= error));
    child.on("close", (code, killed) => {
      signal.removeEventListener("abort", end);
      process.off("exit", end);
      resolve(signal.aborted ? null : (answer ?? new Error(`its process ended unexpectedly (${killed ?? `exit ${code}`})`)));
    });
    child.send(task, (error) => {
      if (error !== null) answer ??= error;
    });
  });
