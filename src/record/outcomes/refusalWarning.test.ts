import { describe, expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { RiskLine } from "../../../test/riskLine.ts";
import { Kind } from "../../domain/kind.ts";
import { DAY_MS, HOUR_MS } from "../../domain/units.ts";
import type { RiskLimits } from "../../risk/limits.ts";
import { NO_LIMITS } from "../../risk/limits.ts";
import { ruleName } from "../../risk/remedy.ts";
import { PlanOutcomes } from "./planOutcomes.ts";
import { refusalWarnings } from "./refusalWarning.ts";

/** The limits of a run with these `--set`. */
const limitsWith = async (...set: readonly string[]): Promise<RiskLimits> =>
  (await loadConfig({ defaultProfile: "live", env: {}, set })).config.risk as RiskLimits;

const started = (line: RiskLine): RiskLine => {
  // Volatility counts bars of the length of the first.
  line.bar({ at: 0, frameMs: HOUR_MS });
  line.bar({ at: 0, instrument: 1, frameMs: HOUR_MS });
  return line;
};
/** An hour of `bars` that move by `sizes`, which repeat. */
const hours = (line: RiskLine, bars: number, ...sizes: readonly number[]): void => {
  for (let i = 0; i < bars; i += 1) {
    const close = (line.marks[0] ?? 100) * Math.exp((i % 2 === 0 ? 1 : -1) * (sizes[i % sizes.length] as number));
    line.bar({ close: Number.isNaN(close) ? 100 : close, frameMs: HOUR_MS });
  }
};
const VOLATILE = ["risk.data.healthyMs=null", "risk.day.maxLossFraction=null", "risk.system.minSharpeUpperBound=null"];

/** By rule: settings beside the defaults, and what makes the gate refuse the entry that is asked for last. */
const REFUSED: Readonly<Record<string, readonly [settings: readonly string[], act: (line: RiskLine) => void]>> = {
  "position.maxMarginFraction": [[], (line) => line.enter(41_000)],
  "position.maxAccountMarginFraction": [
    ["risk.position.maxMarginFraction=0.2"],
    (line) => (line.enter(90_000), line.enter(90_000, { instrument: 1 as never })),
  ],
  "position.maxLeverage": [[], (line) => line.enter(1, { leverage: 7 })],
  "position.maxStopFraction": [[], (line) => line.enter(1, { bracket: { stopFraction: 0.02, targetFraction: 0 } })],
  "day.maxLossFraction": [["risk.system.maxDrawdownFraction=null"], (line) => (line.bar({ equity: 9_700 }), line.enter(1))],
  "day.maxEntries": [["risk.day.maxEntries=0"], (line) => line.enter(1)],
  "day.maxConsecutiveLosses": [["risk.day.maxConsecutiveLosses=1"], (line) => (line.closed(-1), line.closed(-1), line.enter(1))],
  "day.maxVenueRefusals": [
    ["risk.day.maxVenueRefusals=1"],
    (line) => (line.enter(1), line.rejected(line.planId, "notionalTooSmall"), line.enter(1)),
  ],
  "data.gap": [[], (line) => (line.gap(3), line.enter(1))],
  "data.stream": [[], (line) => (line.stream("a", "stale"), line.enter(1))],
  "data.book": [[], (line) => (line.bookBroke(), line.enter(1))],
  "data.maxInferenceFailuresPerMinute": [
    [],
    (line) => (line.inferenceFailed(), line.inferenceFailed(), line.inferenceFailed(), line.enter(1)),
  ],
  "shock.maxVolatilityRatio": [
    [...VOLATILE, "risk.system.maxVolatilityRatio=null"],
    (line) => (hours(line, 31 * 24 + 2, 0.001), hours(line, 1, 0.05), line.enter(1)),
  ],
  "system.maxVolatilityRatio": [
    [...VOLATILE, "risk.shock.maxVolatilityRatio=null"],
    (line) => (hours(line, 31 * 24 + 24, 0.001), hours(line, 24, 0.05), line.enter(1)),
  ],
  "system.maxDrawdownFraction": [["risk.day.maxLossFraction=null"], (line) => (line.bar({ equity: 9_000 }), line.enter(1))],
  "system.minSharpeUpperBound": [
    ["risk.data.healthyMs=null", "risk.day.maxLossFraction=null", "risk.system.maxDrawdownFraction=null"],
    (line) => {
      for (let day = 1; day <= 95; day += 1) line.bar({ frameMs: DAY_MS, equity: line.equityUsdt * (day % 2 === 0 ? 0.99 : 0.999) });
      line.enter(1);
    },
  ],
  "system.maxIntentsPerSecond": [
    ["risk.system.maxIntentsPerSecond=3", "risk.day.maxEntries=null"],
    (line) => {
      for (let i = 0; i < 4; i += 1) line.enter(1);
    },
  ],
};

/** What the gate's last refusal named. */
const lastRefusal = (line: RiskLine): PlanOutcomes => {
  const outcomes = new PlanOutcomes();
  for (const item of line.items.slice(-1)) if (item.kind === Kind.refusal) outcomes.refused(item);
  outcomes.plans = 1;
  return outcomes;
};

describe("where risk refused more than half of the plans, a line names what lifts the rule", () => {
  it.each(Object.entries(REFUSED))("%s: the setting that it names works", async (rule, [settings, act]) => {
    const refused = started(new RiskLine(await limitsWith(...settings)));
    act(refused);
    const [warning = ""] = refusalWarnings(lastRefusal(refused));
    expect(warning).toMatch(new RegExp(`^Risk refused 1 of 1 plans by ${rule}\\b.*: limit .*; --set risk\\.\\S+=null lifts it\\.$`));
    const setting = /--set (\S+) lifts it/.exec(warning)?.[1] ?? "";
    const lifted = started(new RiskLine(await limitsWith(...settings, setting)));
    act(lifted);
    expect(lastRefusal(lifted).refusals.map((each) => ruleName(each.rule))).not.toContain(rule);
  });

  it("every rule of the gate that can be switched off is among these", () => {
    const nullable = Object.entries(NO_LIMITS).flatMap(([tier, limits]) =>
      Object.entries(limits as Readonly<Record<string, unknown>>).flatMap(([name, limit]) => (limit === null ? [`${tier}.${name}`] : [])),
    );
    const tested = new Set(Object.keys(REFUSED));
    expect(nullable.filter((rule) => !tested.has(rule))).toEqual(["data.healthyMs"]);
  });

  it.each(["position.exitsNeverIncrease", "position.stopOnlyTightens", "position.wellFormed", "command.halt"])(
    "%s is lifted by no setting, and the line says so",
    (rule) => {
      const outcomes = new PlanOutcomes();
      outcomes.plans = 1;
      outcomes.refused({ kind: Kind.refusal, seq: 0, instrument: 0 as never, knownAtMs: 0, planId: "", rule, value: 2, limit: 1 });
      expect(refusalWarnings(outcomes)[0]).toMatch(/; no setting lifts it/);
    },
  );

  it("names the most frequent rule, how many it refused, and the smallest value that was asked for", () => {
    const most = { rule: "position.maxStopFraction", count: 75_111, nearest: 0.0123, limit: 0.005 };
    const other = { rule: "day.maxEntries", count: 4_000, nearest: 16, limit: 15 };
    const of = (plans: number) => refusalWarnings({ plans, refusals: [most, other], rejections: [] });
    expect(of(79_201)).toEqual([
      "Risk refused 79,111 of 79,201 plans, 75,111 of them by position.maxStopFraction: limit 0.005, the smallest asked for was 0.0123; --set risk.position.maxStopFraction=null lifts it.",
    ]);
    expect(of(158_221)).toHaveLength(1);
    expect(of(158_222), "half is not more than half").toEqual([]);
    expect(refusalWarnings({ plans: 0, refusals: [], rejections: [] })).toEqual([]);
  });

  it("says what the venue refused where risk keeps entries out because of it", () => {
    const refusals = [{ rule: "day.maxVenueRefusals BTCUSDT", count: 900, nearest: 3, limit: 3 }];
    const rejections = [{ code: -4164, count: 30, reason: "too small: asked 4", firstMs: 0 }];
    expect(refusalWarnings({ plans: 930, refusals, rejections })[0]).toContain(
      "by day.maxVenueRefusals BTCUSDT (-4164: too small: asked 4): limit 3",
    );
  });
});
