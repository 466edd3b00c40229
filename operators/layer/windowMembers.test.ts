import { from } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { describe, expect, it } from "vitest";
import { patternModule } from "../../models/pattern/patternModule.ts";
import type { PatternModule } from "../../models/pattern/patternModule.ts";
import type { Registry } from "../../models/serving.ts";
import { signalModule } from "../../models/signal/signalModule.ts";
import type { SignalModule } from "../../models/signal/signalModule.ts";
import type { WindowMember } from "../../models/windowMember.ts";
import { BARRIER } from "../../src/domain/item.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { Bar } from "../../src/domain/kline.ts";
import { instrumentIndex, NO_INSTRUMENT } from "../../src/domain/units.ts";
import { bar, BTC, featureRowOf, funding, gapOf, patternOf, regimeOf } from "../../test/items.ts";
import { featureSet } from "../features/featureSet.ts";
import type { Layers } from "../layers.ts";
import { pattern } from "../pattern.ts";
import { signal } from "../signal.ts";

const column = (name: string) => ({ name, formula: "f", unit: "1", source: "s", warmUpBars: 1 });
const SET = featureSet({
  families: [{ name: "two", columns: [column("first"), column("second")], init: () => null, bar: () => undefined }],
  events: [],
  timeframesMs: [],
});
const REGIME = [0.1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1];

const RULE3: SignalModule = signalModule(() => ({
  name: "rule3",
  warmUpBars: 0,
  onGap: "keep",
  init: () => null,
  decide: () => undefined,
}))({});
const RULE2: PatternModule = patternModule(() => ({
  ...{ name: "rule2", features: [], embedding: ["one"], onGap: "keep", init: () => null },
  decide: (_, __, out) => (out.set([0.1, 0.2, 9]), true),
}))({});

/** A member that answers the same numbers to every row, and what it was asked. */
const answering = (numbers: readonly number[], more: Partial<WindowMember> = {}): WindowMember & { readonly inputs: number[][] } => {
  const inputs: number[][] = [];
  return {
    ...{ name: "member", window: 1, features: ["second"], beliefs: [], inputs },
    infer: (input, rows, out) => {
      inputs.push(Array.from(input));
      for (let row = 0; row < rows; row += 1) out.set(numbers, row * numbers.length);
      return "ok";
    },
    ...more,
  };
};
const layersOf = (of: Partial<Registry>, serving: Layers["serving"]): Layers => ({
  ...{ instruments: [BTC], set: SET, regime: true, embedding: 1, serving: serving ?? {} },
  registry: { regime: [], pattern: [], signal: [], position: [], ...of },
});
const L3 = (member: WindowMember, more: Partial<Registry> = {}) =>
  signal(layersOf({ ...more, signal: [RULE3, member] }, { signal: member.name }), RULE3, [member]);
const L2 = (member: WindowMember) =>
  pattern({ ...layersOf({ pattern: [RULE2, member] }, { pattern: member.name }), embedding: null }, RULE2, [member]);

const GOOD3 = [0.5, 0.25, 0.25, 0.001, NaN, 0.6];
const spoken = (operator: OperatorFunction<Item, Item>, items: readonly Item[]): string[] => {
  const words: string[] = [];
  let thrown: unknown;
  from(items)
    .pipe(operator)
    .subscribe({
      next: (item) => {
        if (item.kind === Kind.inferenceFailure) words.push(`failed ${item.reason}`);
        if (item.kind === Kind.signal) words.push(`${item.member} ${item.pLong} ${item.netLong} ${item.confidence}${item.fallback}`);
        if (item.kind === Kind.pattern && item.member !== "test")
          words.push(`${item.member} ${[...item.values.subarray(item.row * 3, item.row * 3 + 3)].join()}`);
      },
      error: (error: unknown) => {
        thrown = error;
      },
    });
  if (thrown !== undefined) throw thrown as Error;
  return words;
};
/** A bar with all that stands before L3; L2 may be not ready, or not its named member's. */
const whole = (at: number, said: readonly number[], ready = true, fallback = ""): Item[] => [
  bar({ at }),
  featureRowOf({ at }, [at, 10 * at]),
  regimeOf({ at }, REGIME),
  { ...patternOf({ at }, said, ready), fallback },
];

describe("what a window member of L3 is given", () => {
  it("is its features, then the beliefs that it names in the order in which it names them, oldest bar first", () => {
    const member = answering(GOOD3, { window: 2, features: ["second", "first"], beliefs: ["pattern", "regime"] });
    spoken(L3(member), [...whole(1, [0.3, 0.4, 5]), ...whole(2, [NaN, NaN, NaN], false), ...whole(3, [0.5, 0.1, 7]), BARRIER]);
    const rows = [
      [10, 1, 0.3, 0.4, 5, ...REGIME],
      // L2 was not ready: zeros.
      [20, 2, 0, 0, 0, ...REGIME],
      [30, 3, 0.5, 0.1, 7, ...REGIME],
    ] as const;
    expect(member.inputs).toEqual([[...rows[0], ...rows[1], ...rows[1], ...rows[2]]]);
  });

  it("falls back where L2 did, if it names a member of L2, and not otherwise", () => {
    const items = [...whole(1, [0.3, 0.4, 5], true, "late"), BARRIER];
    const l2 = { pattern: [{ name: "net@1" }] };
    expect(spoken(L3(answering(GOOD3, { upstreams: { pattern: "net@1" } }), l2), items)).toEqual(["rule3 0 NaN NaNupstream fell back"]);
    expect(spoken(L3(answering(GOOD3), l2), items)).toEqual(["member 0.5 0.001 0.6"]);
  });
});

