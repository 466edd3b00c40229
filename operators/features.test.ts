import { describe, expect, it } from "vitest";
import type { Item } from "../src/domain/item.ts";
import type { KlineBlock, KlineValues } from "../src/domain/kline.ts";
import { appendKline, KLINE_COLUMNS, klineBlock } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { simulatedBlock } from "../test/featureRows.ts";
import { blockRows, columnOf, observedRows, WHOLE_SET } from "../test/features/observedRows.ts";
import type { ObservedRows } from "../test/features/observedRows.ts";
import { bar, BTC, ETH, funding, gapOf, kline, scalesOf, T0 } from "../test/items.ts";
import { operatorCases } from "../test/operatorCases.ts";
import { features } from "./features.ts";
import { featureFamily } from "./features/feature.ts";
import type { FeatureFamily } from "./features/feature.ts";
import { featureSet } from "./features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES } from "./features/table.ts";
import { SCALES_WARM_UP_BARS } from "./normalize.ts";

const column = (name: string, warmUpBars: number) => ({ name, formula: "close", unit: "price", source: "test", warmUpBars });
/** The close itself: no shipped family may say that, and it shows which bar a column speaks of. */
const closes = (more: Partial<FeatureFamily<{ bars: number }>> = {}): FeatureFamily =>
  featureFamily<{ bars: number }>({
    name: "closes",
    core: true,
    columns: [column("close_1", 1), column("bars_3", 3)],
    init: () => ({ bars: 0 }),
    bar: (state, { close }, out, at) => {
      if (close === 666) throw new Error("no such price");
      state.bars += 1;
      out[at] = close;
      out[at + 1] = state.bars;
    },
    ...more,
  });
const small = (family = closes()) => featureSet({ families: [family], events: [], timeframesMs: [5 * MINUTE_MS] });

/** Every row of `block` but those whose place `missing` holds. */
const without = (block: KlineBlock, missing: (row: number) => boolean): KlineBlock => {
  const kept = klineBlock(block.instrument, MINUTE_MS, block.length);
  for (let row = 0; row < block.length; row += 1) {
    if (missing(row)) continue;
    appendKline(kept, Object.fromEntries(KLINE_COLUMNS.map((name) => [name, block[name][row] as number])) as KlineValues);
  }
  return kept;
};
/** Minute `at` of a block whose prices are its minutes + 1000. */
const counting = (bars: number, fromMinute = 0): KlineBlock => {
  const block = klineBlock(instrumentIndex(0), MINUTE_MS, bars);
  for (let at = fromMinute; at < fromMinute + bars; at += 1) {
    const price = 1000 + at;
    const volumes = { volume: 1, quoteVolume: price, trades: 1, takerBuyVolume: 0.5, takerBuyQuoteVolume: price / 2 };
    appendKline(block, { openTimeMs: T0 + at * MINUTE_MS, open: price, high: price, low: price, close: price, ...volumes });
  }
  return block;
};
const known = (values: Float64Array): number => values.findIndex((value) => !Number.isNaN(value));

describe("features", () => {
  const shown = (at: number, instrument = 0, close = 100): string =>
    `bar${instrument} #${at} 1m base m${at} ${close}/${close}/${close}/${close} v1 n1`;
  operatorCases({
    operator: () => features([BTC, ETH], small()),
    rows: [
      [bar({ at: 1 }), [shown(1)]],
      [scalesOf({ at: 1 }, false), ["scales0 #1 not ready", "row0 #1 m1"]],
      [bar({ at: 1, instrument: 1 }), [shown(1, 1)]],
      [scalesOf({ at: 1, instrument: 1 }), ["scales1 #1", "row1 #1 m1"]],
      [funding({ at: 2 }), ["funding0 #2 rate=0.0001 intervalHours=8 markPrice=NaN"]],
      [gapOf({ at: 4 }), ["gap0 #4 m3..m4 1"]],
      [bar({ at: 4 }), [shown(4)]],
      [scalesOf({ at: 4 }), ["scales0 #4", "row0 #4 m4"]],
    ],
    throws: {
      operator: () => features([BTC], small()),
      items: [bar({ at: 1, close: 666 }), scalesOf({ at: 1 })],
      name: "features",
      message: "no such price",
    },
  });

  it("refuses a row without columns", () => {
    expect(() => features([BTC], featureSet({ families: [], events: [], timeframesMs: [] }))).toThrow(/without columns/);
  });
});

