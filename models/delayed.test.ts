import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Delayed, NOTHING_DUE } from "./delayed.ts";

const BAR_MS = 60_000;

describe("Delayed", () => {
  it("hands every cell back once, after the horizon", () => {
    const delayed = new Delayed(3);
    const due: number[] = [];
    for (let bar = 0; bar < 8; bar += 1) {
      due.push(delayed.due(bar * BAR_MS, BAR_MS));
      delayed.put(10 + bar);
    }
    expect(due).toEqual([-1, -1, -1, 10, 11, 12, 13, 14]);
  });

  it("has nothing due from a bar without a decision", () => {
    const delayed = new Delayed(2);
    delayed.due(0, BAR_MS);
    delayed.put(7);
    delayed.due(BAR_MS, BAR_MS);
    expect([2, 3, 4, 5].map((bar) => delayed.due(bar * BAR_MS, BAR_MS))).toEqual([7, -1, -1, -1]);
  });

  it("keeps the place of a decision for its outcome", () => {
    const delayed = new Delayed(4);
    const closes = new Float64Array(4);
    for (let bar = 0; bar < 20; bar += 1) {
      if (delayed.due(bar * BAR_MS, BAR_MS) !== NOTHING_DUE) expect(closes[delayed.slot]).toBe(bar - 4);
      closes[delayed.slot] = bar;
      delayed.put(0);
    }
  });

  it("equals a list of decisions, whatever is missing", () => {
    const step = fc.record({ missing: fc.oneof(fc.constant(0), fc.nat(3)), cell: fc.integer({ min: -1, max: 9 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 12 }), (steps, horizon) => {
        const delayed = new Delayed(horizon);
        const cells = new Map<number, number>();
        let bar = 0;
        let whole = 0;
        for (const { missing, cell } of steps) {
          bar += 1 + missing;
          whole = missing === 0 ? whole + 1 : 0;
          const expected = whole >= horizon ? (cells.get(bar - horizon) ?? NOTHING_DUE) : NOTHING_DUE;
          expect(delayed.due(bar * BAR_MS, BAR_MS)).toBe(expected);
          if (cell < 0) continue;
          cells.set(bar, cell);
          delayed.put(cell);
        }
      }),
    );
  });

  it("drops all when cleared", () => {
    const delayed = new Delayed(1);
    delayed.due(0, BAR_MS);
    delayed.put(3);
    delayed.clear();
    expect(delayed.due(BAR_MS, BAR_MS)).toBe(NOTHING_DUE);
  });
});
