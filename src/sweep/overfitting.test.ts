import { expect, it } from "vitest";
import { pbo } from "../record/statistics/pbo.ts";
import { parkMiller } from "../record/statistics/testing/parkMiller.ts";
import { overfittingOf, overfittingText } from "./overfitting.ts";
import { packedReturns } from "./trial.ts";
import type { Trial } from "./trial.ts";

const series = (trials: number, days: number): Float64Array[] =>
  Array.from({ length: trials }, (_, i) => parkMiller(days, 0, 0.0001 * i, 20_230_101 + i));
const trialOf = (returns: Float64Array, stored = true): Trial =>
  ({ kind: "sweep", days: returns.length, ...(stored ? { dailyReturns: packedReturns(returns) } : {}) }) as Trial;

it("is counted over the trials that have daily returns, and says how many there are", () => {
  const returns = series(5, 64);
  const found = overfittingOf([...returns.map((each) => trialOf(each)), ...series(2, 64).map((each) => trialOf(each, false))]);
  expect(found).toEqual({ probability: pbo(returns).probability, trials: 5, of: 7, days: 64, splits: 12_870 });
  expect(overfittingText({ ...found, probability: 0.618 })).toBe(
    "Over the 5 of 7 trials that have daily returns in the ledger, the best of one half of the days was at the median of the other half or below it in 62% of 12,870 splits (PBO .62).",
  );
});

it("takes the days after a lost account as 0", () => {
  const returns = series(4, 60);
  const lost = Float64Array.from(returns[0] as Float64Array, (value, day) => (day < 30 ? value : 0));
  const written = lost.map((value, day) => (day < 30 ? value : NaN));
  expect(overfittingOf([written, ...returns.slice(1)].map((each) => trialOf(each))).probability).toBe(
    pbo([lost, ...returns.slice(1)]).probability,
  );
});

it("is undefined with three trials, with 59 days, and without any, and says what it takes", () => {
  const of = (trials: number, days: number) => overfittingOf(series(trials, days).map((each) => trialOf(each)));
  expect([of(3, 60), of(4, 59), of(4, 60)].map(({ probability }) => Number.isNaN(probability))).toEqual([true, true, false]);
  expect(overfittingText(of(3, 60))).toBe(
    "The probability of backtest overfitting is undefined over 3 trials of 60 days: it takes 4 trials.",
  );
  expect(overfittingText(of(4, 59))).toMatch(/over 4 trials of 59 days: it takes 60 days\.$/);
  expect(overfittingOf([])).toMatchObject({ probability: NaN, trials: 0, of: 0 });
});
