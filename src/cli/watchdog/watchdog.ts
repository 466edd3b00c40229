import { closeSync, writeSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { workingSeq } from "../../../operators/stepOperator.ts";
import { formatUtc } from "../../domain/time.ts";
import { burstAtWork, pulse } from "../../engine/pulse.ts";
import { shownFile, usersFrames } from "../members/modulePlace.ts";
import { ownSignals } from "./ownSignals.ts";

/** How long a module may be at work before it is named, and how often the thread looks. */
const STUCK_MS = 10_000;
const POLL_MS = 250;

/** Taken before modules are guarded: the end of the process comes in the midst of a module. */
const exit = process.exit.bind(process);
/** Layers by the path of the module that serves them. */
const layers = new Map<string, string>();
let watching = false;

/**
 * Names a module that does not come back, and lets a second Ctrl-C end the process even then (`bin/watchdogThread.mjs`). Started with the
 * first user's module: shipped rules come back.
 */
export const watchModule = (path: string, layer: string): void => {
  layers.set(path, layer);
  if (watching) return;
  watching = true;
  Object.defineProperty(globalThis, Symbol.for("riposte.watchdog"), { value: { tell, exit: end, letSignalsKill } });
  const thread = new Worker(new URL("../../../bin/watchdogThread.mjs", import.meta.url), {
    workerData: {
      pulse,
      stuckMs: STUCK_MS,
      pollMs: POLL_MS,
      signals: ownSignals.handled,
      parent: process.send === undefined ? null : process.ppid,
    },
    // Without the loader; what hears signals in a thread is internal to Node, which warns of it.
    execArgv: ["--expose-internals", "--no-warnings"],
  });
  thread.unref();
};

/** Reports the module that is running, its line and its bar. Writes to the descriptor of stderr, because no stream is drained now. */
const tell = (seconds: number): void => {
  Error.stackTraceLimit = Infinity;
  const frames = usersFrames(new Error());
  const [inner, outer] = [frames[0], frames.at(-1)];
  if (inner === undefined || outer === undefined) return;
  const seq = workingSeq();
  const timeMs = burstAtWork.find((event) => event.seq === seq)?.knownAtMs;
  const at = timeMs === undefined ? "" : ` at the bar that closed at ${formatUtc(timeMs)}`;
  const layer = layers.get(outer.path);
  const module = `${layer === undefined || layer === "" ? "" : `${layer} `}module ${shownFile(outer.path)}`;
  const place = inner.path === outer.path ? `line ${inner.line}` : `${shownFile(inner.path)} line ${inner.line}`;
  writeSync(2, `\nriposte: ${module} has not come back for ${seconds} s${at} (${place}); Ctrl-C twice ends the run\n`);
};

/** Closes stderr first, because Node would report there that it waits for the debugger, which made this call. */
const end = (code: number): void => {
  closeSync(2);
  exit(code);
};

/** For a thread that hears no signals: the next signal ends the process as it ends any other. */
const letSignalsKill = (): void => {
  for (const name of ["SIGINT", "SIGTERM"]) process.removeAllListeners(name);
};