describe("a window over beliefs", () => {
  const swapTo = (pattern: string): Item => ({
    ...{ ...funding({ at: 2 }), kind: Kind.command, instrument: NO_INSTRUMENT },
    ...{ command: "swapModel", id: "", by: "", reason: "", argument: JSON.stringify({ pattern }) },
  });
  const items = (swap: Item): Item[] => [
    ...[1, 2].flatMap((at) => [...whole(at, [0.3, 0.4, 5]), BARRIER]),
    swap,
    ...[3, 4, 5].flatMap((at) => [...whole(at, [0.5, 0.1, 7]), BARRIER]),
  ];
  const l2 = { pattern: [{ name: "old" }, { name: "new" }] };
  const reasons = (member: WindowMember, swap: Item): string[] =>
    spoken(L3(member, l2), items(swap)).map((word) => (word.endsWith("window not full") ? "not full" : (word.split(" ")[0] as string)));

  it("holds one member's only: behind a swap of the layer that it reads it is not full for as many bars", () => {
    const member = answering(GOOD3, { window: 2, beliefs: ["pattern"] });
    expect(reasons(member, swapTo("new"))).toEqual(["not full", "member", "not full", "member", "member"]);
    expect(member.inputs).toEqual([
      [10, 0.3, 0.4, 5, 20, 0.3, 0.4, 5],
      [30, 0.5, 0.1, 7, 40, 0.5, 0.1, 7],
      [40, 0.5, 0.1, 7, 50, 0.5, 0.1, 7],
    ]);
  });

  it("stays full where another layer is swapped, where the same member goes on, and where no beliefs are read", () => {
    const full = ["not full", "member", "member", "member", "member"];
    expect(reasons(answering(GOOD3, { window: 2, beliefs: ["regime"] }), swapTo("new"))).toEqual(full);
    expect(reasons(answering(GOOD3, { window: 2, beliefs: ["pattern"] }), swapTo("old"))).toEqual(full);
    expect(reasons(answering(GOOD3, { window: 2 }), swapTo("new"))).toEqual(full);
  });
});

describe("a window over beliefs of a canary", () => {
  const swapTo = (pattern: string): Item => ({
    ...{ ...funding({ at: 2 }), kind: Kind.command, instrument: NO_INSTRUMENT },
    ...{ command: "swapModel", id: "", by: "", reason: "", argument: JSON.stringify({ pattern }) },
  });
  const bars = (...ats: number[]): Item[] => ats.flatMap((at) => [...whole(at, [0.3, 0.4, 5]), BARRIER]);
  const of = { pattern: [{ name: "old" }, { name: "new" }] };
  const reasons = (canary: number, ...swaps: Item[]): string[] => {
    const member = answering(GOOD3, { window: 2, beliefs: ["pattern"] });
    const canaries = [{ instrument: instrumentIndex(canary), members: { pattern: "new" } }];
    const layers = { ...layersOf({ ...of, signal: [RULE3, member] }, { signal: member.name }), canaries };
    const items = [...bars(1, 2), ...swaps.slice(0, 1), ...bars(3, 4), ...swaps.slice(1), ...bars(5, 6)];
    return spoken(signal(layers, RULE3, [member]), items).map((word) => (word.endsWith("window not full") ? "-" : "+"));
  };

  it("begins anew where a swap ends the canary, and not at later swaps that change nobody", () => {
    expect(reasons(0, swapTo("old"), swapTo("old")).join("")).toBe("-+-+++");
  });
  it("goes on for symbols that had none", () => {
    expect(reasons(1, swapTo("old"), swapTo("old")).join("")).toBe("-+++++");
  });
});

