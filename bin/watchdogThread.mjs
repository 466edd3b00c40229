/**
 * The thread of the watchdog (src/cli/watchdog.ts). Code that does not come back blocks the main thread, and with it the handlers of
 * signals there. So this thread looks whether the main thread's pulse goes on, hears signals itself, and has what must be said or done
 * run on the main thread in the midst of what it does there, as a debugger would.
 */
import { Session } from "node:inspector";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { workerData } from "node:worker_threads";

const { pulse, stuckMs, pollMs, signals, parent } = workerData;
/** One Ctrl-C may arrive twice: npm hands it on. */
const SAME_SIGNAL_MS = 500;
/** What the main thread gets to end by itself. */
const GRACE_MS = 300;
const KILL_MS = 3_000;
const NO_ANSWER_MS = 1_000;

/** `call` on the main thread. An inspector that stays connected would hold up the end of the process. */
const onMain = (call) => {
  const session = new Session();
  session.connectToMainThread();
  session.post("Runtime.evaluate", { expression: `globalThis[Symbol.for("riposte.watchdog")].${call}` }, () => session.disconnect());
};

let [count, sinceMs, told] = [0, performance.now(), false];
setInterval(() => {
  const now = Atomics.load(pulse, 0);
  if (now !== count || now % 2 === 0) [count, sinceMs, told] = [now, performance.now(), false];
  else if (!told && performance.now() - sinceMs >= stuckMs) tell();
  // A process of a sweep whose parent has gone hears nothing of it.
  if (parent !== null && process.ppid !== parent && count % 2 !== 0) process.kill(process.pid, "SIGKILL");
}, pollMs);

const tell = () => {
  told = true;
  onMain(`tell(${Math.round((performance.now() - sinceMs) / 1000)})`);
  if (!hears) onMain("letSignalsKill()");
};

let firstMs = -Infinity;
const heard = (name) => {
  const nowMs = performance.now();
  if (firstMs === -Infinity) {
    firstMs = nowMs;
    setTimeout(() => {
      if (!told && count % 2 !== 0 && sinceMs < firstMs) tell();
    }, NO_ANSWER_MS);
  } else if (nowMs - firstMs >= SAME_SIGNAL_MS) {
    setTimeout(() => onMain(`exit(${128 + constants.signals[name]})`), GRACE_MS);
    setTimeout(() => process.kill(process.pid, "SIGKILL"), KILL_MS);
  }
};

/** Node gives signals to the main thread alone; libuv gives them to every loop that asks. */
const hear = () => {
  try {
    const { internalBinding } = createRequire(import.meta.url)("internal/test/binding");
    for (const name of ["SIGINT", "SIGTERM"]) {
      const signal = new (internalBinding("signal_wrap").Signal)();
      signal.onsignal = () => heard(name);
      if (signal.start(constants.signals[name]) !== 0) return false;
    }
    return true;
  } catch {
    return false; // a Node without them: then a signal kills once the module has been named
  }
};
const hears = signals && hear();
