import { expect, test } from "vitest";
import { INPUT_OF } from "../../../src/domain/kind.ts";
import { EVENT_FAMILIES } from "./families.ts";

test("every input beside the klines has a family, whose columns are described and named once", () => {
  const inputs = new Set(INPUT_OF.filter((input) => input !== undefined && input !== "kline"));
  expect(EVENT_FAMILIES.map(({ input }) => input).sort()).toEqual([...inputs].sort());
  const columns = EVENT_FAMILIES.flatMap((family) => family.columns);
  expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
  for (const { name, formula, unit, source, warmUpBars } of columns) {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
    for (const text of [formula, unit, source]) expect(text.length).toBeGreaterThan(0);
    expect(warmUpBars).toBeGreaterThanOrEqual(1);
  }
});
