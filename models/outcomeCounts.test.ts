import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OutcomeCounts } from "./outcomeCounts.ts";

const predicted = (counts: OutcomeCounts, cell: number, prior: readonly number[]): number[] => {
  const out = new Float64Array(counts.outcomes);
  counts.predict(cell, Float64Array.from(prior), out);
  return [...out];
};

describe("OutcomeCounts", () => {
  it("says the prior before it has learnt anything", () => {
    const counts = new OutcomeCounts({ cells: 2, outcomes: 3, strength: 5 });
    expect(predicted(counts, 1, [0.25, 0.25, 0.5])).toEqual([0.25, 0.25, 0.5]);
  });

  it("adds counts and pseudo-counts", () => {
    const counts = new OutcomeCounts({ cells: 2, outcomes: 2, strength: 4 });
    for (const outcome of [0, 0, 0, 1]) counts.learn(0, outcome);
    // (3 + 4 · ¼) / 8 and (1 + 4 · ¾) / 8.
    expect(predicted(counts, 0, [0.25, 0.75])).toEqual([0.5, 0.5]);
    expect(predicted(counts, 1, [0.25, 0.75])).toEqual([0.25, 0.75]);
    expect(counts.seen(0)).toBe(4);
  });

  it("forgets half of what it learnt in a half-life, however the bars pass", () => {
    const one = new OutcomeCounts({ cells: 1, outcomes: 2, strength: 1, halfLifeBars: 10 });
    const many = new OutcomeCounts({ cells: 1, outcomes: 2, strength: 1, halfLifeBars: 10 });
    for (const counts of [one, many]) counts.learn(0, 0);
    one.age(10);
    for (let i = 0; i < 10; i += 1) many.age();
    for (const counts of [one, many]) {
      expect(counts.seen(0)).toBeCloseTo(0.5, 12);
      expect(predicted(counts, 0, [0, 1])[0]).toBeCloseTo(0.5 / 1.5, 12);
    }
  });

  it("keeps its numbers when the weights are scaled back", () => {
    // 1e60 is 199.3 doublings: with a half-life of one bar that is passed at the 200th.
    const counts = new OutcomeCounts({ cells: 2, outcomes: 2, strength: 1, halfLifeBars: 1 });
    for (let i = 0; i < 1000; i += 1) {
      counts.age();
      counts.learn(0, i % 2);
      const newest = i % 2 === 0 ? 0 : 1;
      if (i > 60) {
        // 1 + ¼ + … = 4⁄3 of the newest outcome and ½ + ⅛ + … = 2⁄3 of the other.
        expect(predicted(counts, 0, [0.5, 0.5])[newest]).toBeCloseTo((4 / 3 + 0.5) / 3, 12);
      }
    }
  });

  it("stands a pause of years", () => {
    const counts = new OutcomeCounts({ cells: 1, outcomes: 2, strength: 1, halfLifeBars: 1 });
    counts.learn(0, 0);
    counts.age(1e9);
    expect(predicted(counts, 0, [0.5, 0.5])[0]).toBeCloseTo(0.5, 12);
    counts.learn(0, 0);
    expect(predicted(counts, 0, [0.5, 0.5])[0]).toBeCloseTo(0.75, 12);
  });

  it("gives probabilities of sum 1 whatever was learnt", () => {
    const lesson = fc.tuple(fc.nat(3), fc.nat(2), fc.nat(50));
    const settings = {
      strength: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
      halfLifeBars: fc.double({ min: 1, max: 1e6, noNaN: true }),
    };
    fc.assert(
      fc.property(fc.array(lesson, { maxLength: 200 }), fc.record(settings), (lessons, options) => {
        const counts = new OutcomeCounts({ cells: 4, outcomes: 3, ...options });
        for (const [cell, outcome, bars] of lessons) {
          counts.age(bars);
          counts.learn(cell, outcome);
        }
        for (let cell = 0; cell < 4; cell += 1) {
          const p = predicted(counts, cell, [0.1, 0.2, 0.7]);
          expect(p.every((x) => x > 0 && x < 1)).toBe(true);
          expect(p.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
        }
      }),
    );
  });
});
