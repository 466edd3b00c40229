import type { TrailBars } from "../../engine/decisionTrail.ts";
import { typeCheck } from "../members/typeCheck.ts";
import type { RestoreTask } from "./restore.ts";
import { restore } from "./restore.ts";

/** Answers of this process to its one task. */
export type FromRestore =
  | { readonly kind: "progress"; readonly bars: number }
  | { readonly kind: "done"; readonly bars: TrailBars | null }
  | { readonly kind: "failed"; readonly message: string };

// By the parent.
typeCheck.done = true;

/**
 * Goes on with a run from a checkpoint, in a process that has nothing of it but the file: what a module kept beside its state is not here.
 * Started by `freshProcess.ts`. Ctrl-C on a terminal reaches it too: it waits for its parent's word, and ends when the parent has gone.
 */
const stop = new AbortController();
const tell = (message: FromRestore): void => {
  process.send?.(message, () => {
    if (message.kind !== "progress") process.disconnect();
  });
};
process.on("SIGINT", () => undefined);
process.on("disconnect", () => {
  stop.abort();
  process.exit(0);
});
for (const name of ["uncaughtException", "unhandledRejection"] as const) {
  process.on(name, (reason: unknown) => {
    failed(reason);
  });
}
const failed = (reason: unknown): void => {
  tell({ kind: "failed", message: reason instanceof Error ? reason.message : String(reason) });
};

process.once("message", (task: RestoreTask) => {
  restore(task, stop.signal, (bars) => {
    tell({ kind: "progress", bars });
  }).then((bars) => {
    tell({ kind: "done", bars });
  }, failed);
});
