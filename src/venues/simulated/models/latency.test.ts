import { describe, expect, it } from "vitest";
import { TickDesk } from "../../../../test/tickDesk.ts";
import { DrawnLatency } from "./latency.ts";

const IDS = Array.from({ length: 20_000 }, (_, i) => `p${i}`);
const drawn = (seed: number, ids: readonly string[] = IDS): number[] => {
  const model = new DrawnLatency(250, 1000, seed);
  return ids.map((id) => model.latencyMs(id, "order"));
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const correlation = (a: readonly number[], b: readonly number[]): number => {
  const [meanA, meanB] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - meanA) * ((b[i] as number) - meanB)));
  return covariance / Math.sqrt(mean(a.map((value) => (value - meanA) ** 2)) * mean(b.map((value) => (value - meanB) ** 2)));
};

describe("a drawn latency", () => {
  it("is at least the constant part, and exponential beyond it", () => {
    const sorted = drawn(1).sort((a, b) => a - b);
    expect(sorted[0]).toBeGreaterThanOrEqual(250);
    // Kolmogorov and Smirnov: above 1.63 / √n in one of a hundred samples; a latency is a whole ms, half a thousandth of the mean away.
    const distances = sorted.map((ms, i) => Math.abs((i + 0.5) / sorted.length - (1 - Math.exp(-(ms - 250) / 1000))));
    expect(Math.max(...distances)).toBeLessThan(1.63 / Math.sqrt(sorted.length) + 0.0005);
    expect(sorted.every(Number.isInteger)).toBe(true);
  });

  it("is the id's own: other orders, and their order, do not matter", () => {
    const backwards = drawn(7, IDS.toReversed()).reverse();
    expect(backwards).toEqual(drawn(7));
  });

  it("says nothing of the next id, of another seed or of the cancel of the same order", () => {
    const one = drawn(1);
    const cancels = IDS.map((id) => new DrawnLatency(250, 1000, 1).latencyMs(id, "cancel"));
    for (const other of [one.slice(1).concat(one[0] as number), drawn(2), cancels])
      expect(Math.abs(correlation(one, other))).toBeLessThan(0.03);
  });
});

describe("latencyJitterMs at the desk", () => {
  /** Ms from the decision to the fill of an order, with a print every ms. */
  const arrivals = (ids: readonly string[], latencySeed: number): Record<string, number> => {
    const came: Record<string, number> = {};
    for (const id of ids) {
      const desk = new TickDesk({ fillOn: "trades", latencyMs: 5, latencyJitterMs: 20, latencySeed });
      desk.trade(100, 1, { at: 1 });
      desk.submit({ id });
      for (let ms = 1; came[id] === undefined && ms < 1000; ms += 1) if (desk.trade(100, 1, { at: 1 + ms }).length > 0) came[id] = ms;
    }
    return came;
  };
  const ids = ["a", "b", "c", "d", "e", "f"];

  it("orders arrive at times of their own, none before latencyMs", () => {
    const came = arrivals(ids, 1);
    expect(new Set(Object.values(came)).size).toBeGreaterThan(3);
    expect(Math.min(...Object.values(came))).toBeGreaterThanOrEqual(5);
    expect(arrivals(ids.toReversed(), 1)).toEqual(came);
    expect(arrivals(ids, 2)).not.toEqual(came);
  });

  it("none overtakes what was sent before it", () => {
    const desk = new TickDesk({ fillOn: "trades", latencyMs: 0, latencyJitterMs: 50 });
    desk.trade(100, 1, { at: 1 });
    desk.submit(...IDS.slice(0, 20).map((id) => ({ id })));
    for (let ms = 2; ms < 2000; ms += 1) desk.trade(100, 1, { at: ms });
    expect(desk.fills.map(({ clientOrderId }) => clientOrderId)).toEqual(IDS.slice(0, 20));
    expect(new Set(desk.fills.map(({ eventTimeMs }) => eventTimeMs)).size).toBeGreaterThan(3);
  });
});
