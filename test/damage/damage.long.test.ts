import { describe, expect, it } from "vitest";
import { damageCases } from "./damageCases.ts";
import type { DamageCase } from "./damageCases.ts";
import { READERS, SWEEPING } from "./readers.ts";

describe("a hundred damages of a store", () => {
  it("are noticed by what reads it, or change nothing that it gives", async () => {
    const verdicts = new Map<DamageCase["verdict"], number>();
    for await (const each of damageCases(2023, 100, [...READERS, SWEEPING])) {
      expect(each.verdict, JSON.stringify(each)).not.toBe("SILENT");
      verdicts.set(each.verdict, 1 + (verdicts.get(each.verdict) ?? 0));
    }
    // Cases that meet nothing prove nothing.
    expect(verdicts.get("noticed")).toBeGreaterThan(40);
  });
});
