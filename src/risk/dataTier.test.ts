import { describe, expect, it } from "vitest";
import { limitsOf, RiskLine, START_MS } from "../../test/riskLine.ts";
import type { Lots, Ticks } from "../domain/units.ts";
import { instrumentIndex } from "../domain/units.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import type { DataLimits } from "./limits.ts";

const started = (data: Partial<DataLimits> = DEFAULT_LIMITS.data): RiskLine => {
  const line = new RiskLine(limitsOf({ data }));
  line.bar({ at: 0 });
  return line;
};

describe("a gap", () => {
  it("takes a minute of whole data to clear, and a new one starts it again", () => {
    const line = started();
    expect(line.gap(3)).toEqual(["REDUCING +data.gap 3/0"]);
    expect(line.enter(1)).toEqual(["refused data.gap 3/0"]);
    expect(line.timer(30_000)).toEqual([]);
    expect(line.gap(1)).toEqual([]);
    expect(line.timer(59_999)).toEqual([]);
    expect(line.enter(1)).toEqual(["refused data.gap 3/0"]);
    expect(line.timer(1)).toEqual(["ACTIVE -data.gap 3/0"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
  });
  it("clears by bars as by timers: not by the bar that showed it, by the next", () => {
    const line = started();
    line.nowMs += 60_000;
    line.gap(3);
    line.nowMs -= 60_000;
    expect(line.bar()).toEqual([]);
    expect(line.bar()).toEqual(["ACTIVE -data.gap 3/0"]);
  });
  it("counts once trading has begun", () => {
    const line = new RiskLine(limitsOf({ data: DEFAULT_LIMITS.data }), { tradeFromMs: START_MS });
    expect(line.gap(3)).toEqual([]);
    line.nowMs += 1;
    expect(line.gap(3)).toHaveLength(1);
  });
});

describe("a stream", () => {
  it.each(["stale", "gap"] as const)("%s is bad until a minute after the last broken one is back", (status) => {
    const line = started();
    expect(line.stream("a", "connected")).toEqual([]);
    expect(line.stream("a", status)).toEqual(["REDUCING +data.stream 1/0"]);
    expect(line.stream("b", "stale")).toEqual([]);
    // The same name of another instrument is another stream.
    expect(line.stream("a", "stale", 1)).toEqual([]);
    expect(line.timer(120_000)).toEqual([]);
    line.stream("a", "connected");
    line.stream("b", "connected");
    expect(line.timer(120_000)).toEqual([]);
    line.stream("a", "connected", 1);
    expect(line.timer(59_999)).toEqual([]);
    expect(line.timer(1)).toEqual(["ACTIVE -data.stream 1/0"]);
  });
  it("is not healthy because another one of the instrument is", () => {
    const line = started();
    line.stream("a", "stale");
    line.stream("b", "stale");
    line.stream("a", "connected");
    expect(line.timer(120_000)).toEqual([]);
  });
  it("that breaks again within the minute starts it again", () => {
    const line = started();
    line.stream("a", "stale");
    line.stream("a", "connected");
    line.timer(30_000);
    line.stream("a", "stale");
    expect(line.timer(60_000)).toEqual([]);
    line.stream("a", "connected");
    // Said twice, it is not back later.
    expect(line.timer(59_999)).toEqual([]);
    line.stream("a", "connected");
    expect(line.timer(1)).toHaveLength(1);
  });
});

describe("a broken order book", () => {
  it("refuses what opens or adds on its instrument, until its next top and not a moment longer", () => {
    const line = started();
    line.bar({ at: 0, instrument: 1 });
    expect(line.bookTop()).toEqual([]);
    expect(line.bookBroke()).toEqual(["REDUCING +data.book S0USDT 1/0"]);
    expect(line.items.at(-1)).toMatchObject({ instrument: 0, causeLevel: "REDUCING" });
    // A snapshot that breaks it again changes nothing.
    expect(line.bookBroke()).toEqual([]);
    expect(line.enter(1)).toEqual(["refused data.book S0USDT 1/0"]);
    expect(line.ask("scaleIn", { qtyLots: 1 as Lots })).toEqual(["refused data.book S0USDT 1/0"]);
    expect(line.bar({ at: 90 })).toEqual([]);
    expect(line.timer(600_000)).toEqual([]);
    expect(line.enter(1), "no time makes it whole").toEqual(["refused data.book S0USDT 1/0"]);
    expect(line.bookTop()).toEqual(["ACTIVE -data.book S0USDT 1/0"]);
    expect(line.enter(1)).toEqual(["approved enter"]);
    expect(line.bookTop()).toEqual([]);
  });
  it("says nothing of another instrument, and another one's top does not mend it", () => {
    const line = started();
    line.bar({ at: 0, instrument: 1 });
    line.bookBroke(1);
    expect(line.enter(1)).toEqual(["approved enter"]);
    expect(line.bookTop(0)).toEqual([]);
    const there = { instrument: instrumentIndex(1) };
    expect(line.enter(1, there)).toEqual(["refused data.book S1USDT 1/0"]);
    line.bookBroke(0);
    expect(line.bookTop(1)).toEqual(["ACTIVE -data.book S1USDT 1/0"]);
    expect(line.enter(1, there)).toEqual(["approved enter"]);
    expect(line.enter(1)).toEqual(["refused data.book S0USDT 1/0"]);
  });
  it("lets reduce, leave and protect", () => {
    const line = started();
    line.enter(10);
    line.fill("buy", 10);
    line.bookBroke();
    expect(line.ask("moveStop", { stopTicks: 998 as Ticks })).toEqual(["approved moveStop"]);
    expect(line.ask("reduce", { qtyLots: 4 as Lots })).toEqual(["approved reduce"]);
    expect(line.ask("exit", { qtyLots: 10 as Lots })).toEqual(["approved exit"]);
  });
  it("withdraws the resting entries of its instrument, and asks again where the venue refused to", () => {
    const line = started();
    line.bar({ at: 0, instrument: 1 });
    const limit = { orderType: "limit", limitTicks: 990 as Ticks } as const;
    line.enter(1, limit);
    const resting = line.planId;
    line.enter(1, { ...limit, instrument: instrumentIndex(1) });
    expect(line.bookBroke()).toEqual(["REDUCING +data.book S0USDT 1/0", "cancelEntries0 0 risk"]);
    line.rejected(resting, "unknownOrder");
    expect(line.bar()).toEqual(["cancelEntries0 0 risk"]);
    line.rejected(resting, "unknownOrder");
    expect(line.timer()).toEqual(["cancelEntries0 0 risk"]);
    line.bookTop();
    line.rejected(resting, "unknownOrder");
    expect(line.bar()).toEqual([]);
  });
  it("leaves the worst cause of the account its name, and its own end", () => {
    const line = started();
    line.bookBroke();
    expect(line.gap(1)).toEqual(["REDUCING +data.gap 1/0"]);
    expect(line.enter(1)).toEqual(["refused data.gap 1/0"]);
    expect(line.timer(60_000)).toEqual(["ACTIVE -data.gap 1/0"]);
    expect(line.enter(1)).toEqual(["refused data.book S0USDT 1/0"]);
  });
  it("asks for no day's worth of entries", () => {
    const line = new RiskLine(limitsOf({ data: DEFAULT_LIMITS.data, day: { maxEntries: 1 } }));
    line.bar({ at: 0 });
    line.enter(1);
    line.bookBroke();
    expect(line.enter(1), "the entry is not asked for").toEqual(["refused data.book S0USDT 1/0"]);
    line.bookTop();
    expect(line.enter(1)).toEqual(["REDUCING +day.maxEntries 2/1", "refused day.maxEntries 2/1"]);
  });
});

describe("inference: three late or failed within a minute", () => {
  const raised = ["REDUCING +data.maxInferenceFailuresPerMinute 3/3"];
  it.each([
    ["two", [0, 0], []],
    ["three at once", [0, 0, 0], raised],
    ["three within a millisecond less than a minute", [0, 30_000, 29_999], raised],
    ["three in exactly a minute", [0, 30_000, 30_000], []],
    ["the last three of five", [0, 50_000, 50_000, 5_000, 4_999], raised],
  ])("%s", (_, afterMs, told) => {
    const line = started();
    expect(afterMs.flatMap((after) => line.inferenceFailed(after))).toEqual(told);
  });
  it("clears after a minute without a single one", () => {
    const line = started();
    for (let i = 0; i < 3; i += 1) line.inferenceFailed();
    expect(line.timer(59_999)).toEqual([]);
    line.inferenceFailed();
    expect(line.timer(59_999)).toEqual([]);
    line.inferenceFailed();
    expect(line.timer(59_999)).toEqual([]);
    expect(line.timer(1)).toEqual(["ACTIVE -data.maxInferenceFailuresPerMinute 3/3"]);
    expect(line.inferenceFailed()).toEqual([]);
    expect(line.timer(120_000)).toEqual([]);
  });
  it("one is enough where the limit is one", () => {
    expect(started({ healthyMs: 1, maxInferenceFailuresPerMinute: 1 }).inferenceFailed()).toHaveLength(1);
  });
});

describe("a bar that comes after its moment has closed", () => {
  const refused = ["refused data.lateBar 2500/2000"];
  const late = (line: RiskLine): string[] => line.account(0, line.equityUsdt, false, 2500);

  it("lets nobody enter, until the account is told of a moment, a fill or a payment", () => {
    for (const next of [(line: RiskLine) => line.bar(), (line: RiskLine) => line.account()]) {
      const line = started({});
      expect(line.enter(1)).toEqual(["approved enter"]);
      expect(late(line)).toEqual([]);
      expect([line.enter(1), line.ask("scaleIn")]).toEqual([refused, refused]);
      next(line);
      expect(line.enter(1)).toEqual(["approved enter"]);
    }
  });
  it("lets leave, reduce and protect", () => {
    const line = started({});
    line.enter(10);
    line.fill("buy", 10);
    late(line);
    expect(line.ask("moveStop", { stopTicks: 996 as never })).toEqual(["approved moveStop"]);
    expect(line.ask("reduce", { qtyLots: 1 as never })).toEqual(["approved reduce"]);
    expect(line.ask("exit")).toEqual(["approved exit"]);
  });
  it("is no cause, and what it refuses does not count as an entry that was wanted", () => {
    const line = new RiskLine(limitsOf({ day: { maxEntries: 1 } }));
    line.bar({ at: 1 });
    line.enter(1);
    late(line);
    expect(line.enter(1)).toEqual(refused);
  });
  it("judges neither equity nor health", () => {
    const line = new RiskLine(
      limitsOf({ data: DEFAULT_LIMITS.data, day: { maxLossFraction: 0.02 }, system: { maxDrawdownFraction: 0.05 } }),
    );
    line.bar({ at: 1 });
    line.gap(1);
    line.nowMs += 60_000;
    expect(line.account(0, 5_000, false, 2500)).toEqual([]);
    expect(line.bar({ equity: 5_000 })).toHaveLength(3);
  });
});

it("several causes clear each by its own time", () => {
  const line = started();
  line.gap(1);
  line.timer(30_000);
  line.stream("a", "stale");
  line.stream("a", "connected");
  expect(line.timer(30_000)).toEqual(["REDUCING -data.gap 1/0"]);
  expect(line.timer(30_000)).toEqual(["ACTIVE -data.stream 1/0"]);
});

it("switched off, nothing is a cause", () => {
  const line = started({ healthyMs: null, maxInferenceFailuresPerMinute: 3 });
  const said = [
    line.gap(3),
    line.stream("a", "stale"),
    line.stream("a", "connected"),
    line.bookBroke(),
    ...[1, 2, 3, 4].map(() => line.inferenceFailed()),
  ];
  expect(said.flat()).toEqual([]);
  const noInference = started({ healthyMs: 60_000, maxInferenceFailuresPerMinute: null });
  expect([1, 2, 3, 4].flatMap(() => noInference.inferenceFailed())).toEqual([]);
});
