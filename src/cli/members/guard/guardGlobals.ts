import { guardCall } from "./guardCall.ts";
import { CLOCK, guardDate } from "./guardDate.ts";
import { guardLocale } from "./guardLocale.ts";
import { guardRequire } from "./guardRequire.ts";

const RANDOM =
  "gives something else in every run: a module decides by what it is shown; for a series of its own it takes a seed as an option";
const MACHINE = "depends on the machine: a module decides by what it is shown";
const LATER = "acts at a moment of its own: a module acts in its functions alone";
const OUTSIDE = "reaches for the network: a module decides by what it is shown";
const EXIT = "ends the program: throw an Error to end the run";

type Calls = readonly (readonly [holder: object, shown: string, names: string, why: string])[];

/** What a module may not call: the object, how it is shown, its functions, and why not. */
const calls = (): Calls => [
  [Math, "Math.", "random", RANDOM],
  [globalThis.crypto, "crypto.", "randomUUID getRandomValues", RANDOM],
  [performance, "performance.", "now mark measure toJSON", CLOCK],
  [process.hrtime, "process.hrtime.", "bigint", CLOCK],
  [process, "process.", "hrtime uptime", CLOCK],
  [process, "process.", "cpuUsage memoryUsage resourceUsage", MACHINE],
  [globalThis, "", "WeakRef FinalizationRegistry", MACHINE],
  [process, "process.", "exit reallyExit abort", EXIT],
  [process, "process.", "nextTick", LATER],
  [globalThis, "", "setTimeout setInterval setImmediate queueMicrotask", LATER],
  [globalThis, "", "fetch WebSocket EventSource", OUTSIDE],
];

let guarded = false;

/**
 * Puts a guard before everything in the process that makes the same input give another output. A guard asks who calls: a user's module
 * is refused, for everybody else all is as ever. Only a call costs anything, some microseconds; the engine took the clock before.
 */
export const guardGlobals = (): void => {
  if (guarded) return;
  guarded = true;
  for (const [holder, shown, names, why] of calls())
    for (const name of names.split(" ")) guardCall(holder, name, () => `${shown}${name}() ${why}`);
  guardCall(performance, "timeOrigin", () => `performance.timeOrigin ${CLOCK}`);
  guardDate();
  guardLocale();
  guardRequire();
};