describe("a window member that reads its own layer's rule", () => {
  /** Says the bar's number in ten; not ready at bar 3, and leaves its confidence out at bar 5. */
  const saying: SignalModule = signalModule(() => ({
    ...{ name: "saying", warmUpBars: 0, onGap: "keep", init: () => null, features: ["first"] },
    decide: (_, __, out, { x }) => {
      out.pLong = (x[0] as number) / 10;
      out.pNeutral = 1 - out.pLong;
      out.netLong = 0.001;
      out.netShort = -0.001;
      out.confidence = x[0] === 5 ? NaN : 0.5;
    },
  }))({});
  const items = (ats: readonly number[]): Item[] => [
    ...ats.flatMap((at) => [bar({ at }), featureRowOf({ at }, [at === 3 ? NaN : at, 10 * at]), BARRIER]),
  ];
  const l3 = (member: WindowMember) =>
    signal({ ...layersOf({ signal: [saying, member] }, { signal: "member" }), regime: false, embedding: null }, saying, [member]);

  it("is given what the rule says of the same bar, last of all, and of each bar of its window", () => {
    const member = answering(GOOD3, { rule: true, window: 2 });
    expect(spoken(l3(member), items([1, 2]))).toEqual(["saying 0.1 0.001 0.5window not full", "member 0.5 0.001 0.6"]);
    expect(member.inputs).toEqual([[10, 0.1, 0, 0.9, 0.001, -0.001, 0.5, 20, 0.2, 0, 0.8, 0.001, -0.001, 0.5]]);
  });

  it("falls back where the rule is not ready, or leaves a number out, anywhere in its window", () => {
    const member = answering(GOOD3, { rule: true });
    expect(spoken(l3(member), items([1, 2, 3, 4, 5, 6]))).toEqual([
      ...["member 0.5 0.001 0.6", "member 0.5 0.001 0.6", "saying 0 NaN NaNrule not ready"],
      ...["member 0.5 0.001 0.6", "saying 0.5 0.001 NaNrule not ready", "member 0.5 0.001 0.6"],
    ]);
    const twice = answering(GOOD3, { rule: true, window: 2 });
    expect(spoken(l3(twice), items([4, 5, 6, 7])).map((word) => word.split("rule ")[1] ?? "")).toEqual(["", "not ready", "not ready", ""]);
  });

  it("needs no other number", () => {
    const member = answering(GOOD3, { rule: true, features: [] });
    spoken(l3(member), items([1]));
    expect(member.inputs).toEqual([[0.1, 0, 0.9, 0.001, -0.001, 0.5]]);
  });
});

describe("an answer that can be no belief", () => {
  it.each([
    ["probabilities that do not sum to 1", [0.5, 0.5, 0.5, NaN, NaN, NaN], "invalid"],
    ["a confidence above 1", [0.5, 0.25, 0.25, NaN, NaN, 1.5], "invalid"],
    ["an infinite net return", [0.5, 0.25, 0.25, Infinity, NaN, NaN], "notFinite"],
    ["a probability that is NaN", [NaN, 0.5, 0.5, NaN, NaN, NaN], "notFinite"],
  ])("of L3: %s", (_, numbers, reason) => {
    expect(spoken(L3(answering(numbers)), [...whole(1, [0.3, 0.4, 5]), BARRIER])).toEqual([`failed ${reason}`, `rule3 0 NaN NaN${reason}`]);
  });

  it.each([
    ["P(up) and P(down) above 1", [0.9, 0.9, 1], "invalid"],
    ["an embedding that is infinite", [0.1, 0.1, Infinity], "notFinite"],
  ])("of L2: %s", (_, numbers, reason) => {
    const items = whole(1, []).slice(0, 3);
    expect(spoken(L2(answering(numbers, { embedding: ["one"] })), [...items, BARRIER])).toEqual([`failed ${reason}`, "rule2 0.1,0.2,9"]);
  });

  it("numbers that were not filled are none", () => {
    expect(spoken(L3(answering(GOOD3, { infer: () => "ok" })), [...whole(1, [0.3, 0.4, 5]), BARRIER])[0]).toBe("failed notFinite");
  });

  it.each([
    ["an outcome that there is not", { infer: () => "fine" as "ok" }, /member member ended an inference with fine/],
    [
      "fewer reasons than rows",
      { infer: (_: unknown, __: unknown, ___: unknown, unready: string[]) => (unready.pop(), "ok" as const) },
      /0 reasons/,
    ],
  ])("%s ends the run", (_, more, message) => {
    expect(() => spoken(L3(answering(GOOD3, more)), [...whole(1, [0.3, 0.4, 5]), BARRIER])).toThrow(message);
  });

  it("a member of L2 whose embedding has another length is refused at the start", () => {
    const member = answering([0.1, 0.2], { embedding: [] });
    expect(() => L2(member)).toThrow(/^pattern member member has an embedding of 0 numbers, rule2 one of 1/);
  });
});

describe("a muted step member", () => {
  it("sees gaps and longer bars as the one that serves does", () => {
    const seen: string[] = [];
    const watching = (name: string, onGap: "reset" | "keep"): SignalModule => ({
      ...signalModule<{ bars: number; hours: number }>(() => ({
        ...{ name, warmUpBars: 0, onGap, init: () => ({ bars: 0, hours: 0 }) },
        longerBar: (state) => void (state.hours += 1),
        decide: (state) => void seen.push(`${name} ${(state.bars += 1)} ${state.hours}`),
      }))({}),
    });
    const [rule, muted] = [watching("rule", "keep"), watching("muted", "reset")];
    const layers: Layers = { instruments: [BTC], set: null, regime: false, embedding: null };
    const hour = new Bar(bar({ at: 1 }).block, 0, 0, false, 60);
    spoken(signal(layers, rule, [muted]), [hour, bar({ at: 1 }), gapOf({ at: 3 }), bar({ at: 3 })]);
    expect(seen).toEqual(["rule 1 1", "muted 1 1", "rule 2 1", "muted 1 0"]);
  });
});
