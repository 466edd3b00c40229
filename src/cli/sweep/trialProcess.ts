import { UserError } from "../../domain/units.ts";
import type { TrialResult, TrialTask } from "./trial.ts";
import { runTrial } from "./trial.ts";

/** What a trial process is told, and what it answers. */
export type ToTrial = { readonly kind: "run"; readonly task: TrialTask } | { readonly kind: "stop" };
export type FromTrial =
  | { readonly kind: "progress"; readonly bars: number }
  | { readonly kind: "done"; readonly result: TrialResult }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string; readonly user: boolean; readonly stack: string };

const PROGRESS_MS = 200;

/**
 * A process that runs trials one after the other, started by `trialPool.ts` with the TypeScript loader. Ctrl-C on a terminal reaches it
 * too: it waits for its parent's word, and ends when the parent has gone.
 */
const stop = new AbortController();
let running = false;
const tell = (message: FromTrial): void => {
  // False: the parent reads slower than this process writes; the message is queued all the same.
  if (process.connected) process.send?.(message);
};
const end = (): void => {
  stop.abort();
  if (!running) process.exit(0);
};
process.on("SIGINT", () => undefined);
process.on("SIGTERM", end);
process.on("disconnect", end);
process.on("message", (message: ToTrial) => {
  if (message.kind === "stop") end();
  else void run(message.task);
});

const run = async (task: TrialTask): Promise<void> => {
  running = true;
  let toldMs = performance.now();
  try {
    const result = await runTrial(task, stop.signal, (bars) => {
      const nowMs = performance.now();
      if (nowMs - toldMs < PROGRESS_MS) return;
      toldMs = nowMs;
      tell({ kind: "progress", bars });
    });
    tell(result === null ? { kind: "stopped" } : { kind: "done", result });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    tell({ kind: "failed", message, user: error instanceof UserError, stack: stack ?? "" });
  }
  running = false;
  if (!stop.signal.aborted) return;
  // What was told goes out before the channel closes, and with it this process ends.
  if (process.connected) process.disconnect();
  else process.exit(0);
};
