import { afterAll, expect } from "vitest";

/**
 * Files of `npm test` share a process and its modules (`isolate: false`): one that leaves a changed global behind fails here,
 * by its own name, and not in the file that happens to come next.
 */
const globals = (): Readonly<Record<string, unknown>> => ({
  Date,
  "Date.now": Date.now,
  "Math.random": Math.random,
  "performance.now": performance.now,
  fetch,
  setTimeout,
  setInterval,
  setImmediate,
  queueMicrotask,
  "process.exit": process.exit,
  "process.kill": process.kill,
  ...Object.fromEntries(Object.entries(process.env).map(([name, value]) => [`process.env.${name}`, value])),
});

const before = globals();
afterAll(() => {
  const after = globals();
  const changed = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
  expect(changed, "globals that a test of this file changed").toEqual([]);
});
