import { describe, expect, it } from "vitest";
import { returnMoments } from "../../risk/sharpeBound.ts";
import { expectedMaxSharpe } from "./expectedMaxSharpe.ts";
import { deflatedSharpe, probabilisticSharpe } from "./sharpeProbability.ts";
import { verdictOf } from "./verdict.ts";

/** Noise of Park and Miller's generator with a drift, in daily returns. */
const returnsOf = (days: number, drift: number): Float64Array => {
  let state = 20_230_101;
  return Float64Array.from({ length: days }, () => {
    state = (state * 16_807) % 2_147_483_647;
    return 0.02 * (state / 2_147_483_647 - 0.5) + drift;
  });
};
const judge = (days: number, drift: number, more: Partial<Parameters<typeof verdictOf>[0]> = {}) =>
  verdictOf({ dailyReturns: returnsOf(days, drift), trades: 211, inSample: false, ruined: false, ...more });

describe("the verdict of a run", () => {
  it("is luck where the days are too few, and says how many years are missing: with them it would be told", () => {
    const { is, sentence, psr, moreYears } = judge(365, 0.0003);
    expect(is).toBe("luck");
    expect(sentence).toMatch(/^not distinguishable from luck: 211 trades, PSR \.\d\d; \d+\.\d more years at this rate would be needed$/);
    const moments = returnMoments(returnsOf(365, 0.0003));
    expect(psr).toBe(probabilisticSharpe(moments));
    const days = 365 + Math.round(moreYears * 365);
    expect(probabilisticSharpe({ ...moments, count: days })).toBeGreaterThanOrEqual(0.95);
    expect(probabilisticSharpe({ ...moments, count: days - 2 })).toBeLessThan(0.95);
  });

  it("is luck that no length would help where the run lost", () => {
    const { sentence, moreYears } = judge(365, -0.0005);
    expect(sentence).toMatch(/^not distinguishable from luck: 211 trades, PSR \.\d\d; no length of such results would do$/);
    expect(moreYears).toBe(Infinity);
  });

  it("is more than luck only if nothing else was tried, and it says so", () => {
    const { is, sentence } = judge(365, 0.003);
    expect(is).toBe("notLuck");
    expect(sentence).toMatch(/if nothing else was tried on these months: 211 trades, PSR 1\.00$/);
  });

  it("of the best of many tries is that of the deflated Sharpe ratio: the lower by either variance", () => {
    const moments = returnMoments(returnsOf(365, 0.0009));
    for (const variance of [0.0001, 0.02]) {
      const { is, sentence, psr, dsr, moreYears } = judge(365, 0.0009, { tries: { count: 40, variance } });
      const [byTries, byChance] = [deflatedSharpe(moments, 40, variance), deflatedSharpe(moments, 40, 1 / 365)];
      expect(dsr).toBe(Math.min(byTries, byChance));
      expect(psr).toBe(probabilisticSharpe(moments));
      expect(is).toBe("luck");
      // The benchmark of 1 / 365 lies below this Sharpe ratio, that of .02 above it.
      if (variance === 0.02) {
        expect(sentence).toBe(`not distinguishable from luck: 211 trades, DSR .00; no length of such results would do`);
        expect(moreYears).toBe(Infinity);
      } else {
        expect(sentence).toMatch(
          /^not distinguishable from luck: 211 trades, DSR \.\d\d; \d+\.\d more years at this rate would be needed$/,
        );
        const later = { ...moments, count: 365 + Math.round(moreYears * 365) };
        expect(probabilisticSharpe(later, expectedMaxSharpe(40, 1 / 365))).toBeGreaterThanOrEqual(0.95);
        expect(probabilisticSharpe({ ...later, count: later.count - 2 }, expectedMaxSharpe(40, 1 / 365))).toBeLessThan(0.95);
      }
    }
  });

  it("says how many tries a result stands out of, and nothing of them where it is the only one", () => {
    expect(judge(365, 0.003, { tries: { count: 40 } }).sentence).toBe(
      "more than luck would show in 40 tries, if nothing else was tried on these months: 211 trades, DSR 1.00",
    );
    expect(judge(365, 0.0003, { tries: { count: 1, variance: NaN } })).toEqual(judge(365, 0.0003));
    expect(judge(365, 0.0003)).not.toHaveProperty("dsr");
  });

  it.each([
    [{ trades: 29 }, "none: 29 trades, and it takes 30"],
    [{ trades: 1 }, "none: 1 trade, and it takes 30"],
    [{ inSample: true }, "none: a member learnt from these months"],
    [{ ruined: true }, "none: the account was lost"],
    [{ dailyReturns: new Float64Array(400) }, "none: daily returns that a Sharpe ratio has no meaning for"],
    [{ dailyReturns: [] }, "none: daily returns that a Sharpe ratio has no meaning for"],
  ])("is none with %o", (more, sentence) => {
    expect(judge(365, 0.003, more)).toEqual({ is: "none", sentence, psr: NaN, moreYears: NaN });
  });
});
