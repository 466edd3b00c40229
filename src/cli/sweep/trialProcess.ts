import { UserError } from "../../domain/units.ts";
import { nowMs } from "../../engine/clock.ts";
import { typeCheck } from "../members/typeCheck.ts";
import { laterMistake, toldErrors } from "../members/laterMistake.ts";
import type { TrialResult, TrialTask } from "./trial.ts";
import { runTrial } from "./trial.ts";

/** Messages to a trial process, and its answers. */
export type ToTrial = { readonly kind: "run"; readonly task: TrialTask } | { readonly kind: "stop" };
export type FromTrial =
  | { readonly kind: "progress"; readonly bars: number }
  | { readonly kind: "done"; readonly result: TrialResult }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string; readonly user: boolean; readonly stack: string };

const PROGRESS_MS = 200;

// By the parent, before the first run.
typeCheck.done = true;

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
for (const name of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(name, (reason: unknown) => {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (toldErrors.has(error)) return;
    fail(laterMistake(error));
    end();
  });
}
process.on("message", (message: ToTrial) => {
  if (message.kind === "stop") end();
  else void run(message.task);
});

const fail = (error: Error): void => {
  tell({ kind: "failed", message: error.message, user: error instanceof UserError, stack: error.stack ?? "" });
};

const run = async (task: TrialTask): Promise<void> => {
  running = true;
  let toldMs = nowMs();
  try {
    const result = await runTrial(task, stop.signal, (bars) => {
      const atMs = nowMs();
      if (atMs - toldMs < PROGRESS_MS) return;
      toldMs = atMs;
      tell({ kind: "progress", bars });
    });
    tell(result === null ? { kind: "stopped" } : { kind: "done", result });
  } catch (error) {
    fail(error instanceof Error ? error : new Error(String(error)));
  }
  running = false;
  if (!stop.signal.aborted) return;
  // Sends what is queued, then closes the channel, and with it this process ends.
  if (process.connected) process.disconnect();
  else process.exit(0);
};
