import fc from "fast-check";
import { expect, it } from "vitest";
import { Kind } from "./kind.ts";
import type { Trade } from "./event.ts";
import { appendKline, klineBlock, klinesOf } from "./kline.ts";
import type { KlineBlock } from "./kline.ts";
import { TickCheck } from "./tickCheck.ts";
import { instrumentIndex, MINUTE_MS } from "./units.ts";

const ONLY = instrumentIndex(0);
type Prices = readonly [open: number, high: number, low: number, close: number];

const blockOf = (...rows: readonly Prices[]): KlineBlock => {
  const block = klineBlock(ONLY, MINUTE_MS, rows.length);
  const rest = { volume: 1, quoteVolume: 1, trades: 1, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
  for (const [at, [open, high, low, close]] of rows.entries())
    appendKline(block, { openTimeMs: at * MINUTE_MS, open, high, low, close, ...rest });
  return block;
};
const trade = (timeMs: number, price: number): Trade => ({
  ...{ kind: Kind.trade, seq: -1, instrument: ONLY, eventTimeMs: timeMs, receivedTimeMs: timeMs, knownAtMs: timeMs },
  ...{ tradeId: "1", price, qty: 1, buyerIsMaker: false },
});

it("counts bars and trades with a price between the ticks, each once, and tells the first", () => {
  const check = new TickCheck(0.01);
  for (const kline of klinesOf(blockOf([1.25, 1.26, 1.24, 1.25], [1.25, 1.265, 1.2401, 1.25], [1.2501, 1.26, 1.24, 1.25])))
    check.add(kline);
  for (const each of [trade(3 * MINUTE_MS, 1.24), trade(4 * MINUTE_MS, 1.2345)]) check.add(each);
  expect(check.offTick).toEqual({ rows: 3, ofRows: 5, firstMs: MINUTE_MS, price: 1.265 });
  expect(check.belowTick).toBeNull();
});

it("tells the first price below one tick", () => {
  const check = new TickCheck(1);
  for (const kline of klinesOf(blockOf([1, 2, 1, 2], [7.2e-7, 7.3e-7, 7.1e-7, 7.2e-7]))) check.add(kline);
  expect(check.belowTick).toEqual({ timeMs: MINUTE_MS, price: 7.2e-7 });
});

it("finds every price on its ticks that is one, and none that is not, from 1e-8 to 1e6 in ticks from 1e-8 to 10 (property)", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(1e-8, 1e-7, 1e-5, 0.0001, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 5, 10),
      fc.double({ min: -8, max: 6, noNaN: true }),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }),
      (tick, power, between) => {
        const ticks = Math.max(1, Math.round(10 ** power / tick));
        const inverse = Math.round(1 / tick);
        const price = (count: number): number => (inverse > 1 ? count / inverse : count * tick);
        const check = new TickCheck(tick);
        check.add(trade(1, price(ticks)));
        expect(check.offTick).toBeNull();
        if (ticks > 1e8) return; // a thousandth of a tick is less than what rounding may leave
        check.add(trade(2, price(ticks + between)));
        expect(check.offTick).toMatchObject({ rows: 1, ofRows: 2, firstMs: 2 });
      },
    ),
    { numRuns: 3000 },
  );
});
