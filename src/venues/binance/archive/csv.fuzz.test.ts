import { expect, it } from "vitest";
import { fuzzCsv } from "../../../../test/csvFuzz.ts";

it("damaged archive files: refused in one line with the file's name, or every row answered for and possible", () => {
  const { cases, accepted, problems } = fuzzCsv(2000, 3);
  expect(problems).toEqual([]);
  // Both ways are taken often, else the fuzz says nothing.
  expect(accepted / cases).toBeGreaterThan(0.1);
  expect(accepted / cases).toBeLessThan(0.7);
});
