import { describe, expect, it } from "vitest";
import { damageCases } from "./damageCases.ts";

describe("a store that is damaged anywhere", () => {
  it("is noticed by what reads it, or changes nothing that it gives", { timeout: 60_000 }, async () => {
    for await (const each of damageCases(7, 10)) expect(each.verdict, JSON.stringify(each)).not.toBe("SILENT");
  });
});
