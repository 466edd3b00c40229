import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE_MS } from "../domain/units.ts";
import { RegimeRuns } from "./regimeRuns.ts";
import { joinRuns } from "../report/page/runs.js";

const minutes = (...values: number[]): number[] => values.map((value) => value * MINUTE_MS);
const said = (capacity: number, states: readonly number[]): RegimeRuns => {
  const runs = new RegimeRuns(capacity);
  states.forEach((state, minute) => runs.say(minute * MINUTE_MS, state));
  return runs;
};

describe("RegimeRuns", () => {
  it("makes runs of equal states that touch, the last up to the end", () => {
    expect(said(100, [2, 2, 0, 0, 0, -1, 6]).series("BTCUSDT", 9 * MINUTE_MS)).toEqual({
      symbol: "BTCUSDT",
      fromMs: minutes(0, 2, 5, 6),
      toMs: minutes(2, 5, 6, 9),
      state: [2, 0, -1, 6],
      mergedMs: 0,
    });
    expect(new RegimeRuns(100).series("BTCUSDT", 1).state).toEqual([]);
  });

  it("takes the last word on a time, and drops a run without length", () => {
    const runs = said(100, [1, 1, 4]);
    runs.say(2 * MINUTE_MS, 1);
    expect(runs.series("X", 3 * MINUTE_MS)).toMatchObject({ fromMs: [0], toMs: minutes(3), state: [1] });
    runs.say(3 * MINUTE_MS, 5);
    expect(runs.series("X", 3 * MINUTE_MS).state).toEqual([1]);
  });

  it("keeps to its capacity, covers the whole span and stays true where states last (property)", () => {
    const lasting = fc.array(fc.tuple(fc.integer({ min: -1, max: 6 }), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(lasting, fc.integer({ min: 8, max: 60 }), (stretches, capacity) => {
        const states = stretches.flatMap(([state, length]) => Array.from({ length }, () => state));
        const { fromMs, toMs, state, mergedMs } = said(capacity, states).series("X", states.length * MINUTE_MS);
        expect(state.length).toBeLessThanOrEqual(capacity);
        expect(fromMs[0]).toBe(0);
        expect(toMs.at(-1)).toBe(states.length * MINUTE_MS);
        expect(fromMs.slice(1)).toEqual(toMs.slice(0, -1));
        expect(state.slice(1).every((each, run) => each !== state[run])).toBe(true);
        if (mergedMs > 0) return;
        for (const [minute, each] of states.entries()) {
          const run = fromMs.findLastIndex((start) => start <= minute * MINUTE_MS);
          expect(state[run]).toBe(each);
        }
      }),
    );
  });

  it("merges 100,000 flickers of a minute to what lasts", () => {
    const flicker = Array.from({ length: 200_000 }, (_, minute) => (minute % 2 === 0 && minute % 5 !== 0 ? 3 : 0));
    const { state, mergedMs } = said(1000, flicker).series("X", flicker.length * MINUTE_MS);
    expect(mergedMs).toBeGreaterThanOrEqual(5 * MINUTE_MS);
    expect(state).toEqual([0]);
  });
});

describe("joinRuns", () => {
  /** The longest state of a cell, counted minute by minute. */
  const plain = (states: readonly number[], cell: number): number[] =>
    states.map((_, minute) => {
      const held = states.slice(Math.floor(minute / cell) * cell, (Math.floor(minute / cell) + 1) * cell);
      const counts = [-1, 0, 1, 2].map((state) => held.filter((each) => each === state).length);
      return counts.indexOf(Math.max(...counts)) - 1;
    });

  it("gives every cell the state that lasted longest in it (against a count by minutes)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1, max: 2 }), { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 2, max: 17 }),
        (states, cell) => {
          const runs = said(1e6, states).series("X", states.length * MINUTE_MS);
          const joined = joinRuns(runs, cell * MINUTE_MS);
          const byMinute = states.map((_, minute) => joined.state[joined.fromMs.findLastIndex((from) => from <= minute * MINUTE_MS)]);
          expect(byMinute).toEqual(plain(states, cell));
        },
      ),
    );
  });

  it("takes rows between two, and leaves holes", () => {
    const runs = { fromMs: [0, 100, 300], toMs: [100, 200, 400], state: [1, 2, 2] };
    expect(joinRuns(runs, 0, 1)).toEqual({ fromMs: [100, 300], toMs: [200, 400], state: [2, 2] });
    expect(joinRuns(runs, 0, 0, 1)).toEqual({ fromMs: [0], toMs: [100], state: [1] });
    expect(joinRuns({ fromMs: [], toMs: [], state: [] }, 10)).toEqual({ fromMs: [], toMs: [], state: [] });
  });
});
