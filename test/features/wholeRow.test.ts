import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { testMarket } from "../replay.ts";
import { inBursts, marketInstruments } from "../replay.ts";
import { simulatedMarket } from "../../streams/simulatedMarket.ts";
import type { Event } from "../../src/domain/event.ts";
import { BTC } from "../items.ts";
import { allInputs } from "./allInputs.ts";
import { columnOf, observedRows, WHOLE_SET } from "./observedRows.ts";
import type { ObservedRows } from "./observedRows.ts";
import { QUANTISED, rowBits, worstDifference } from "./rowProperties.ts";

/** Properties of the row as a whole, with every input on the line; 5,000 bars are more than the longest warm-up. */
const BARS = 5000;
const rowsOf = (events: readonly Event[], burstEvents = 4096): Promise<ObservedRows> => observedRows(inBursts(events, burstEvents));

let events: Event[];
let whole: ObservedRows;
beforeAll(async () => {
  events = allInputs(BARS, 11);
  whole = await rowsOf(events);
});

it("every column moves, and every mask is set and not", () => {
  expect(whole.rows.length).toBe(BARS);
  for (const { name } of whole.set.columns) {
    const values = new Set(columnOf(whole, name).filter((value) => !Number.isNaN(value)));
    expect([name, values.size > 1]).toEqual([name, true]);
    if (name.startsWith("mask_")) expect([name, [...values].sort()]).toEqual([name, [0, 1]]);
  }
});

it.each([
  [1000, 7],
  [2 ** -30, 2 ** -13],
])("all prices × %d and all volumes × %d change no column", async (price, volume) => {
  const instruments = [{ ...BTC, tickSize: Math.min(BTC.tickSize, price) }];
  const other = await observedRows(inBursts(allInputs(BARS, 11, { price, volume }), 4096), { instruments });
  expect(WHOLE_SET.columns.filter(({ name }) => QUANTISED.test(name)).length).toBeGreaterThan(25);
  // × 1000 rounds each price anew, by 1e-16 of it; differences of prices of one size are 1e-4 of them and less, so that up to 1e-11
  // is left, and some ten times more where differences are differenced again (MACD). An absolute level would show as 1000 or 7.
  const worst = worstDifference(whole, other, 1e-3);
  expect([worst, (worst?.relative ?? 0) < 1e-7]).toEqual([worst, true]);
});

it.each([1, 7, 4095])("in bursts of %i the rows are the same to the bit", async (burstEvents) => {
  const other = await rowsOf(events, burstEvents);
  expect(other.rows.map(rowBits)).toEqual(whole.rows.map(rowBits));
});

it("what was said up to a bar never changes when later events are added (property)", async () => {
  const said = whole.rows.map(rowBits);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: events.length - 1 }), fc.integer({ min: 1, max: 4096 }), async (until, burstEvents) => {
      const { rows } = await rowsOf(events.slice(0, until), burstEvents);
      expect(rows.map(rowBits)).toEqual(said.slice(0, rows.length));
    }),
    { numRuns: 12 },
  );
});

it("an instrument's rows are the same alone and beside others", async () => {
  const three = testMarket({ symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"], days: 3, fromMs: Date.UTC(2023, 0, 1) });
  const one = { ...three, symbols: ["BTCUSDT"] };
  const alone = await observedRows(simulatedMarket(one), { instruments: marketInstruments(one) });
  const beside = await observedRows(simulatedMarket(three), { instruments: marketInstruments(three) });
  expect(beside.rows.map(rowBits)).toEqual(alone.rows.map(rowBits));
});
