import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PRICE, TICKS, positionView } from "../../test/positionViews.ts";
import type { ViewRow } from "../../test/positionViews.ts";
import type { ObservationExtras } from "./observation.ts";
import { OBSERVATION_COLUMNS, OBSERVATION_WIDTH, observe, Observed } from "./observation.ts";

const EXTRAS: ObservationExtras = {
  stopFraction: 0.005,
  timeLimitMinutes: 360,
  leverage: 5,
  worstFraction: 0.002,
  natr: 0.0006,
  partTaken: false,
  scaledIn: false,
};

/** The observation by name. */
const seen = (row: ViewRow, extras: Partial<ObservationExtras> = {}): Record<string, number> => {
  const out = new Float64Array(OBSERVATION_WIDTH).fill(NaN);
  observe(positionView(row), { ...EXTRAS, ...extras }, out);
  return Object.fromEntries(OBSERVATION_COLUMNS.map(({ name }, i) => [name, out[i] as number]));
};
const regime = { ready: true, probabilities: Float64Array.of(0.1, 0.2, 0.3, 0.1, 0.1, 0.05, 0.15) };
const pattern = { ready: true, pUp: 0.4, pDown: 0.25, embedding: new Float64Array(0) };

describe("the table", () => {
  it("has one place a name, and the places are the names'", () => {
    const names = OBSERVATION_COLUMNS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const places = Object.values(Observed);
    // The seven states stand together from 0 on.
    expect(places).toEqual([0, ...Array.from({ length: names.length - 7 }, (_, i) => i + 7)]);
    const snake = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    for (const [name, place] of Object.entries(Observed)) {
      const expected = { regime: "regime_strong_up", natr: "natr_14", timeSin: "time_of_day_sin", timeCos: "time_of_day_cos" }[name];
      expect(names[place]).toBe(expected ?? snake(name));
    }
  });

  it("says of every number what it is", () => {
    for (const { name, unit, formula } of OBSERVATION_COLUMNS) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(unit).not.toBe("");
      expect(formula.length).toBeGreaterThan(5);
    }
  });
});

describe("observe", () => {
  it("shows the beliefs of all layers", () => {
    expect(seen({ seen: { regime, pattern }, lean: -0.8, net: -0.001, confidence: 0.3 })).toMatchObject({
      regime_strong_up: 0.1,
      regime_ranging: 0.3,
      regime_high_volatility: 0.15,
      regime_known: 1,
      pattern_up: 0.4,
      pattern_down: 0.25,
      pattern_known: 1,
      signal_long: 0,
      signal_short: 0.8,
      net_long: -0.2,
      net_known: 1,
      confidence: 0.3,
      confidence_known: 1,
      signal_ready: 1,
    });
  });

  it("shows a position: 100 lots (0.1 BTC) short from 20,000, half an hour old, 1 % in profit, stop at 20,100", () => {
    const row: ViewRow = { heldLots: -100, close: 19_800, minute: 90, openedMinute: 60, stopTicks: 201_000, lean: -0.5, maxQtyLots: 300 };
    const said = seen(row, { partTaken: true, scaledIn: true });
    expect(said).toMatchObject({ side: -1, size: 0.25, stop_known: 1, part_taken: 1, scaled_in: 1 });
    expect(said["unrealised"]).toBeCloseTo(0.01, 12);
    expect(said["unrealised_stops"]).toBeCloseTo(2, 12);
    expect(said["time_in_trade"]).toBeCloseTo(30 / 360, 12);
    expect(said["stop_distance"]).toBeCloseTo((20_100 / 19_800 - 1) / 0.005, 12);
    expect(said["room"]).toBeCloseTo((0.3 * 19_800) / (10_000 * 5), 12);
  });

  it("shows time and what is on its way", () => {
    // 06:00 UTC is a quarter of the day.
    const said = seen({ minute: 360, entryPending: true, exitPending: true, dayLossLeft: 0.4 });
    expect(said).toMatchObject({ entry_pending: 1, exit_pending: 1, day_loss_left: 0.4, natr_14: 0.0006, natr_known: 1 });
    expect(said["time_of_day_sin"]).toBeCloseTo(1, 12);
    expect(said["time_of_day_cos"]).toBeCloseTo(0, 12);
  });

  it("says 0 and no flag of what is not known", () => {
    const said = seen({ ready: false }, { natr: NaN });
    const zero = Object.entries(said).filter(([, value]) => value === 0);
    for (const flag of ["regime_known", "pattern_known", "net_known", "confidence_known", "signal_ready", "stop_known", "natr_known"])
      expect(zero.map(([name]) => name)).toContain(flag);
    expect(said).toMatchObject({ signal_neutral: 1, signal_long: 0, regime_ranging: 0, natr_14: 0, side: 0, size: 0 });
  });

  it("is finite and bounded whatever it sees, in float32 too", () => {
    const number = fc.double({ min: -1, max: 1, noNaN: true });
    const maybe = fc.oneof(number, fc.constant(NaN));
    const anyRow: fc.Arbitrary<ViewRow> = fc.record({
      minute: fc.integer({ min: 1, max: 100_000 }),
      close: fc.double({ min: 0.1, max: 1e6, noNaN: true }),
      lean: number,
      ready: fc.boolean(),
      net: maybe,
      confidence: maybe,
      heldLots: fc.integer({ min: -500, max: 500 }),
      averageTicks: fc.integer({ min: 1, max: 10_000_000 }),
      stopTicks: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10_000_000 })),
      equityUsdt: fc.constantFrom(10_000, 1, 0, -5),
      maxQtyLots: fc.constantFrom(0, 10, Infinity),
    });
    fc.assert(
      fc.property(anyRow, maybe, (row, natr) => {
        const out = new Float32Array(OBSERVATION_WIDTH).fill(NaN);
        observe(positionView(row), { ...EXTRAS, natr }, out);
        for (const [i, value] of out.entries()) expect(Number.isFinite(value), OBSERVATION_COLUMNS[i]?.name).toBe(true);
      }),
    );
  });

  it("knows no price level", () => {
    const at = (factor: number): Record<string, number> =>
      seen({ heldLots: 50, averageTicks: TICKS * factor, close: PRICE * 1.003 * factor, stopTicks: TICKS * 0.995 * factor });
    const { room: _, ...once } = at(1);
    const { room: __, ...dear } = at(8);
    for (const [name, value] of Object.entries(once)) expect(dear[name], name).toBeCloseTo(value, 12);
  });
});