describe("warm-up", () => {
  it.each([0, 1, 2, 3, 4])("each column is known from exactly the bar it says on, data from minute %i on", async (fromMinute) => {
    const set = small(closes({ columns: [column("close_1", 1), column("bars_3", 3)] }));
    const rows = await blockRows(counting(300, fromMinute), { set });
    // The 241st bar is the first with scales; of two columns one needs its bar alone.
    expect(known(columnOf(rows, "close_1"))).toBe(SCALES_WARM_UP_BARS);
    expect(known(columnOf(rows, "bars_3"))).toBe(SCALES_WARM_UP_BARS + 2);
    // Five-minute bars: the first one that closes behind the first scales.
    const place = known(columnOf(rows, "close_1_5m"));
    expect([place > SCALES_WARM_UP_BARS, (fromMinute + place + 1) % 5]).toEqual([true, 0]);
    expect(place).toBeLessThanOrEqual(SCALES_WARM_UP_BARS + 5);
    expect(known(columnOf(rows, "bars_3_5m"))).toBe(place + 10);
  });

  it("every shipped column: NaN before, finite from `warmUpBaseBars` on, whatever minute of the hour the data begin at", async () => {
    const longest = Math.max(...WHOLE_SET.columns.map(({ warmUpBaseBars }) => warmUpBaseBars));
    const whole = simulatedBlock(longest + 70, 3);
    for (const skipped of [0, 1, 59]) {
      const rows = await blockRows(without(whole, (row) => row < skipped));
      for (const { name, timeframeMs, warmUpBaseBars } of WHOLE_SET.columns) {
        const values = columnOf(rows, name);
        const first = known(values) + 1;
        // With 59 minutes less the first bar is the last minute of an hour: the hours' bars come as early as they can.
        if (timeframeMs === MINUTE_MS && warmUpBaseBars > 0) expect([name, first]).toEqual([name, warmUpBaseBars]);
        else expect([name, first <= Math.max(1, warmUpBaseBars)]).toEqual([name, true]);
        expect([name, values.subarray(first).findIndex((value) => !Number.isFinite(value))]).toEqual([name, -1]);
      }
    }
  });
});

describe("longer time frames", () => {
  it("show their last closed bar, one that closes at this minute included", async () => {
    const rows = await blockRows(counting(400), { set: small() });
    const shown = columnOf(rows, "close_1_5m");
    for (let at = 250; at < 400; at += 1) expect(shown[at]).toBe(1000 + at - ((at + 1) % 5));
  });

  it("do not use a bar with a hole in it: neither the one that the hole cut off nor the one it ends in", async () => {
    // Minutes 302 to 306 are missing: the bars of 300 and of 305 are not whole, that of 310 closes at 314.
    const rows = await blockRows(
      without(counting(400), (row) => row >= 302 && row <= 306),
      { set: small() },
    );
    const at = (minute: number): number => (minute < 302 ? minute : minute - 5);
    const shown = columnOf(rows, "close_1_5m");
    expect([301, 307, 309, 313, 314, 319].map((minute) => shown[at(minute)])).toEqual([1299, NaN, NaN, NaN, 1314, 1319]);
    expect(columnOf(rows, "bars_3_5m")[at(324)]).toBe(3);
  });
});

