import { expect, it } from "vitest";
import { fuzzCaptures } from "../../../../test/captureFuzz.ts";

it("damaged lines of captures: refused with a reason, or events that can be, none of them going back in time", () => {
  const { cases, events, refused, problems } = fuzzCaptures(2000, 5);
  expect(problems).toEqual([]);
  // Both ways are taken often, else the fuzz says nothing.
  expect(events / cases).toBeGreaterThan(0.2);
  expect(refused / cases).toBeGreaterThan(0.1);
});
