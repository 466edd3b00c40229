import { describe, expect, it } from "vitest";
import { noTradeReason } from "./noTrades.ts";
import type { NoTradeFacts } from "./noTrades.ts";

const QUIET: NoTradeFacts["outcomes"] = {
  decisions: 5_760,
  ready: 5_760,
  highestProbability: 0.62,
  plans: 0,
  canceled: 0,
  expired: 0,
  refusals: [],
  rejections: [],
  waits: [],
};
const why = (outcomes: Partial<NoTradeFacts["outcomes"]>, more: Partial<NoTradeFacts> = {}): string =>
  noTradeReason({ outcomes: { ...QUIET, ...outcomes }, orders: 0, warmUpBars: 240, enterProbability: 0.7, ...more });
const refusal = (rule: string, count: number) => ({ rule, count, nearest: 0.0123, limit: 0.005 });
const rejection = (code: number, count: number) => ({ code, count, reason: "too small: asked 4, at least 100", firstMs: 0 });
const wait = (reason: string, count: number) => ({ reason, count, value: 10, limit: 100 });

describe("a run without a trade says why, by what was counted", () => {
  it.each<[string, string, string]>([
    [
      "the signal never beyond the threshold",
      why({}),
      "the position module asked for nothing at 5,760 decisions: the signal's highest P(LONG) or P(SHORT) was 0.62, an entry needs 0.7",
    ],
    [
      "a signal that just does not reach it",
      why({ highestProbability: 0.69999 }),
      "the position module asked for nothing at 5,760 decisions: the signal's highest P(LONG) or P(SHORT) was 0.6999, an entry needs 0.7",
    ],
    [
      "a signal beyond it, and a module that wanted nothing",
      why({ highestProbability: 0.9 }),
      "the position module asked for nothing at 5,760 decisions: the signal's highest P(LONG) or P(SHORT) was 0.9",
    ],
    [
      "a module that states no threshold",
      why({}, { enterProbability: null }),
      "the position module asked for nothing at 5,760 decisions: the signal's highest P(LONG) or P(SHORT) was 0.62",
    ],
    [
      "a warm-up longer than the data",
      why({ decisions: 5, ready: 0, highestProbability: 0 }),
      "the position module asked for nothing at 5 decisions: the signal was ready at none, its layers want 240 bars to be warm; " +
        "give the run more history or a longer recording, or modules of fewer warmUpBars",
    ],
    [
      "a module that would have entered, the most frequent reason first",
      why({ waits: [wait("sized below the smallest order", 700), wait("position.maxMarginFraction", 30)] }),
      "the position module asked for nothing at 5,760 decisions: it would have entered at 730, most often: sized below the smallest order (10, limit 100)",
    ],
    [
      "a rule of risk",
      why({ plans: 79_201, refusals: [refusal("position.maxStopFraction", 75_111), refusal("day.maxEntries", 4_090)] }),
      "risk refused 79,201 of 79,201 plans, 75,111 of them by position.maxStopFraction (0.0123, limit 0.005)",
    ],
    [
      "the venue, and risk only because of it",
      why({ plans: 5_000, rejections: [rejection(-4164, 30)], refusals: [refusal("day.maxVenueRefusals BTCUSDT", 4_970)] }, { orders: 30 }),
      "the venue refused 30 of 30 orders, most often by -4164: too small: asked 4, at least 100; risk kept 4,970 more plans from it (day.maxVenueRefusals)",
    ],
    [
      "risk, where the venue refused few",
      why({ plans: 5_000, rejections: [rejection(-4164, 3)], refusals: [refusal("position.maxStopFraction", 4_997)] }, { orders: 3 }),
      "risk refused 4,997 of 5,000 plans by position.maxStopFraction (0.0123, limit 0.005)",
    ],
    [
      "limits that nobody met",
      why({ plans: 9, expired: 5, canceled: 3 }, { orders: 9 }),
      "none of 9 orders was filled, most often because it expired (5)",
    ],
    [
      "one order that rests",
      why({ plans: 1 }, { orders: 1 }),
      "none of 1 order was filled, most often because it was still working at the end (1)",
    ],
  ])("%s", (_, reason, text) => {
    expect(reason).toBe(text);
  });

  it("an entry without a stop has no value to name", () => {
    expect(why({ plans: 2, refusals: [{ ...refusal("position.maxStopFraction", 2), nearest: Infinity }] })).toMatch(
      /\(no stop, limit 0\.005\)$/,
    );
  });
});