describe("a gap", () => {
  const HOLE = 2000;
  const block = simulatedBlock(6000, 5);
  const withHole = (bars: number): Promise<ObservedRows> => blockRows(without(block, (row) => row >= HOLE && row < HOLE + bars));
  /** Rows behind the hole until a column of the decision bar's own time frame is known again; 0: it stayed known. */
  const unknownFor = (rows: ObservedRows, name: string): number => known(columnOf(rows, name).subarray(HOLE));

  it("of one bar starts the base families anew: each column is known again after its own warm-up", async () => {
    const rows = await withHole(1);
    const tolerant = new Set(["volatility_percentile_240", "trend_t_240"]);
    for (const { name, input, timeframeMs, warmUpBars } of WHOLE_SET.columns) {
      if (timeframeMs !== MINUTE_MS || input !== "kline" || tolerant.has(name)) continue;
      expect([name, unknownFor(rows, name)]).toEqual([name, warmUpBars - 1]);
    }
    expect(unknownFor(rows, "volatility_percentile_240")).toBe(240);
    expect(unknownFor(rows, "trend_t_240")).toBe(240);
  });

  it("of up to 2 % of a window over a day leaves the hour's columns known, a longer one does not", async () => {
    // Their longest window is 50 hours: 60 minutes are 2 %. Only the scales, which remember a day, are not there meanwhile.
    const stands = columnOf(await withHole(60), "ema_distance_10_1h").subarray(HOLE);
    expect(known(stands)).toBe(SCALES_WARM_UP_BARS);
    const anew = columnOf(await withHole(61), "ema_distance_10_1h").subarray(HOLE);
    expect(known(anew)).toBeGreaterThan(9 * 60);
    // Frames whose windows are shorter than a day stand none.
    expect(known(columnOf(await withHole(1), "ema_distance_10_15m").subarray(HOLE))).toBeGreaterThan(9 * 15);
  });

  it("of more than 2 % of a day leaves no scales for 240 bars", async () => {
    const rows = await withHole(200);
    for (const name of ["hour_sin", "candle_body", "return_1"]) expect([name, unknownFor(rows, name)]).toEqual([name, 240]);
  });

  it("is stood by a family that says so, whose columns wait as long as it says", async () => {
    const own = closes({ core: false, gap: () => true, gapWarmUpBars: 3 });
    const set = featureSet({ families: [], events: [], own: [own], timeframesMs: [] });
    const rows = await blockRows(
      without(counting(400), (row) => row === 300),
      { set },
    );
    expect([...columnOf(rows, "bars_3").subarray(299, 304)]).toEqual([60, NaN, NaN, 63, 64]);
  });
});

describe("events and their masks", () => {
  const set = featureSet({ families: [closes()], events: EVENT_FEATURE_FAMILIES, timeframesMs: [] });
  const rowsOf = async (settled: readonly number[]): Promise<ObservedRows> => {
    const klines: Item[] = Array.from({ length: 300 }, (_, at) => kline({ at }));
    const events = settled.map((at) => funding({ at, seq: -1 }, 0.0003));
    const all = [...events, ...klines].sort((a, b) => (a as { knownAtMs: number }).knownAtMs - (b as { knownAtMs: number }).knownAtMs);
    return observedRows([all as never], { set });
  };

  it("columns of an input that the history lacks are 0 and their mask is 1", async () => {
    const rows = await rowsOf([]);
    for (const { name, input, family } of set.columns) {
      if (input === "kline") continue;
      expect([name, new Set(columnOf(rows, name))]).toEqual([name, new Set([family === "masks" ? 1 : 0])]);
    }
  });

  it("of one that speaks they hold what it said, from that bar on, before the scales are there too", async () => {
    const rows = await rowsOf([100]);
    const [rate, mask] = [columnOf(rows, "funding_rate"), columnOf(rows, "mask_funding")];
    // It is known at the close of minute 99.
    expect([rate[98], rate[99], rate[299]]).toEqual([0, expect.closeTo(3, 12), expect.closeTo(3, 12)]);
    expect([mask[98], mask[99], mask[299]]).toEqual([1, 0, 0]);
    expect(new Set(columnOf(rows, "mask_openInterest"))).toEqual(new Set([1]));
  });
});

describe("what a user's family says", () => {
  /** `value` at its first two bars, then 1. */
  const saying = (value: number, warmUpBars: number) => {
    const bar: FeatureFamily<{ bars: number }>["bar"] = (state, _, out, at) => {
      state.bars += 1;
      out.fill(state.bars > 2 ? 1 : value, at, at + 2);
    };
    const own = closes({ bar, columns: [column("mine_1", warmUpBars), column("mine_2", 3)] });
    return featureSet({ families: [], events: [], own: [own], timeframesMs: [] });
  };

  it.each([NaN, Infinity, -Infinity])("is refused when it is %d and the column is warm, with column and bar", async (value) => {
    const message = `feature mine_1 is ${value} at the bar that closed at 2023-01-02T04:01:00Z: it must be finite once it is warm`;
    await expect(blockRows(counting(300), { set: saying(value, 1) })).rejects.toThrow(message);
  });

  it("may be anything before that", async () => {
    const rows = await blockRows(counting(300), { set: saying(NaN, 3) });
    expect(known(columnOf(rows, "mine_1"))).toBe(SCALES_WARM_UP_BARS + 2);
  });
});
