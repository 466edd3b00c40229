import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { simulatedInstrument } from "../../streams/simulatedMarket.ts";
import { Bar, singleKline } from "../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import type { SignalOutput } from "./signalModule.ts";
import { NOTHING_SEEN } from "../../test/items.ts";
import trend from "./trend.ts";

const instrument = simulatedInstrument("BTCUSDT", 0);
const bar = (close: number, index: number): Bar => {
  const rest = { volume: 1, quoteVolume: close, trades: 1, takerBuyVolume: 0.5, takerBuyQuoteVolume: close / 2 };
  const { block } = singleKline(instrumentIndex(0), MINUTE_MS, {
    openTimeMs: index * MINUTE_MS,
    open: close,
    high: close,
    low: close,
    close,
    ...rest,
  });
  return new Bar(block, 0, index, true, 1);
};
/** Outputs of the rule, one a close. */
const outputs = (closes: readonly number[], options: Readonly<Record<string, unknown>> = {}): SignalOutput[] => {
  const module = trend(options);
  const state = module.init(instrument);
  return closes.map((close, index) => {
    const out: SignalOutput = { pLong: 0, pShort: 0, pNeutral: 1, netLong: NaN, netShort: NaN, confidence: NaN };
    module.decide(state, bar(close, index), out, NOTHING_SEEN);
    return out;
  });
};
const SMALL = { fastBars: 2, slowBars: 5, band: 0.5 };
const walk = fc
  .array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), { minLength: 1, maxLength: 60 })
  .map((returns) => returns.reduce<number[]>((closes, change) => [...closes, (closes.at(-1) as number) * Math.exp(change)], [100]));

describe("trend", () => {
  it("is the formula of its docstring", () => {
    // By hand: fast alpha 2/3, slow and σ alpha 1/3, both averages from 100; one step to 103.
    const sigma = Math.abs(Math.log(1.03)) / 3;
    const x = (102 - 101) / (103 * sigma * Math.sqrt(5)) / 0.5;
    const { pLong, pShort, pNeutral } = outputs([100, 103], SMALL)[1] as SignalOutput;
    expect(pLong).toBeCloseTo(1 - Math.exp(-x * x), 12);
    expect(pShort).toBe(0);
    expect(pNeutral).toBeCloseTo(Math.exp(-x * x), 12);
  });

  it.each([
    ["a market that does not move", [100, 100, 100, 100], 0],
    ["a steady rise", Array.from({ length: 40 }, (_, i) => 100 * 1.001 ** i), 1],
    ["a steady fall", Array.from({ length: 40 }, (_, i) => 100 * 0.999 ** i), -1],
    ["a fall that has turned", [...Array.from({ length: 20 }, (_, i) => 100 - i), ...Array.from({ length: 20 }, (_, i) => 82 + 2 * i)], 1],
    ["a lone first bar", [100], 0],
  ])("%s", (_, closes, side) => {
    const { pLong, pShort, pNeutral } = outputs(closes, SMALL).at(-1) as SignalOutput;
    expect(side === 0 ? pNeutral : side > 0 ? pLong : pShort).toBeGreaterThan(0.7);
    expect(side > 0 ? pShort : side < 0 ? pLong : pLong + pShort).toBe(0);
  });

  it("gives probabilities that sum to 1, whatever the walk, and states no net return", () => {
    fc.assert(
      fc.property(walk, (closes) => {
        for (const { pLong, pShort, pNeutral, netLong, netShort } of outputs(closes, SMALL)) {
          expect(Math.min(pLong, pShort, pNeutral)).toBeGreaterThanOrEqual(0);
          expect(pLong + pShort + pNeutral).toBeCloseTo(1, 12);
          expect([netLong, netShort]).toEqual([NaN, NaN]);
        }
      }),
    );
  });

  it("knows no price level: the same path 1024 times as dear (which is exact) says the same", () => {
    fc.assert(
      fc.property(walk, (closes) => {
        const dear = closes.map((close) => close * 1024);
        expect(outputs(dear, SMALL)).toEqual(outputs(closes, SMALL));
      }),
    );
  });

  it("is warm after three slow windows and starts anew behind a gap", () => {
    expect(trend({})).toMatchObject({ name: "trend", warmUpBars: 1440, onGap: "reset" });
    expect(trend({ slowBars: 500.5 }).warmUpBars).toBe(1502);
  });

  it.each([
    [{ fastBars: 0 }, "signal.options.fastBars is 0: it must be a number ≥ 1 and ≤ 100000"],
    [{ fastBars: 600 }, "signal.options.slowBars is 480: it must be a number > 600 and ≤ 100000"],
    [{ band: "wide" }, 'signal.options.band is "wide": it must be a number > 0'],
    [{ slow: 5 }, "signal.options.slow is not an option of this module: it knows fastBars, slowBars, band"],
  ])("refuses %o", (options, message) => {
    expect(() => trend(options)).toThrow(message);
  });
});
