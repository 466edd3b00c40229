import { expect, it } from "vitest";
import { fuzzStreams } from "../../../../test/wireFuzz.ts";

it("a million damaged messages: nothing is thrown, and what is accepted can be", () => {
  const { cases, validJson, problems } = fuzzStreams(1_000_000, 20_240_808);
  expect(problems).toEqual([]);
  expect(validJson / cases).toBeGreaterThan(0.5);
});
