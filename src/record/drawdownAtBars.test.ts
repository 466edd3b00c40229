import fc from "fast-check";
import { expect, it } from "vitest";
import { MINUTE_MS } from "../domain/units.ts";
import { DrawdownAtBars } from "./drawdownAtBars.ts";

const fallOf = (equity: readonly number[]): DrawdownAtBars => {
  const drawdown = new DrawdownAtBars();
  for (const [minute, value] of equity.entries()) drawdown.add(minute * MINUTE_MS, value);
  return drawdown;
};
const said = (equity: readonly number[]): readonly [deepest: number, minutes: number] => {
  const { deepest, minutes } = fallOf(equity);
  return [deepest, minutes];
};

it.each<[string, readonly number[], readonly [number, number]]>([
  ["nothing", [], [0, 0]],
  ["no fall", [100, 100, 101, 102], [0, 0]],
  ["a fall that recovers lasts to the bar that has the peak again", [100, 75, 90, 100, 99], [-0.25, 3]],
  ["a fall that does not lasts to the end", [100, 110, 55, 60, 70], [-0.5, 3]],
  ["of two falls the deeper one, not the longer", [100, 99, 99, 99, 100, 50, 100], [-0.5, 2]],
  ["of two equally deep ones the first", [100, 50, 100, 50, 60], [-0.5, 2]],
  ["an account that owes", [100, -50], [-1.5, 1]],
])("%s", (_, equity, expected) => {
  expect(said(equity)).toEqual(expected);
});

it("is the deepest fall between any two bars (property)", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 40 }), (equity) => {
      let deepest = 0;
      equity.forEach((peak, at) => {
        for (const later of equity.slice(at)) deepest = Math.min(deepest, later / peak - 1);
      });
      const { deepest: found, minutes } = fallOf(equity);
      expect(found).toBe(deepest);
      expect(minutes > 0).toBe(deepest < 0);
    }),
  );
});
