import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { breakoutScore, reversionScore, RULE_FEATURES, squash, trendScore } from "./rules.ts";

/** A feature row by name; what is left out is 0, but the place in the channel: its middle. */
const row = (values: Readonly<Partial<Record<(typeof RULE_FEATURES)[number], number>>>): Float64Array =>
  Float64Array.from(RULE_FEATURES, (name) => values[name] ?? (name === "donchian_position_240" ? 0.5 : 0));

const SIGNED = new Set([
  "ema_distance_50",
  "ema_distance_200",
  "return_60",
  "return_240",
  "bollinger_position_20",
  "rsi_14",
  "taker_imbalance_15",
]);
/** The same market upside down. */
const mirrored = (x: Float64Array): Float64Array =>
  x.map((value, i) => {
    const name = RULE_FEATURES[i] as string;
    return name === "donchian_position_240" ? 1 - value : SIGNED.has(name) ? -value : value;
  });
const anyRow = fc
  .record({
    signed: fc.array(fc.double({ min: -6, max: 6, noNaN: true }), { minLength: RULE_FEATURES.length, maxLength: RULE_FEATURES.length }),
    shares: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 2 }),
  })
  .map(({ signed, shares: [adx = 0, channel = 0] }) =>
    Float64Array.from(RULE_FEATURES, (name, i) =>
      name === "adx_14" ? adx : name === "donchian_position_240" ? channel : (signed[i] as number),
    ),
  );

describe("the rules", () => {
  // Values by hand with Python's math module from the formulas of the docstrings.
  it.each([
    [
      "trend",
      trendScore(row({ ema_distance_50: 0.5, ema_distance_200: 0.3, return_60: 0.8, return_240: 0.4, adx_14: 0.3 })),
      0.7071067811865475,
    ],
    ["trend with little ADX", trendScore(row({ ema_distance_50: -1, return_60: -1, adx_14: 0.1 })), -0.28284271247461906],
    ["trend without ADX", trendScore(row({ return_60: 3 })), 0],
    ["reversion at the top", reversionScore(row({ bollinger_position_20: 2, donchian_position_240: 1, rsi_14: 0.5 })), -0.8944271909999159],
    [
      "reversion in the lower half",
      reversionScore(row({ bollinger_position_20: -1, donchian_position_240: 0.25, rsi_14: 0 })),
      0.2169304578186564,
    ],
    ["breakout inside the channel", breakoutScore(row({ donchian_position_240: 0.9, volume_ratio_15: 5 })), 0],
    ["breakout up, unconfirmed", breakoutScore(row({ donchian_position_240: 1, volume_ratio_15: -3 })), 0.02565835097474307],
    [
      "breakout up with volume",
      breakoutScore(row({ donchian_position_240: 1, volume_ratio_15: 1, volatility_ratio_15_60: 0.5, taker_imbalance_15: 0.25 })),
      0.9472135954999579,
    ],
    ["breakout down against the takers", breakoutScore(row({ donchian_position_240: 0, taker_imbalance_15: 0.5 })), -0.14644660940672627],
  ])("%s", (_, score, expected) => {
    expect(score).toBeCloseTo(expected, 12);
  });

  it("stay within ±1 and say the opposite of an upside-down market", () => {
    fc.assert(
      fc.property(anyRow, (x) => {
        for (const score of [trendScore, reversionScore, breakoutScore]) {
          expect(Math.abs(score(x))).toBeLessThanOrEqual(1);
          expect(score(mirrored(x))).toBeCloseTo(-score(x), 12);
        }
      }),
    );
  });

  it("squash is odd, stays within ±1, and rises where a step of 0.001 is more than its rounding", () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (z) => {
        expect(squash(-z)).toBe(-squash(z));
        expect(Math.abs(squash(z))).toBeLessThanOrEqual(1);
        if (Math.abs(z) < 1000) expect(squash(z + 0.001)).toBeGreaterThan(squash(z));
      }),
    );
  });
});
