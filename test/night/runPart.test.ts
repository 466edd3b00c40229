import { expect, it } from "vitest";
import type { ProofPart, SeedResult } from "./part.ts";
import { runPart } from "./runPart.ts";

const part = (run: ProofPart["run"], lastSeed?: number): ProofPart => ({
  name: "x",
  shows: "",
  code: [],
  goal: 100,
  ...(lastSeed === undefined ? {} : { lastSeed }),
  run,
});
const around = (more: object = {}) => {
  const failed: [number, readonly string[]][] = [];
  const shown: number[] = [];
  const surroundings = {
    nowMs: () => 0,
    signal: new AbortController().signal,
    failed: (seed: number, problems: readonly string[]) => void failed.push([seed, problems]),
    progress: (cases: number) => void shown.push(cases),
    ...more,
  };
  return { surroundings, failed, shown };
};
const ten = (): SeedResult => ({ cases: 10, problems: [] });

it("runs seed after seed until the cases are enough, and goes on behind a failure", async () => {
  const { surroundings, failed, shown } = around();
  const broken = part((seed) => ({ cases: 10, problems: seed === 6 ? ["a", "b"] : [] }));
  const run = await runPart(broken, { fromSeed: 5, cases: 25, untilMs: 1 }, surroundings);
  expect(run).toEqual({ fromSeed: 5, toSeed: 7, cases: 30, failures: 2, failedSeeds: [6] });
  expect(failed).toEqual([[6, ["a", "b"]]]);
  expect(shown).toEqual([10, 20, 30]);
});

it("counts what a seed throws as a failure of that seed", async () => {
  const { surroundings, failed } = around();
  const throws = part((seed) => {
    if (seed === 2) throw new Error("oh");
    return ten();
  });
  const run = await runPart(throws, { fromSeed: 1, cases: 21, untilMs: 1 }, surroundings);
  expect(run).toEqual({ fromSeed: 1, toSeed: 3, cases: 21, failures: 1, failedSeeds: [2] });
  expect(failed[0]?.[1][0]).toMatch(/^Error: oh\n/);
});

it("ends with the time, and with the last seed", async () => {
  let nowMs = 0;
  const clock = around({ nowMs: () => (nowMs += 10) }).surroundings;
  expect(await runPart(part(ten), { fromSeed: 1, cases: Infinity, untilMs: 25 }, clock)).toMatchObject({ toSeed: 2, cases: 20 });
  const { surroundings } = around();
  expect(await runPart(part(ten, 3), { fromSeed: 2, cases: Infinity, untilMs: 1 }, surroundings)).toMatchObject({ toSeed: 3, cases: 20 });
  expect(await runPart(part(ten, 3), { fromSeed: 4, cases: Infinity, untilMs: 1 }, surroundings)).toMatchObject({ toSeed: 3, cases: 0 });
});

it("keeps the seeds before a stop, and not one that the stop broke off", async () => {
  const stop = new AbortController();
  const { surroundings } = around({ signal: stop.signal });
  const stops = part((seed) => {
    if (seed === 2) stop.abort();
    return ten();
  });
  expect(await runPart(stops, { fromSeed: 1, cases: 99, untilMs: 1 }, surroundings)).toMatchObject({ toSeed: 2, cases: 20 });
  const breaksOff = part((seed) => (seed === 2 ? Promise.resolve(null) : ten()));
  expect(await runPart(breaksOff, { fromSeed: 1, cases: 99, untilMs: 1 }, around().surroundings)).toMatchObject({ toSeed: 1, cases: 10 });
});
