import { expect, it } from "vitest";
import { fuzzStreams } from "../../../../test/wireFuzz.ts";

it("10,000 damaged messages: nothing is thrown, and what is accepted can be", () => {
  const { cases, validJson, accepted, faults, problems } = fuzzStreams(10_000, 7);
  expect(problems).toEqual([]);
  expect(validJson / cases).toBeGreaterThan(0.5);
  // Both ways are taken often, else the fuzz says nothing.
  expect(accepted / cases).toBeGreaterThan(0.1);
  expect(faults / cases).toBeGreaterThan(0.2);
});
