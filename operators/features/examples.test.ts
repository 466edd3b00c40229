import { describe, expect, test } from "vitest";
import { familyRows, handBar } from "../../test/features/familyRows.ts";
import type { KlineValues } from "../../src/domain/kline.ts";
import { CANDLE_FAMILIES } from "./candle/families.ts";
import type { FeatureFamily } from "./feature.ts";
import examples from "./fixtures/examples.json" with { type: "json" };
import { STATISTICS_FAMILIES } from "./statistics/families.ts";
import { clock } from "./time/clock.ts";
import { VOLUME_FAMILIES } from "./volume/families.ts";

/** The bars of `scripts/feature_examples.py`, operation by operation. */
const exampleBars = (count: number): KlineValues[] => {
  let state = 1;
  const uniform = (): number => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  let last = 100;
  return Array.from({ length: count }, (_, i) => {
    const u = Array.from({ length: 7 }, uniform) as [number, number, number, number, number, number, number];
    if (i % 17 === 16) return handBar(i, { close: last, volume: 0, trades: 0 });
    const open = last * (1 + (u[0] - 0.5) * 2e-4);
    const close = open * (1 + (u[1] - 0.5) * 2e-3);
    const high = Math.max(open, close) * (1 + u[2] * 5e-4);
    const low = Math.min(open, close) * (1 - u[3] * 5e-4);
    const volume = 1 + 20 * u[4];
    const quoteVolume = (volume * (open + high + low + close)) / 4;
    const trades = Math.floor(1 + 10 * u[5]);
    last = close;
    return handBar(i, { open, high, low, close, volume, quoteVolume, trades, takerBuyVolume: volume * u[6] });
  });
};

const bars = exampleBars(examples.bars);
const families: readonly FeatureFamily[] = [...VOLUME_FAMILIES, ...STATISTICS_FAMILIES, ...CANDLE_FAMILIES, clock];

describe.each(families.map((family) => [family.name, family] as const))("%s equals numpy and scipy", (_, family) => {
  const written = familyRows(family, bars, [5e-4, 9, 6]);

  test.each(family.columns.map(({ name, warmUpBars }) => [name, warmUpBars] as const))("%s", (name, warmUpBars) => {
    let compared = 0;
    for (const [row, values] of Object.entries(examples.rows)) {
      if (Number(row) + 1 < warmUpBars) continue;
      const expected = (values as Readonly<Record<string, number>>)[name];
      const actual = written.get(name)?.[Number(row)] as number;
      expect([row, expected]).toEqual([row, expect.any(Number)]);
      expect(Math.abs(actual - (expected as number))).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(expected as number)));
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  });
});
