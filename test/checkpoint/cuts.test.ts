import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { cuts } from "./cuts.ts";
import type { Name } from "./situation.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-cuts-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The one test of `npm test` that starts processes: state that hides in one is the thing to be found. */
it.each<[string, Name[]]>([
  ["default", ["position"]],
  ["emaCross", ["position"]],
  ["ticks", ["resting"]],
  ["policy", ["dayChange"]],
])("%s: cut, written, and gone on with in a fresh process, it decides the same", async (name, wanted) => {
  const found = await cuts(name, folder, wanted, 0, 1);
  expect(found.map(({ same, bytes }) => [same, bytes > 10_000])).toEqual([[true, true]]);
  expect(found.map(({ situation }) => situation)).toMatchObject(wanted.map((each) => ({ [each]: true })));
});
