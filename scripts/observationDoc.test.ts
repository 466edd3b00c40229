import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { observationDoc, observationSha256 } from "./observationDoc.ts";

it("pins the schema: change it on purpose, for trained policies end with it", () => {
  expect(observationSha256()).toBe("bb75ec65fb6396bc192d0fbd9efdd610dd0a3570aa75e5c2c4c71db070a8ebf0");
});

it("keeps docs/observation.md current (npx tsx scripts/observationDoc.ts)", () => {
  expect(readFileSync(new URL("../docs/observation.md", import.meta.url), "utf8")).toBe(observationDoc());
});
