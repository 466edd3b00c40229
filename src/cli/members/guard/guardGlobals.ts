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

/** Calls that modules may not make: the object, its name in messages, its functions, and the reason. */
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
 * Puts a guard before everything in the process that can make equal inputs give different outputs. A guard checks its caller: a user's module
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
