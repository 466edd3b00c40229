import { expect, it } from "vitest";
import { regimeScore, sideOf, signalScore } from "./scores.ts";

const signal = (netLong: number, netShort: number): Float64Array => Float64Array.of(0.3, 0.3, 0.4, netLong, netShort, 0.5);
const OUTCOME = { longReturn: 0.015, shortReturn: -0.005, state: 2 };
const PRICES = { stop: 0.005, target: 0.015, cost: 0.001 };

it.each([
  [0.001, -0.002, 1],
  [-0.001, 0.002, -1],
  [0.001, 0.002, -1],
  [0.002, 0.002, 1],
  [-0.001, -0.002, 0],
  [0, 0, 0],
  [NaN, NaN, 0],
  [NaN, 0.001, -1],
  [0.001, NaN, 1],
])("a signal that expects %d of a long and %d of a short acts on the side %d", (long, short, side) => {
  expect(sideOf(signal(long, short), 0)).toBe(side);
});

it("its score is the label's return on that side after the cost, cut to the bracket, and 0 without an action", () => {
  expect(signalScore(1, OUTCOME, PRICES)).toBeCloseTo(0.014, 15);
  expect(signalScore(-1, OUTCOME, PRICES)).toBeCloseTo(-0.006, 15);
  expect(signalScore(0, OUTCOME, PRICES)).toBe(0);
  // Opens beyond a level.
  expect(signalScore(-1, { ...OUTCOME, shortReturn: -0.03 }, PRICES)).toBeCloseTo(-0.006, 15);
  expect(signalScore(1, { ...OUTCOME, longReturn: 0.04 }, PRICES)).toBeCloseTo(0.014, 15);
});

it("a regime's score is the log of the probability of the state that came, from ln 0.01 on, and none where it is unknown", () => {
  const said = Float64Array.of(0.1, 0.1, 0.5, 0.1, 0.1, 0.1, 0, ...Array<number>(7).fill(NaN));
  expect(regimeScore(said, 0, OUTCOME)).toBe(Math.log(0.5));
  expect(regimeScore(said, 0, { ...OUTCOME, state: 6 })).toBe(Math.log(0.01));
  expect(regimeScore(said, 0, { ...OUTCOME, state: -1 })).toBeNaN();
  expect(regimeScore(said, 7, OUTCOME)).toBeNaN();
});
