import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Cut } from "./cuts.ts";
import { cuts } from "./cuts.ts";
import type { Name } from "./situation.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-cuts-"));
});
afterAll(() => rm(folder, { recursive: true }));

const ALL: readonly Name[] = ["position", "working", "resting", "inFlight", "halted", "gap", "dayChange"];

it.each<[string, number, readonly Name[]]>([
  ["default", 6, ["position", "working", "inFlight", "halted", "gap", "dayChange"]],
  ["network", 5, ["position", "working", "gap", "dayChange"]],
  ["policy", 6, ["position", "working", "dayChange"]],
  ["emaCross", 3, ["position", "inFlight", "gap", "dayChange"]],
  ["often", 6, ALL],
  ["ticks", 6, ALL],
])("%s: %i cuts anywhere, and one in every situation, change nothing", async (name, more, wanted) => {
  const found = await cuts(name, folder, wanted, more, 2);
  expect(found.filter(({ same }) => !same)).toEqual([]);
  expect(found.length).toBeGreaterThan(more);
  expect(wanted.filter((each) => !found.some(({ situation }: Cut) => situation[each]))).toEqual([]);
});
