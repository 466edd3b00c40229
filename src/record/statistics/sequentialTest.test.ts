import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rngOf } from "../../../models/trained/fixtures/rng.ts";
import { SequentialTest } from "./sequentialTest.ts";

const ALPHA = 0.05;
const STREAMS = 400;
const DAYS = 365;
type Day = readonly (readonly number[])[];
type Rng = ReturnType<typeof rngOf>;

const after = (lowest: number, days: readonly Day[]): number => {
  const test = new SequentialTest(lowest);
  for (const day of days) test.day(day);
  return test.e;
};

/** Streams whose e-value ever reached 1 / α: whoever looks every day stops there. */
const crossings = (lowest: number, draw: (rng: Rng) => () => Day, streams = STREAMS): number => {
  let crossed = 0;
  for (let stream = 1; stream <= streams; stream += 1) {
    const next = draw(rngOf(stream));
    const test = new SequentialTest(lowest);
    for (let day = 0; day < DAYS; day += 1) {
      test.day(next());
      if (test.e < 1 / ALPHA) continue;
      crossed += 1;
      break;
    }
  }
  return crossed;
};

/** Of mean 0 and standard deviation 1. */
const normal = (rng: Rng): number => Math.sqrt(3) * rng.normal();

describe("SequentialTest", () => {
  it("is the mean over the bets of the product over the days of the mean over the tracks of the product of 1 + λs", () => {
    const score = fc.double({ min: -0.02, max: 0.05, noNaN: true });
    const day = fc.array(fc.array(score, { maxLength: 4 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(fc.array(day, { maxLength: 20 }), (days) => {
        let sum = 0;
        for (const stake of [0.8, 0.4, 0.2, 0.1, 0.05, 0.025]) {
          let wealth = 1;
          for (const tracks of days) {
            let mean = 0;
            for (const track of tracks) {
              let factor = 1;
              for (const each of track) factor *= 1 + (stake / 0.02) * each;
              mean += factor / tracks.length;
            }
            wealth *= mean;
          }
          sum += wealth / 6;
        }
        expect(after(-0.02, days)).toBeCloseTo(sum, 9);
      }),
    );
  });

  it("begins at 1, is the same for the same scores, stays a number for ever, and refuses what its bound excludes", () => {
    expect(after(-1, [])).toBe(1);
    expect(after(-1, [[[]], [[]]])).toBe(1);
    const days = Array.from({ length: 50 }, (_, i): Day => [[Math.sin(i) / 3]]);
    expect(after(-1, days)).toBe(after(-1, days));
    const riches = after(
      -1,
      Array.from({ length: 5000 }, (): Day => [[10, 10]]),
    );
    expect(Number.isFinite(riches) && riches > 1e90).toBe(true);
    expect(
      after(
        -1,
        Array.from({ length: 5000 }, (): Day => [[-1]]),
      ),
    ).toBeLessThan(1e-30);
    expect(() => after(-1, [[[-1.01]]])).toThrow(/none may be below -1/);
    expect(() => after(-1, [[[NaN]]])).toThrow(/none may be below/);
    expect(() => new SequentialTest(0)).toThrow(/lowest score is 0/);
  });

  it.each([
    ["normal ones, cut at the bound", -5, (rng: Rng) => (): Day => [[Math.max(-5, Math.min(5, normal(rng)))]]],
    ["skewed ones like those of a bracket, +3 : −1", -1, (rng: Rng) => (): Day => [[rng.uniform() < 0.25 ? 3 : -1]]],
    ["skewed ones the other way, +1 : −3", -3, (rng: Rng) => (): Day => [[rng.uniform() < 0.25 ? -3 : 1]]],
    [
      "ones whose size, not whose mean, depends on the days before",
      -8,
      (rng: Rng) => {
        let size = 1;
        return (): Day => {
          const x = Math.max(-8, Math.min(8, size * normal(rng)));
          size = 0.9 * size + 0.1 * Math.min(3, Math.abs(x) + 0.3);
          return [[x]];
        };
      },
    ],
    [
      "brackets of a day in five tracks",
      -1,
      (rng: Rng) => (): Day => Array.from({ length: 5 }, () => [3, -1, -1, -1].map(() => (rng.uniform() < 0.25 ? 3 : -1))),
    ],
  ])("reaches 1 / α in at most α of 400 years without a mean: %s", (_, lowest, draw) => {
    expect(crossings(lowest, draw)).toBeLessThanOrEqual(ALPHA * STREAMS);
  });

  it("keeps α for scores that overlap, which lie in tracks, and would not if they were bets of one track", () => {
    // Every score is the sum of four steps, and begins one step after the one before.
    const overlapping = (tracks: number) => (rng: Rng) => (): Day => {
      const steps = Array.from({ length: 95 }, () => Math.max(-2.5, Math.min(2.5, normal(rng))) / 10);
      const day: number[][] = Array.from({ length: tracks }, () => []);
      for (let i = 0; i + 4 <= steps.length; i += 1) day[i % tracks]?.push(steps.slice(i, i + 4).reduce((sum, step) => sum + step, 0));
      return day;
    };
    expect(crossings(-1, overlapping(4), 200)).toBeLessThanOrEqual(ALPHA * 200);
    expect(crossings(-1, overlapping(1), 200)).toBeGreaterThan(4 * ALPHA * 200);
  });

  it("is not fooled by days alike in a row only while each is fair given those before: a mean that wanders about 0 is found", () => {
    const wandering = (rng: Rng) => {
      let mean = 0;
      return (): Day => {
        mean = 0.98 * mean + 0.2 * normal(rng);
        return [[Math.max(-5, Math.min(5, 0.5 * mean + normal(rng)))]];
      };
    };
    // Its mean is 0 over the years, and positive for months: within those months the challenger is better.
    expect(crossings(-5, wandering)).toBeGreaterThan(ALPHA * STREAMS);
  });

  it("finds a drift of a fifth of a standard deviation a day within a year, and none of the other sign", () => {
    const drifting = (drift: number) => (rng: Rng) => (): Day => [[Math.max(-5, Math.min(5, drift + normal(rng)))]];
    expect(crossings(-5, drifting(0.2))).toBeGreaterThan(0.75 * STREAMS);
    expect(crossings(-5, drifting(-0.2))).toBe(0);
  });
});
