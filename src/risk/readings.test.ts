import { describe, expect, it } from "vitest";
import { Kind } from "../domain/kind.ts";
import type { RuleReading } from "../domain/derived.ts";
import type { Ticks } from "../domain/units.ts";
import { instrumentIndex } from "../domain/units.ts";
import { riskInstrument, RiskLine } from "../../test/riskLine.ts";
import type { IntentTerms } from "../../test/riskLine.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "./limits.ts";

/** A flat account of 10,000 USDT with a mark of 100 (1000 ticks) in two instruments: a lot is 0.1 USDT. */
const ready = (limits = DEFAULT_LIMITS): RiskLine => {
  const line = new RiskLine(limits, { instruments: [riskInstrument(0), riskInstrument(1)] });
  for (const instrument of [0, 1]) line.bar({ instrument, at: 1 });
  return line;
};
const readings = (line: RiskLine): readonly RuleReading[] =>
  line.items.flatMap((item) => (item.kind === Kind.approvedPlan ? [item.readings] : [])).at(-1) ?? [];
const asText = (line: RiskLine): string[] => readings(line).map(({ rule, value, limit }) => `${rule} ${Number(value.toFixed(9))}/${limit}`);
const ENTRY: IntentTerms = { bracket: { stopFraction: 0.005, targetFraction: 0.015 } };

describe("what the rules measured that let an entry pass", () => {
  it("is every rule that is on, with its limit", () => {
    const line = ready();
    line.enter(10_000, { ...ENTRY, leverage: 5 });
    // 10,000 lots × 0.1 USDT / 5 = 200 USDT of 10,000.
    expect(asText(line)).toEqual([
      "position.maxStopFraction 0.005/0.005",
      "position.maxLeverage 5/5",
      "position.maxMarginFraction 0.02/0.08",
      "position.maxAccountMarginFraction 0.02/0.24",
      "day.maxLossFraction 0/-0.02",
      "day.maxEntries 1/15",
      "day.maxConsecutiveLosses 0/8",
    ]);
  });

  it("counts resting entries, the other instruments and the worst price", () => {
    const line = ready();
    line.enter(10_000, { ...ENTRY, instrument: instrumentIndex(1) });
    line.enter(5_000, { ...ENTRY, worstTicks: 1100 as Ticks });
    // 5,000 × 0.11 / 5 = 110 USDT, and 200 of the other.
    expect(asText(line).slice(2, 4)).toEqual(["position.maxMarginFraction 0.011/0.08", "position.maxAccountMarginFraction 0.031/0.24"]);
    expect(asText(line)[5]).toBe("day.maxEntries 2/15");
  });

  it("is nothing where no rule is on, and of a plan that only reduces", () => {
    const free = ready(NO_LIMITS);
    free.enter(10, ENTRY);
    expect(readings(free)).toEqual([]);
    const line = ready();
    line.enter(10, ENTRY);
    line.fill("buy", 10);
    line.ask("exit", { qtyLots: 10 as never });
    expect(readings(line)).toEqual([]);
  });

  it("stays within each limit, up to the last lot that passes", () => {
    const line = ready();
    expect(line.enter(40_001, ENTRY)[0]).toContain("refused position.maxMarginFraction");
    line.enter(40_000, ENTRY);
    expect(asText(line)[2]).toBe("position.maxMarginFraction 0.08/0.08");
  });
});
