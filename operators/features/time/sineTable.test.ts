import { expect, test } from "vitest";
import { QUARTER_STEPS, SINE, TURN_STEPS } from "./sineTable.ts";

test("the table is the sine to the last bits", () => {
  let worst = 0;
  for (let k = 0; k < SINE.length; k += 1) {
    worst = Math.max(worst, Math.abs((SINE[k] as number) - Math.sin((2 * Math.PI * k) / TURN_STEPS)));
  }
  expect(worst).toBeLessThan(2e-15);
});

test("quarters are exact and sine² + cosine² is 1", () => {
  expect(SINE.length).toBe(TURN_STEPS + QUARTER_STEPS);
  expect([0, 1, 2, 3, 4].map((quarter) => (SINE[quarter * QUARTER_STEPS] as number) + 0)).toEqual([0, 1, 0, -1, 0]);
  expect(SINE[TURN_STEPS / 12]).toBeCloseTo(0.5, 15);
  for (let k = 0; k < TURN_STEPS; k += 1) {
    const sine = SINE[k] as number;
    const cosine = SINE[k + QUARTER_STEPS] as number;
    expect(Math.abs(sine * sine + cosine * cosine - 1)).toBeLessThan(1e-15);
  }
});
