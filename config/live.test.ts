import { describe, expect, it } from "vitest";
import { assertSafeForLive } from "./live.ts";
import { configSchema } from "./schema.ts";

const check = (values: unknown) => () => {
  assertSafeForLive(configSchema.parse(values));
};

describe("assertSafeForLive", () => {
  it("lets the defaults pass", () => {
    expect(check({})).not.toThrow();
    expect(check({ risk: { day: { maxLossFraction: 1 } } })).not.toThrow();
  });

  it.each([
    [{ protection: "none" }, /protection must be required/],
    [{ risk: null }, /risk must not be null/],
    [{ risk: { day: { maxEntries: null } } }, /risk\.day\.maxEntries must not be null/],
    [{ risk: { system: { resume: "nextDay" } } }, /risk\.system\.resume must be person/],
    [{ protection: "none", risk: { shock: { maxVolatilityRatio: null } } }, /protection must be required; risk\.shock\.maxVolatilityRatio/],
  ])("refuses %j", (values, message) => {
    expect(check(values)).toThrow(message);
  });
});
