import { expect, it } from "vitest";
import { klineBlock, appendKline, klinesOf, KLINE_COLUMNS } from "../../src/domain/kline.ts";
import type { KlineBlock, KlineValues, Kline } from "../../src/domain/kline.ts";
import { DAY_MS, MINUTE_MS } from "../../src/domain/units.ts";
import { collected, inBursts } from "../replay.ts";
import { describeShared } from "../sharedData.ts";
import { archiveEvents } from "./archiveEvents.ts";
import { blockRows, eachRow, observedRows, WHOLE_SET } from "./observedRows.ts";
import { correlatedAbove, rowBits, worstDifference } from "./rowProperties.ts";

/** The week of the real hole of 80 minutes (24 March 2023), with four days before it to warm up. */
const FROM_MS = Date.UTC(2023, 2, 19);
const TO_MS = FROM_MS + 11 * DAY_MS;

const realBlock = async (price: number, volume: number): Promise<KlineBlock> => {
  const events = await collected(archiveEvents("2023-03", "2023-03", FROM_MS));
  const block = klineBlock((events[0] as Kline).instrument, MINUTE_MS, events.length);
  const scales: Partial<Record<keyof KlineValues, number>> = {
    ...{ open: price, high: price, low: price, close: price, volume, takerBuyVolume: volume },
    ...{ quoteVolume: price * volume, takerBuyQuoteVolume: price * volume },
  };
  for (const event of events as Kline[]) {
    if (event.openTimeMs >= TO_MS) break;
    const values = KLINE_COLUMNS.map((name) => [name, event[name] * (scales[name] ?? 1)] as const);
    appendKline(block, Object.fromEntries(values) as KlineValues);
  }
  return block;
};

describeShared("a real week", () => {
  it("is the same in other units, in bursts of any size and when it ends earlier", async () => {
    const block = await realBlock(1, 1);
    const whole = await blockRows(block);
    const scaled = await blockRows(await realBlock(1000, 7));
    // As in wholeRow.test.ts; real minutes move less, so that more digits of their differences are rounding.
    const worst = worstDifference(whole, scaled, 1e-3);
    expect([worst, (worst?.relative ?? 0) < 1e-6]).toEqual([worst, true]);
    for (const burstEvents of [1, 7]) expect((await blockRows(block, {}, burstEvents)).rows.map(rowBits)).toEqual(whole.rows.map(rowBits));
    const shorter = await observedRows(inBursts(klinesOf(block).slice(0, 9000), 1000));
    expect(shorter.rows.map(rowBits)).toEqual(whole.rows.slice(0, 9000).map(rowBits));
  });
});

describeShared("BTCUSDT 2023", () => {
  const EVERY_MS = 20 * MINUTE_MS;

  it("has no constant column, no two alike, few unknown rows and only finite numbers", async () => {
    const { columns } = WHOLE_SET;
    const lowest = new Float64Array(columns.length).fill(Infinity);
    const highest = new Float64Array(columns.length).fill(-Infinity);
    const from = Date.UTC(2023, 0, 1);
    const kept: Float64Array[] = [];
    const times: number[] = [];
    let [rows, unknown, infinite] = [0, 0, 0];
    await eachRow(archiveEvents("2022-12", "2023-12"), (values, at, barTimeMs) => {
      if (barTimeMs < from) return;
      rows += 1;
      let whole = true;
      for (let c = 0; c < columns.length; c += 1) {
        const value = values[at + c] as number;
        if (Number.isNaN(value)) whole = false;
        else if (!Number.isFinite(value)) infinite += 1;
        else {
          lowest[c] = Math.min(lowest[c] as number, value);
          highest[c] = Math.max(highest[c] as number, value);
        }
      }
      if (!whole) unknown += 1;
      // Every 20 minutes and a bit, so that no column's own period is met.
      else if (Math.floor(barTimeMs / EVERY_MS) !== Math.floor((barTimeMs - MINUTE_MS) / EVERY_MS)) {
        kept.push(values.slice(at, at + columns.length));
        times.push(barTimeMs);
      }
    });
    expect(rows).toBe(365 * 1440 - 80);
    expect(infinite).toBe(0);
    // The hole of 80 minutes: the scales and the quarter-hours' frames warm up again.
    expect(unknown / rows).toBeLessThan(0.01);
    const constant = columns.filter(({ input }, c) => input === "kline" && lowest[c] === highest[c]).map(({ name }) => name);
    expect(constant).toEqual([]);
    expect(correlatedAbove({ set: WHOLE_SET, barTimesMs: times, rows: kept }, 0.999)).toEqual([]);
  });
});
