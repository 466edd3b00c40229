import { expect, it } from "vitest";
import { DAY_MS } from "../../domain/units.ts";
import type { YearTarget } from "../runRecord.ts";
import { yearTargets } from "./yearTargets.ts";

const TARGETS = { sharpe: 1.2, maxDrawdownFraction: 0.06, winRate: 0.58, yearReturn: 0.05 };
const rowsOf = (fromMs: number, equityUsdt: readonly number[]) =>
  equityUsdt.map((value, day) => ({ timeMs: fromMs + day * DAY_MS, equityUsdt: value, drawdown: 0 }));
const trade = (exitTimeMs: number, pnlUsdt: number) => ({ entryTimeMs: exitTimeMs - 1, exitTimeMs, pnlUsdt });
const measuredIn = (rows: readonly YearTarget[], year: number) =>
  Object.fromEntries(rows.filter((row) => row.year === year).map(({ figure, measured }) => [figure, measured]));

it("measures each year from its own start, with the trades closed in it, and says which are not whole", () => {
  const fromMs = Date.UTC(2022, 11, 31);
  const newYear = fromMs + DAY_MS;
  const trades = [trade(newYear - 1, 5), trade(newYear, -5), trade(newYear + 5, 5), trade(newYear + DAY_MS, -1)];
  const run = { equity: rowsOf(fromMs, [100, 110, 99]), trades, ruinedAtMs: null, fromMs, toMs: newYear + DAY_MS };
  const rows = yearTargets(run, TARGETS);
  expect(rows.map(({ year, days, partial }) => [year, days, partial])).toEqual([
    ...new Array<unknown>(4).fill([2022, 1, true]),
    ...new Array<unknown>(4).fill([2023, 1, true]),
  ]);
  expect(measuredIn(rows, 2022)).toEqual({ sharpe: NaN, maxDrawdown: 0, winRate: 1, totalReturn: expect.closeTo(0.1, 12) as number });
  expect(measuredIn(rows, 2023)).toEqual({
    sharpe: NaN,
    maxDrawdown: expect.closeTo(-0.1, 12) as number,
    winRate: 1 / 3,
    totalReturn: expect.closeTo(-0.1, 12) as number,
  });
  expect(rows.map(({ met }) => met)).toEqual([null, true, true, true, null, false, false, false]);
});

it("compares a whole year with its targets: as good is met, a hair less is not", () => {
  const fromMs = Date.UTC(2023, 0, 1);
  const run = { trades: [], ruinedAtMs: null, fromMs, toMs: Date.UTC(2024, 0, 1) };
  // Up a percent and down half of one, in turn: Sharpe √365 · mean / sd, by hand.
  const equity = rowsOf(
    fromMs,
    Array.from({ length: 366 }, (_, day) => 100 * 1.01 ** Math.ceil(day / 2) * 0.995 ** Math.floor(day / 2)),
  );
  const [mean, n] = [(183 * 0.01 - 182 * 0.005) / 365, 365];
  const sharpe = (Math.sqrt(365) * mean) / Math.sqrt((183 * (0.01 - mean) ** 2 + 182 * (-0.005 - mean) ** 2) / (n - 1));
  const met = (targets: Partial<typeof TARGETS>): (boolean | null)[] =>
    yearTargets({ ...run, equity }, { ...TARGETS, ...targets }).map((row) => row.met);
  const found = yearTargets({ ...run, equity }, TARGETS);
  expect(found[0]).toMatchObject({ year: 2023, days: 365, partial: false, measured: expect.closeTo(sharpe, 9) as number });
  expect(found[1]?.measured).toBeCloseTo(-0.005, 12);
  expect(met({ sharpe: found[0]?.measured as number, maxDrawdownFraction: 0.0051 })).toEqual([true, true, null, true]);
  expect(met({ sharpe: (found[0]?.measured as number) + 1e-9, maxDrawdownFraction: 0.0049 })).toEqual([false, false, null, true]);
});

it("ends with the year in which the account was lost", () => {
  const fromMs = Date.UTC(2022, 11, 1);
  const equity = rowsOf(fromMs, [...new Array<number>(10).fill(100), -5, ...new Array<number>(50).fill(-5)]);
  const run = { equity, trades: [], ruinedAtMs: fromMs + 10 * DAY_MS, fromMs, toMs: fromMs + 60 * DAY_MS };
  const rows = yearTargets(run, TARGETS);
  expect(rows.map(({ year }) => year)).toEqual([2022, 2022, 2022, 2022]);
  expect(measuredIn(rows, 2022)).toMatchObject({ sharpe: NaN, totalReturn: -1.05 });
});

it("is empty for a run without a bar", () => {
  expect(yearTargets({ equity: [], trades: [], ruinedAtMs: null, fromMs: NaN, toMs: NaN }, TARGETS)).toEqual([]);
});
