import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { MUTANTS, mutantPath } from "../src/risk/fixtures/limitMutants.ts";
import { ROOT } from "./sourceTree.ts";

const sources = new Map<string, string>();
const sourceOf = (path: string): string => {
  const source = sources.get(path) ?? readFileSync(join(ROOT, path), "utf8");
  sources.set(path, source);
  return source;
};

it("every mutant of a limit fits the code: what it replaces is there once, and it replaces it by something else", () => {
  const stale = MUTANTS.filter((mutant) => {
    const { from, to } = mutant;
    return from === to || sourceOf(mutantPath(mutant)).split(from).length !== 2;
  });
  expect(stale).toEqual([]);
});
it("no mutant of a limit is there twice", () => {
  const edits = MUTANTS.map(({ file, from, to }) => JSON.stringify([file, from, to]));
  expect(edits.filter((edit, at) => edits.indexOf(edit) !== at)).toEqual([]);
});
