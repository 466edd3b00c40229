import { expect, it } from "vitest";
import { chosenSteps, runSteps } from "./lanes.ts";
import type { EndedStep, Step } from "./lanes.ts";

const step = (name: string, ...after: readonly string[]): Step => ({ name, command: [name], after, minutes: 1 });

/** Runs steps that end when the test says so. */
const played = (steps: readonly Step[], lanes: number) => {
  const open = new Map<string, (ended: EndedStep) => void>();
  const told: string[] = [];
  const start = (each: Step): Promise<EndedStep> => new Promise((resolve) => open.set(each.name, resolve));
  const all = runSteps(steps, lanes, start, (ended) => told.push(`${ended.step.name} ${String(ended.code)}`));
  const end = async (name: string, code: number | null = 0): Promise<string[]> => {
    open.get(name)?.({ step: step(name), code, seconds: 1, output: "" });
    open.delete(name);
    await new Promise(setImmediate);
    return [...open.keys()];
  };
  return { all, end, told, running: () => [...open.keys()] };
};

it("runs two at a time, in the order of the list, and each behind what it needs, failed or not", async () => {
  const { all, end, told, running } = played([step("a"), step("b"), step("c", "b"), step("d"), step("e", "a", "d")], 2);
  expect(running()).toEqual(["a", "b"]);
  expect(await end("a", 1)).toEqual(["b", "d"]);
  expect(await end("d", null)).toEqual(["b", "e"]);
  expect(await end("b")).toEqual(["e", "c"]);
  expect(await end("c")).toEqual(["e"]);
  expect(await end("e")).toEqual([]);
  await all;
  expect(told).toEqual(["a 1", "d null", "b 0", "c 0", "e 0"]);
});

it("runs a step that measures time when nothing else runs, and nothing beside it", async () => {
  const { all, end, running } = played([step("a"), { ...step("b"), alone: true }, step("c"), step("d")], 2);
  expect(running()).toEqual(["a", "c"]);
  expect(await end("a")).toEqual(["c", "d"]);
  expect(await end("c")).toEqual(["d"]);
  expect(await end("d")).toEqual(["b"]);
  await end("b");
  await all;
  const other = played([{ ...step("b"), alone: true }, step("c")], 2);
  expect(other.running()).toEqual(["b"]);
  expect(await other.end("b")).toEqual(["c"]);
  await other.end("c");
  await other.all;
});

it("says which steps wait for one that there is not", async () => {
  await expect(played([step("a", "z"), step("b", "a")], 2).all).rejects.toThrow("no step can start: a after z; b after a");
});

it("chooses steps by a part of their name, with what they wait for", () => {
  const steps = [step("python"), step("data", "python"), step("compare: a", "data"), step("compare: b"), step("lint")];
  const names = (...words: readonly string[]): string[] => chosenSteps(steps, words).map(({ name }) => name);
  expect(names("compare: a", "lin")).toEqual(["python", "data", "compare: a", "lint"]);
  expect(names("nothing")).toEqual([]);
  expect(names()).toHaveLength(5);
});
