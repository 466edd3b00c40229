import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { featureRows, simulatedBlock } from "../../../test/featureRows.ts";
import type { KlineBlock } from "../../../src/domain/kline.ts";
import { appendKline, Bar, klineBlock } from "../../../src/domain/kline.ts";
import type { InstrumentIndex } from "../../../src/domain/units.ts";
import { FeatureBar } from "../featureBar.ts";
import type { FeatureFamily } from "../feature.ts";
import { RAW_FAMILIES } from "../raw/families.ts";
import { PRICE_FAMILIES } from "./families.ts";

const columnsOf = (families: readonly FeatureFamily[]) => families.flatMap(({ columns }) => columns);
const COLUMNS = columnsOf(PRICE_FAMILIES);
/** More than a month: samples of the volatility percentile leave their ring. */
const LONG = 46_000;

describe("columns", () => {
  it("have names of their own and say what they are", () => {
    const all = [...COLUMNS, ...columnsOf(RAW_FAMILIES)];
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const { name, formula, unit, source, warmUpBars } of all) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)+$/);
      expect([formula, unit, source]).not.toContain("");
      expect(warmUpBars).toBeGreaterThan(0);
    }
  });
});

describe("price families", () => {
  it("equal numpy's, scipy's and TA-Lib's values (scripts/price_fixture.py)", () => {
    const fixture = readFileSync(join(import.meta.dirname, "fixtures/prices.csv"), "utf8")
      .trimEnd()
      .split("\n");
    const [head, ...lines] = fixture.map((line) => line.split(",")) as [string[], ...string[][]];
    expect(lines.map(([name]) => name).toSorted()).toEqual(COLUMNS.map(({ name }) => name).toSorted());
    const rows = rowsOf(parkMillerBlock(2000), head.slice(1).map(Number));
    for (const [name, ...values] of lines) {
      const column = COLUMNS.findIndex((one) => one.name === name);
      values.forEach((value, i) => {
        const found = (rows[i] as Float64Array)[column] as number;
        expect(Math.abs(found - Number(value)), `${name ?? ""} at bar ${head[i + 1] ?? ""}: ${found}, not ${value}`).toBeLessThan(1e-9);
      });
    }
  });

  it("are finite from their warm-up on, through standstills and bars without volume", () => {
    const unknown = new Set<string>();
    featureRows([...PRICE_FAMILIES, ...RAW_FAMILIES], simulatedBlock(LONG, 11), ({ bars, out }) => {
      [...COLUMNS, ...columnsOf(RAW_FAMILIES)].forEach(({ name, warmUpBars }, i) => {
        if (bars >= warmUpBars && !Number.isFinite(out[i])) unknown.add(name);
      });
    });
    expect([...unknown]).toEqual([]);
  });

  it("do not change when prices and volumes are multiplied", () => {
    const plain = allRows(simulatedBlock(6000, 12));
    for (const [prices, volumes] of [
      [1000, 7],
      [0.01, 1 / 3], // no power of two: every digit is rounded anew
    ] as const) {
      const scaled = allRows(simulatedBlock(6000, 12, prices, volumes));
      const worst = new Map<string, number>();
      plain.forEach((value, i) => {
        const name = COLUMNS[i % COLUMNS.length]?.name ?? "";
        const difference = Math.abs(value - (scaled[i] as number)) / Math.max(1, Math.abs(value));
        if (!(difference <= 1e-9)) worst.set(name, Math.max(difference, worst.get(name) ?? 0));
      });
      expect([...worst]).toEqual([]);
    }
  });

  it("vary", () => {
    const highest = new Float64Array(COLUMNS.length).fill(-Infinity);
    const lowest = new Float64Array(COLUMNS.length).fill(Infinity);
    featureRows(PRICE_FAMILIES, simulatedBlock(6000, 13), ({ bars, out }) => {
      COLUMNS.forEach(({ warmUpBars }, i) => {
        if (bars < warmUpBars) return;
        highest[i] = Math.max(highest[i] as number, out[i] as number);
        lowest[i] = Math.min(lowest[i] as number, out[i] as number);
      });
    });
    expect(COLUMNS.filter((_, i) => !((highest[i] as number) > (lowest[i] as number))).map(({ name }) => name)).toEqual([]);
  });
});

/** The values at some bars, with σ = 0.001. */
const rowsOf = (block: KlineBlock, at: readonly number[]): Float64Array[] => {
  const states = PRICE_FAMILIES.map((family) => family.init());
  const bar = new FeatureBar();
  const rows: Float64Array[] = [];
  for (let row = 0; row < block.length; row += 1) {
    bar.take(new Bar(block, row, row, true, 1), 0.001, 500, 100, 1, 1);
    const out = new Float64Array(COLUMNS.length);
    let start = 0;
    PRICE_FAMILIES.forEach((family, i) => {
      family.bar(states[i], bar, out, start);
      start += family.columns.length;
    });
    if (at.includes(row)) rows.push(out);
  }
  return rows;
};

/** The warm values of every bar, row by row; 0 where not warm. */
const allRows = (block: KlineBlock): Float64Array => {
  const all = new Float64Array(block.length * COLUMNS.length);
  let at = 0;
  featureRows(PRICE_FAMILIES, block, ({ bars, out }) => {
    COLUMNS.forEach(({ warmUpBars }, i) => (all[at + i] = bars >= warmUpBars ? (out[i] as number) : 0));
    at += COLUMNS.length;
  });
  return all;
};

/** The bars of scripts/price_fixture.py: Park and Miller's generator, five numbers a bar. */
const parkMillerBlock = (bars: number): KlineBlock => {
  let state = 20_230_101;
  const draw = (below: number): number => {
    state = (state * 16_807) % 2_147_483_647;
    return state % below;
  };
  const block = klineBlock(0 as InstrumentIndex, 60_000, bars);
  let close = 100_000;
  for (let row = 0; row < bars; row += 1) {
    const open = close + draw(21) - 10;
    close = open + draw(201) - 100;
    const high = Math.max(open, close) + draw(60);
    const low = Math.min(open, close) - draw(60);
    const volume = draw(1000);
    const openTimeMs = Date.UTC(2023, 0, 1) + row * 60_000;
    const flows = { volume, quoteVolume: 0, trades: 0, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
    appendKline(block, { openTimeMs, open, high, low, close, ...flows });
  }
  return block;
};
