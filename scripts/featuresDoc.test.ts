import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { featuresDoc, formulas } from "./featuresDoc.ts";

const doc = await readFile(new URL("../docs/features.md", import.meta.url), "utf8");

it("docs/features.md is current: else npm run docs:features", () => {
  expect(doc).toBe(featuresDoc());
});

it("counts at least 90 formulas, copies on longer time frames left out, and says so", () => {
  expect(formulas().length).toBeGreaterThanOrEqual(90);
  expect(doc).toContain(`${formulas().length} formulas`);
});
