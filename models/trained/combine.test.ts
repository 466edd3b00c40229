import { expect, it } from "vitest";
import { signalCombine } from "./combine.ts";

const always = (probability: number) => ({ intercept: 0, slope: 1, net: [0], probability: [probability] });

it("the three probabilities of a signal are never below 0, whatever rounding does to two that sum to 1", () => {
  const out = new Float64Array(6);
  let rounded = 0;
  for (let of = 1; of <= 200; of += 1)
    for (let part = 0; part <= of; part += 1) {
      const [a, b] = [part / of, (of - part) / of];
      signalCombine([1], { blocks: 4, long: always(a), short: always(b) })(new Float64Array(2), 0, out, 0);
      if (1 - a - b < 0) rounded += 1;
      expect(Math.min(...out.subarray(0, 3))).toBeGreaterThanOrEqual(0);
      expect(Math.abs((out[0] as number) + (out[1] as number) + (out[2] as number) - 1)).toBeLessThan(1e-12);
    }
  expect(rounded).toBeGreaterThan(50);
});
