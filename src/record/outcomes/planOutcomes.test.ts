import { describe, expect, it } from "vitest";
import type { Intent, NoEntry, Refusal, Signal } from "../../domain/derived.ts";
import type { OrderRejected } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import { instrumentIndex } from "../../domain/units.ts";
import { PlanOutcomes } from "./planOutcomes.ts";
import type { RejectionReason } from "../../domain/rejection.ts";

const head = { seq: 0, instrument: instrumentIndex(0), knownAtMs: 0 };
const refused = (rule: string, value: number, limit = 0.005): Refusal => ({
  kind: Kind.refusal,
  ...head,
  planId: "P-1",
  rule,
  value,
  limit,
});
const rejected = (reason: RejectionReason, message: string, eventTimeMs: number): OrderRejected => ({
  kind: Kind.orderRejected,
  ...head,
  eventTimeMs,
  receivedTimeMs: 0,
  sub: 1,
  clientOrderId: "P-1",
  reason,
  message,
});
const waited = (reason: string, value = 1): NoEntry => ({ kind: Kind.noEntry, ...head, reason, value, limit: 2 });

describe("outcomes of plans", () => {
  it("counts refusals by rule with the value nearest to the limit, the most frequent first", () => {
    const outcomes = new PlanOutcomes();
    for (const value of [0.02, Infinity, 0.0123, 0.03]) outcomes.refused(refused("position.maxStopFraction", value));
    for (const value of [-0.03, -0.021]) outcomes.refused(refused("day.maxLossFraction", value, -0.02));
    outcomes.refused(refused("data.gap", NaN, 0));
    outcomes.refused(refused("data.gap", 3, 0));
    outcomes.refused(refused("data.gap", 9, 0));
    expect(outcomes.refusals).toEqual([
      { rule: "position.maxStopFraction", count: 4, nearest: 0.0123, limit: 0.005 },
      { rule: "data.gap", count: 3, nearest: 3, limit: 0 },
      { rule: "day.maxLossFraction", count: 2, nearest: -0.021, limit: -0.02 },
    ]);
  });

  it("counts orders by the venue's code with its words and time at the first; answers that leave it open are no refusals", () => {
    const outcomes = new PlanOutcomes();
    for (const [reason, message, timeMs] of [
      ["notionalTooSmall", "", 5],
      ["insufficientMargin", "b", 6],
      ["insufficientMargin", "c", 7],
      ["unknownOrder", "cancel", 8],
    ] as const)
      outcomes.rejected(rejected(reason, message, timeMs));
    expect(outcomes.rejections).toEqual([
      { code: -2019, count: 2, reason: "Margin is insufficient: b", firstMs: 6 },
      { code: -4164, count: 1, reason: "Order's notional must be no smaller", firstMs: 5 },
    ]);
  });

  it("counts plans of the strategy, not those that risk makes itself", () => {
    const outcomes = new PlanOutcomes();
    for (const planId of ["BTCUSDT-1675209900-1", "BTCUSDT-1675209900-r1", "A-r2-5-12", "RUSDT-5-r12"])
      outcomes.intent({ planId } as unknown as Intent);
    expect(outcomes.plans).toBe(2);
  });

  it("keeps the first value of a reason to wait, and no more reasons than a report can hold", () => {
    const outcomes = new PlanOutcomes();
    outcomes.waited(waited("small", 1));
    outcomes.waited(waited("small", 9));
    for (let i = 0; i < 100; i += 1) outcomes.waited(waited(`r${i}`));
    expect(outcomes.waits[0]).toEqual({ reason: "small", count: 2, value: 1, limit: 2 });
    expect(outcomes.waits).toHaveLength(64);
  });

  it("looks at signals that are ready", () => {
    const outcomes = new PlanOutcomes();
    const signal = (ready: boolean, pLong: number, pShort: number): Signal => ({ ready, pLong, pShort }) as Signal;
    outcomes.signal(signal(false, 1, 0));
    outcomes.signal(signal(true, 0.3, 0.4));
    outcomes.signal(signal(true, 0.6, 0.1));
    expect(outcomes).toMatchObject({ decisions: 3, ready: 2, highestProbability: 0.6 });
  });
});
