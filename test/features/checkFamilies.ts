import { describe, expect, test } from "vitest";
import type { FeatureFamily } from "../../operators/features/feature.ts";
import type { KlineValues } from "../../src/domain/kline.ts";
import { familyRows, handBar, scaledBars, simulatedBars } from "./familyRows.ts";

/** From a column's first warm row on: the first one that is not finite, or −1. */
const firstNotFinite = (values: Float64Array, warmUpBars: number): number =>
  values.findIndex((value, row) => row + 1 >= warmUpBars && !Number.isFinite(value));

const worstDifference = (a: Float64Array, b: Float64Array, from: number): number => {
  let worst = 0;
  for (let row = from; row < a.length; row += 1) {
    const difference = Math.abs((a[row] as number) - (b[row] as number));
    worst = Math.max(worst, difference / Math.max(1, Math.abs(a[row] as number)));
  }
  return worst;
};

const varies = (values: Float64Array, from: number): boolean => values.subarray(from).some((value) => value !== values[from]);

/** What every family of closed bars must hold: a table without holes, finite once warm, scale-free, warm when it says so. */
export const checkFamilies = (families: readonly FeatureFamily[], days = 3): void => {
  const bars = simulatedBars(days);
  const scaled = scaledBars(bars, 1000, 7);
  const still = bars.slice(0, 1500).map((_, i) => handBar(i, { volume: 0, trades: 0 }));

  test("columns are described and named once", () => {
    const columns = families.flatMap((family) => family.columns);
    expect(new Set(columns.map(({ name }) => name)).size).toBe(columns.length);
    expect(new Set(families.map(({ name }) => name)).size).toBe(families.length);
    for (const { name, formula, unit, source, warmUpBars } of columns) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
      for (const text of [formula, unit, source]) expect(text.length).toBeGreaterThan(0);
      expect(warmUpBars).toBeGreaterThanOrEqual(1);
    }
  });

  describe.each(families.map((family) => [family.name, family] as const))("%s", (_, family) => {
    const rows = familyRows(family, bars);

    test("is finite once warm and varies", () => {
      for (const { name, warmUpBars } of family.columns) {
        const values = rows.get(name) as Float64Array;
        expect([name, firstNotFinite(values, warmUpBars)]).toEqual([name, -1]);
        expect([name, varies(values, warmUpBars)]).toEqual([name, true]);
      }
    });

    test("is finite when nothing is traded and nothing moves", () => {
      const quiet = familyRows(family, still, [1e-4, 0, 0]);
      for (const [name, values] of quiet) expect([name, firstNotFinite(values, 1)]).toEqual([name, -1]);
    });

    test("does not depend on the units of prices and volumes", () => {
      const other = familyRows(family, scaled);
      for (const { name, warmUpBars } of family.columns) {
        const difference = worstDifference(rows.get(name) as Float64Array, other.get(name) as Float64Array, warmUpBars - 1);
        expect([name, difference < 1e-9]).toEqual([name, true]);
      }
    });

    test("is warm when it says so: from there on the first bars no longer matter", () => {
      checkWarmUp(family, bars);
    });
  });
};

/** Another first bar may only show in rows before the column is warm: its return and its place are then out of every window. */
const checkWarmUp = (family: FeatureFamily, bars: readonly KlineValues[]): void => {
  const [first, ...rest] = bars as [KlineValues, ...KlineValues[]];
  const longest = Math.max(...family.columns.map(({ warmUpBars }) => warmUpBars));
  const shown = [first, ...rest].slice(0, longest + 50);
  const later = shown.slice(1);
  const whole = familyRows(family, shown, [5e-4, first.volume, first.trades]);
  const tail = familyRows(family, later, [5e-4, first.volume, first.trades]);
  for (const { name, warmUpBars } of family.columns) {
    const a = (whole.get(name) as Float64Array).subarray(1);
    expect([name, worstDifference(a, tail.get(name) as Float64Array, warmUpBars - 1) < 1e-9]).toEqual([name, true]);
  }
};
