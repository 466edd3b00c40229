import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { observationDoc, observationSha256 } from "./observationDoc.ts";

it("pins the schema: change it on purpose, for trained policies end with it", () => {
  expect(observationSha256()).toBe("f803a4a74e02b7d6b9309cc43f7ba541cf01ca2337a056b1a146cc17cf7cc47d");
});

it("keeps docs/observation.md current (npx tsx scripts/observationDoc.ts)", () => {
  expect(readFileSync(new URL("../docs/observation.md", import.meta.url), "utf8")).toBe(observationDoc());
});
