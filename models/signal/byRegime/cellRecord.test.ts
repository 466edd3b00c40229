import { expect, it } from "vitest";
import { CellRecord } from "./cellRecord.ts";

const TERMS = { priorWin: 0.25, costFraction: 0.001, priorTrades: 10, halfLifeTrades: 1e12 };

it("says the prior before any trade", () => {
  const record = new CellRecord(4, TERMS);
  expect([record.winProbability(0), record.expectedNet(1)]).toEqual([0.25, -0.001]);
});

it("pulls a slot to its side and the side to the prior", () => {
  const record = new CellRecord(4, TERMS);
  // Slots 0 and 2 are longs: five trades of slot 0, all won 1 %; slot 2 has none.
  for (let i = 0; i < 5; i += 1) record.ended(0, 0.011);
  const side = (5 + 10 * 0.25) / 15;
  expect(record.winProbability(2)).toBeCloseTo(side, 9);
  expect(record.winProbability(0)).toBeCloseTo((5 + 10 * side) / 15, 9);
  const sideNet = (0.05 - 0.01) / 15;
  expect(record.expectedNet(0)).toBeCloseTo((0.05 + 10 * sideNet) / 15, 9);
  expect([record.winProbability(1), record.winProbability(3)]).toEqual([0.25, 0.25]);
});

it("forgets: after its half-life a trade weighs half", () => {
  const record = new CellRecord(2, { ...TERMS, priorTrades: 1e-9, halfLifeTrades: 3 });
  record.ended(0, 0.011);
  for (let i = 0; i < 3; i += 1) record.ended(0, -0.009);
  // Weights of the losses: 1, 2^(−1/3), 2^(−2/3); the win's is 1/2.
  const losses = 1 + Math.cbrt(1 / 2) + Math.cbrt(1 / 4);
  expect(record.winProbability(0)).toBeCloseTo(0.5 / (0.5 + losses), 6);
});

it("counts a trade that breaks even as no profit", () => {
  const record = new CellRecord(2, { ...TERMS, priorTrades: 1e-9 });
  record.ended(0, 0.001);
  expect(record.winProbability(0)).toBeCloseTo(0, 6);
});
