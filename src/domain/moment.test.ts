import { describe, expect, it } from "vitest";
import { bar, T0 } from "../../test/items.ts";
import { arrive, closeOf, moment, MOMENT_GRACE_MS } from "./moment.ts";
import { MINUTE_MS } from "./units.ts";

/** What each bar is to the moments of `instruments`, by the minute of its close; the moment as the last one leaves it. */
const arrivals = (instruments: number, ...closes: readonly number[]) => {
  const state = moment(instruments);
  return { arrivals: closes.map((close) => arrive(state, close)), state };
};

describe("a moment", () => {
  it("of one instrument closes with each of its bars", () => {
    expect(arrivals(1, 1, 2, 5)).toEqual({
      arrivals: ["last", "last", "last"],
      state: { instruments: 1, closeMs: 5, bars: 1, open: false },
    });
  });
  it("of several closes with the last one's bar, and the next one opens with the first bar behind it", () => {
    expect(arrivals(2, 1, 1, 2, 2)).toMatchObject({ arrivals: ["awaited", "last", "awaited", "last"] });
    expect(arrivals(3, 1, 1, 1, 2)).toEqual({
      arrivals: ["awaited", "awaited", "last", "awaited"],
      state: { instruments: 3, closeMs: 2, bars: 1, open: true },
    });
  });
  it("is given up when a bar of a later one comes: what belongs to it is late then, and does not count for the later one", () => {
    expect(arrivals(2, 1, 2, 1, 2)).toEqual({
      arrivals: ["awaited", "awaited", "late", "last"],
      state: { instruments: 2, closeMs: 2, bars: 2, open: false },
    });
  });
  it("that was closed without a bar takes it as late and stays closed", () => {
    const state = moment(2);
    expect(arrive(state, 1)).toBe("awaited");
    state.open = false;
    expect(arrive(state, 1)).toBe("late");
    expect(state).toEqual({ instruments: 2, closeMs: 1, bars: 1, open: false });
    expect([arrive(state, 2), arrive(state, 1), arrive(state, 2), arrive(state, 2)]).toEqual(["awaited", "late", "last", "late"]);
  });
  it("is the close of the bar by the exchange's clock", () => {
    expect(closeOf(bar({ at: 3 }))).toBe(T0 + 4 * MINUTE_MS);
  });
  it("waits two seconds", () => {
    expect(MOMENT_GRACE_MS).toBe(2000);
  });
});
