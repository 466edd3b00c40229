import fc from "fast-check";
import { from, pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { regimeModule } from "../../models/regime/regimeModule.ts";
import type { RegimeModule } from "../../models/regime/regimeModule.ts";
import type { Registry } from "../../models/serving.ts";
import { signalModule } from "../../models/signal/signalModule.ts";
import type { SignalModule } from "../../models/signal/signalModule.ts";
import type { InferenceOutcome, WindowMember } from "../../models/windowMember.ts";
import type { Command, InferenceFailure } from "../../src/domain/event.ts";
import { InferenceFailures } from "../../src/domain/inferenceFailures.ts";
import { BARRIER } from "../../src/domain/item.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { instrumentIndex, NO_INSTRUMENT } from "../../src/domain/units.ts";
import { bar, BTC, ETH, featureRowOf, funding, gapOf, T0 } from "../../test/items.ts";
import { operatorCases, through } from "../../test/operatorCases.ts";
import { featureSet } from "../features/featureSet.ts";
import type { Layers } from "../layers.ts";
import { regime } from "../regime.ts";
import { signal } from "../signal.ts";
import { BATCH_ROWS_MAX } from "./batch.ts";

const column = (name: string) => ({ name, formula: "f", unit: "1", source: "s", warmUpBars: 1 });
const SET = featureSet({
  families: [{ name: "two", columns: [column("minute"), column("other")], init: () => null, bar: () => undefined }],
  events: [],
  timeframesMs: [],
});

/** The bar of a minute and its features: the minute, and 100 × the instrument. */
const step = (at: number, instrument = 0, values: readonly number[] = [at, 100 * instrument]): [Item, Item] => [
  bar({ at, instrument }),
  featureRowOf({ at, instrument }, values),
];
const swap = (at: number, argument: object | string): Command => ({
  ...{ ...funding({ at }), kind: Kind.command, instrument: NO_INSTRUMENT },
  ...{ command: "swapModel", id: "", by: "", reason: "", argument: typeof argument === "string" ? argument : JSON.stringify(argument) },
});

/** Counts the bars that it has seen: state `bars` mod 7 is certain. Ready from its second bar on. */
const counting = (name: string, more: Partial<RegimeModule> = {}): RegimeModule => ({
  ...regimeModule<{ bars: number }>(() => ({
    name,
    features: [],
    onGap: "reset",
    init: () => ({ bars: 0 }),
    decide: (state, _, out) => {
      state.bars += 1;
      out.fill(0);
      out[state.bars % 7] = 1;
      return state.bars > 1;
    },
  }))({}),
  ...more,
});

/** P of the first state: the window's minutes added up, in thousandths; of the second the instrument's number. */
class Summing implements WindowMember {
  readonly features = ["minute", "other"];
  readonly beliefs = [];
  readonly inputs: number[][] = [];
  fails: InferenceOutcome = "ok";
  readonly name: string;
  readonly window: number;
  constructor(name = "sum@1", window = 3) {
    this.name = name;
    this.window = window;
  }
  infer(input: Float64Array, rows: number, out: Float64Array, unready: string[]): InferenceOutcome {
    this.inputs.push(Array.from(input));
    if (this.fails !== "ok") return this.fails;
    const { window } = this;
    for (let row = 0; row < rows; row += 1) {
      let sum = 0;
      for (let k = 0; k < window; k += 1) sum += input[(row * window + k) * 2] as number;
      const last = input[(row * window + window - 1) * 2] as number;
      if (last === 13) unready[row] = "mask_funding";
      out.fill(0, row * 7, row * 7 + 7);
      out[row * 7] = last === 66 ? Infinity : sum / 1000;
      out[row * 7 + 1] = (input[(row * window + window - 1) * 2 + 1] as number) / 1000;
      out[row * 7 + 2] = last === 77 ? 5 : 1 - (out[row * 7] as number) - (out[row * 7 + 1] as number);
    }
    return "ok";
  }
}

const registry = (l1: Registry["regime"], l3: Registry["signal"] = []): Registry => ({ regime: l1, pattern: [], signal: l3, position: [] });
const layers = (more: Partial<Layers> = {}): Layers => ({ instruments: [BTC, ETH], set: SET, regime: false, embedding: null, ...more });
/** L1 with the rule and other members, of whom `serving` speaks at the start. */
const l1 = (others: readonly (RegimeModule | WindowMember)[], serving?: string, more: Partial<Layers> = {}) => {
  const rule = counting("rule");
  const members = { registry: registry([rule, ...others]), ...(serving === undefined ? {} : { serving: { regime: serving } }) };
  return regime(layers({ ...members, ...more }), rule, others);
};

/** Every item as a word; a belief with its member and what kept others from speaking. */
const spoken = (operator: ReturnType<typeof l1>, items: readonly Item[]): string[] => {
  const words: string[] = [];
  from(items)
    .pipe(operator)
    .subscribe((item) => {
      if (item.kind === Kind.regime) {
        const p = Array.from(item.values.subarray(item.row * 7, item.row * 7 + 7), (value) => Math.round(value * 1000));
        const most = item.member === "rule" || item.member === "other" ? `s${p.indexOf(1000)}` : p.slice(0, 2).join("/");
        words.push(
          `${item.instrument}#${item.seq} ${item.member} ${item.ready ? most : `(${item.reason})`}${item.fallback && ` < ${item.fallback}`}`,
        );
      } else if (item.kind === Kind.signal)
        words.push(`${item.instrument}#${item.seq} L3 ${item.member} ${item.pLong}${item.fallback && ` < ${item.fallback}`}`);
      else if (item.kind === Kind.inferenceFailure) words.push(`${item.instrument}#${item.seq} failed ${item.reason}`);
      else if (item.kind === Kind.funding) words.push(`funding#${item.seq}`);
      else if (item.kind === Kind.barrier) words.push("barrier");
    });
  return words;
};
const beliefs = (words: readonly string[]): string[] => words.filter((word) => word !== "barrier");

const certain = (state: number): string => Array.from({ length: 7 }, (_, i) => (i === state ? 1 : 0)).join(" ");
const NAN = Array.from({ length: 7 }, () => "NaN").join(" ");
const shown = (at: number, instrument = 0): string => `bar${instrument} #${at} 1m base m${at} 100/100/100/100 v1 n1`;
const told = (at: number, sum: number): string => `regime0 #${at} m${at + 1} ${sum / 1000} 0 ${1 - sum / 1000} 0 0 0 0`;

describe("a window member", () => {
  operatorCases({
    operator: () => l1([new Summing()], "sum@1"),
    holds: true,
    rows: [
      ...step(1).map((item, i) => [item, i === 0 ? [shown(1)] : ["row0 #1 m1", `regime0 #1 m2 not ready ${NAN}`]] as const),
      ...step(2).map((item, i) => [item, i === 0 ? [shown(2)] : ["row0 #2 m2", `regime0 #2 m3 ${certain(2)}`]] as const),
      [BARRIER, ["barrier"]],
      // The first bar with a whole window: from here on everything is held.
      ...step(3).map((item, i) => [item, i === 0 ? [shown(3)] : ["row0 #3 m3"]] as const),
      [funding({ at: 4 }), []],
      ...step(4).map((item) => [item, []] as const),
      [BARRIER, [told(3, 6), "funding0 #4 rate=0.0001 intervalHours=8 markPrice=NaN", shown(4), "row0 #4 m4", told(4, 9), "barrier"]],
      [gapOf({ at: 7 }), ["gap0 #7 m6..m7 1"]],
      ...step(7).map((item, i) => [item, i === 0 ? [shown(7)] : ["row0 #7 m7", `regime0 #7 m8 not ready ${NAN}`]] as const),
    ],
    throws: {
      operator: () => l1([{ ...counting("other"), decide: (_, { seq }) => seq === 2 && bang() }]),
      items: [...step(1), ...step(2)],
      name: "regime",
      message: "no such feature",
    },
  });

  it("is asked once a burst, with whole windows, oldest bar first", () => {
    const member = new Summing();
    spoken(l1([member], "sum@1"), [...step(1), ...step(2), BARRIER, ...step(3), ...step(4), BARRIER, BARRIER, ...step(5), BARRIER]);
    expect(member.inputs).toEqual([
      [1, 0, 2, 0, 3, 0, 2, 0, 3, 0, 4, 0],
      [3, 0, 4, 0, 5, 0],
    ]);
  });

  it("is not asked while its window is not full or holds an unknown feature: the rule speaks, which sees every bar", () => {
    const items = [...step(1), ...step(2), ...step(3), ...step(4, 0, [NaN, 0]), ...step(5), ...step(6), ...step(7), BARRIER];
    expect(beliefs(spoken(l1([new Summing()], "sum@1"), items))).toEqual([
      "0#1 rule (warm-up) < window not full",
      "0#2 rule s2 < window not full",
      "0#3 sum@1 6/0",
      "0#4 rule s4 < unknown feature",
      "0#5 rule s5 < unknown feature",
      "0#6 rule s6 < unknown feature",
      "0#7 sum@1 18/0",
    ]);
  });

  it("starts its window anew behind a gap", () => {
    const items = [...step(1), ...step(2), ...step(3), gapOf({ at: 5 }), ...step(5), ...step(6), ...step(7), BARRIER];
    expect(beliefs(spoken(l1([new Summing()], "sum@1"), items)).slice(2)).toEqual([
      "0#3 sum@1 6/0",
      "0#5 rule (warm-up) < window not full",
      "0#6 rule s2 < window not full",
      "0#7 sum@1 18/0",
    ]);
  });

  it("says itself where it cannot speak, and the rule speaks", () => {
    const items = [...step(11), ...step(12), ...step(13), ...step(14), BARRIER];
    expect(beliefs(spoken(l1([new Summing("sum@1", 1)], "sum@1"), items))).toEqual([
      "0#11 sum@1 11/0",
      "0#12 sum@1 12/0",
      "0#13 rule s3 < mask_funding",
      "0#14 sum@1 14/0",
    ]);
  });

  it.each(["late", "crashed"] as const)(
    "%s: a failure and the rule's belief behind each bar of the batch; the next is asked again",
    (fails) => {
      const member = new Summing("sum@1", 1);
      const words: string[] = [];
      member.fails = fails;
      const items = [...step(1), ...step(2), funding({ at: 2 }), ...step(3, 1), BARRIER];
      from([...items, ...step(4), BARRIER])
        .pipe(l1([member], "sum@1"))
        .subscribe((item) => {
          if (item.kind === Kind.barrier) member.fails = "ok";
          if (item.kind === Kind.inferenceFailure) words.push(`failed ${item.instrument}#${item.seq} ${(item.barTimeMs - T0) / 60_000}`);
          if (item.kind === Kind.regime) words.push(`${item.member} ${item.instrument}#${item.seq} ${item.fallback}`);
        });
      expect(words).toEqual([
        ...["failed 0#1 1", `rule 0#1 ${fails}`, "failed 0#2 2", `rule 0#2 ${fails}`],
        ...["failed 1#3 3", `rule 1#3 ${fails}`, "sum@1 0#4 "],
      ]);
    },
  );

  it("fails the bar alone whose numbers are not finite, or can be no belief", () => {
    const items = [...step(1), ...step(66), ...step(77), ...step(78), BARRIER];
    expect(beliefs(spoken(l1([new Summing("sum@1", 1)], "sum@1"), items))).toEqual([
      "0#1 sum@1 1/0",
      ...["0#66 failed notFinite", "0#66 rule s2 < notFinite", "0#77 failed invalid", "0#77 rule s3 < invalid"],
      "0#78 sum@1 78/0",
    ]);
  });

  it("is asked about so many rows as it likes at once, and the line is the same", () => {
    const member = Object.assign(new Summing("sum@1", 1), { batchRows: 2 });
    const items = [...[1, 2, 3, 4, 5].flatMap((at) => [...step(at), funding({ at })]), BARRIER];
    expect(spoken(l1([member], "sum@1"), items)).toEqual(spoken(l1([new Summing("sum@1", 1)], "sum@1"), items));
    expect(member.inputs.map(({ length }) => length / 2)).toEqual([2, 2, 1]);
  });

  it("holds a bounded batch: a full one goes before its barrier, and the line is the same", () => {
    const count = BATCH_ROWS_MAX + 100;
    const member = new Summing("sum@1", 2);
    const items = [...Array.from({ length: count }, (_, at) => step(at / 10_000)).flat(), BARRIER];
    expect(spoken(l1([member], "sum@1"), items)).toHaveLength(count + 1);
    expect(member.inputs.map(({ length }) => length / 4)).toEqual([BATCH_ROWS_MAX, 99]);
  });

  it.each([
    ["a feature that is not there", { features: ["minut"] }, /^regime member odd: there is no feature minut \(did you mean minute\?\)$/],
    [
      "a layer that is not before it",
      { beliefs: ["pattern"] },
      /^regime member odd reads what the pattern layer says, and the line has no such/,
    ],
    ["nothing", { features: [] }, /^regime member odd reads nothing/],
    ["a window of no bar", { window: 0 }, /^regime member odd has a window of 0 bars/],
  ] as const)("is refused at the start where it reads %s", (_, more, message) => {
    const member: WindowMember = { name: "odd", window: 1, features: ["minute"], beliefs: [], infer: () => "ok", ...more };
    expect(() => l1([member])).toThrow(message);
  });
});

describe("failures of a journal", () => {
  const failures = (...events: readonly Pick<InferenceFailure, "layer" | "instrument" | "barTimeMs" | "reason">[]): InferenceFailures => {
    const index = new InferenceFailures();
    for (const event of events) index.add({ ...funding({ at: 0 }), kind: Kind.inferenceFailure, ...event });
    return index;
  };
  const late = (at: number, layer = "regime") =>
    ({ layer, instrument: instrumentIndex(0), barTimeMs: T0 + at * 60_000, reason: "late" }) as const;

  it.each([1, 2, 3, 8])("the row is not asked, in bursts of %s bars", (bars) => {
    const member = new Summing();
    const items: Item[] = [];
    for (let at = 1; at <= 8; at += 1) items.push(...step(at), ...(at % bars === 0 ? [BARRIER] : []));
    const words = beliefs(spoken(l1([member], "sum@1", { failures: failures(late(4), late(5, "signal"), late(99)) }), [...items, BARRIER]));
    expect(words.slice(2, 7)).toEqual(["0#3 sum@1 6/0", "0#4 failed late", "0#4 rule s4 < late", "0#5 sum@1 12/0", "0#6 sum@1 15/0"]);
    expect(member.inputs.flat()).toHaveLength(5 * 6);
  });

  it("the line is that of the run that failed, wherever its bursts end (property)", () => {
    const word = fc.constantFrom("step", "step", "step", "barrier", "gap", "funding");
    const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 40 }),
        fc.array(fc.boolean(), { minLength: 1, maxLength: 5 }),
        cuts,
        (words, fails, sizes) => {
          const made = words.map((each, at): Item[] =>
            each === "step"
              ? step(at, at % 2)
              : each === "gap"
                ? [gapOf({ at, instrument: at % 2 })]
                : each === "funding"
                  ? [funding({ at })]
                  : [],
          );
          const live = made.flatMap((items, at) => (words[at] === "barrier" ? [BARRIER as Item] : items));
          const flaky = new Summing();
          let calls = 0;
          const member: WindowMember = {
            ...{ name: flaky.name, window: 3, features: flaky.features, beliefs: [] },
            infer: (...call) => {
              flaky.fails = fails[(calls += 1) % fails.length] === true ? "late" : "ok";
              return flaky.infer(...call);
            },
          };
          const journal = new InferenceFailures();
          const first: string[] = [];
          from([...live, BARRIER])
            .pipe(l1([member], "sum@1"))
            .subscribe((item) => {
              if (item.kind === Kind.inferenceFailure) journal.add(item);
            });
          calls = 0;
          first.push(...beliefs(spoken(l1([member], "sum@1"), [...live, BARRIER])));
          let [left, size] = [sizes[0] as number, 0];
          const replayed = made.flat().flatMap((item): Item[] => {
            if ((left -= 1) > 0) return [item];
            left = sizes[(size += 1) % sizes.length] as number;
            return [item, BARRIER];
          });
          const again = beliefs(spoken(l1([new Summing()], "sum@1", { failures: journal }), [...replayed, BARRIER]));
          expect(again).toEqual(first);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("a swap", () => {
  it("comes between two bars, and finds a step member that has run muted since the start", () => {
    const items = [...step(1), ...step(2), swap(2, { regime: "other" }), ...step(3), swap(3, { regime: "rule" }), ...step(4)];
    expect(spoken(l1([counting("other", { onGap: "keep" })]), items)).toEqual([
      "0#1 rule (warm-up)",
      "0#2 rule s2",
      "0#3 other s3",
      "0#4 rule s4",
    ]);
  });

  it("finds the window of a window member full, and asks the one before it for the bars before it", () => {
    const [first, second] = [new Summing("a", 2), new Summing("b", 1)];
    const items = [...step(1), ...step(2), swap(2, { regime: "a" }), ...step(3), swap(3, { regime: "b" }), ...step(4), BARRIER];
    expect(beliefs(spoken(l1([first, second]), items))).toEqual(["0#1 rule (warm-up)", "0#2 rule s2", "0#3 a 5/0", "0#4 b 4/0"]);
  });

  it("lets the rule speak while the member that serves is not ready", () => {
    const slow = counting("other", { decide: () => false });
    expect(spoken(l1([slow], "other"), [...step(1), ...step(2)])).toEqual(["0#1 rule (warm-up) < warm-up", "0#2 rule s2 < warm-up"]);
  });

  it.each([
    ["a name nobody has", { regime: "sum@2" }],
    ["a layer that there is not", { regimes: "sum@1" }],
    ["one good and one bad name", { regime: "sum@1", signal: "lgbm@9" }],
    ["no JSON", "regime=sum@1"],
  ])("that names %s changes nothing", (_, argument) => {
    const items = [...step(1), ...step(2), ...step(3), swap(3, argument), ...step(4), BARRIER];
    expect(beliefs(spoken(l1([new Summing()]), items)).at(-1)).toBe("0#4 rule s4");
  });

  it("alternates 1,000 times: each bar is the member's that the line names, in bursts of 1, 7 and 4096", () => {
    const names = ["a", "b", "rule", "other"];
    const events: Item[] = [];
    for (let at = 0; at < 1000; at += 1) events.push(...step(at / 10_000), swap(at / 10_000, { regime: names[at % 4] as string }));
    const words = (burst: number) => {
      const items = events.flatMap((item, i) => ((i + 1) % burst === 0 ? [item, BARRIER] : [item]));
      return beliefs(spoken(l1([new Summing("a", 1), new Summing("b", 1), counting("other")]), [...items, BARRIER]));
    };
    const whole = words(4096);
    expect(whole).toHaveLength(1000);
    expect(whole.slice(1).every((word, i) => word.split(" ")[1] === names[i % 4])).toBe(true);
    expect(words(1)).toEqual(whole);
    expect(words(7)).toEqual(whole);
  });
});

describe("a member behind others", () => {
  const rule3 = signalModule(() => ({
    name: "rule3",
    warmUpBars: 0,
    onGap: "keep",
    layers: ["regime"],
    init: () => null,
    decide: (_, __, out, { regime: before }) => {
      out.pLong = before.probabilities[2] as number;
      out.pNeutral = 1 - out.pLong;
    },
  }))({});
  /** P(LONG): L1's probabilities of the first state over two bars, added up. */
  const behind = (upstreams: WindowMember["upstreams"] = {}): WindowMember & { readonly inputs: number[][] } => {
    const inputs: number[][] = [];
    return {
      ...{ name: "behind", window: 2, features: [], beliefs: ["regime"], upstreams, inputs },
      infer: (input, rows, out) => {
        inputs.push(Array.from(input, (value) => Math.round(value * 1000)));
        for (let row = 0; row < rows; row += 1) {
          const long = (input[row * 14] as number) + (input[row * 14 + 7] as number);
          out.set([long, 0, 1 - long, NaN, NaN, NaN], row * 6);
        }
        return "ok";
      },
    };
  };
  const both = (l1Members: readonly (RegimeModule | WindowMember)[], l3: WindowMember, serving: Layers["serving"]) => {
    const rule = counting("rule");
    const line = layers({
      regime: true,
      registry: registry([rule, ...l1Members], [rule3, l3]),
      ...(serving === undefined ? {} : { serving }),
    });
    return pipe(regime(line, rule, l1Members), signal(line, rule3, [l3]));
  };
  const L3 = (words: readonly string[]): string[] => words.filter((word) => word.includes("L3"));

  it("sees a window of the beliefs before it; one that was not ready is filled with zeros and does not silence it", () => {
    const l3 = behind();
    const words = spoken(both([new Summing("sum@1", 1)], l3, { signal: "behind" }), [...step(1), ...step(2), ...step(3), BARRIER]);
    expect(L3(words)).toEqual(["0#1 L3 rule3 0 < window not full", "0#2 L3 behind 0", "0#3 L3 behind 0"]);
    expect(l3.inputs).toEqual([[0, 0, 0, 0, 0, 0, 0, 0, 0, 1000, 0, 0, 0, 0, 0, 0, 1000, 0, 0, 0, 0, 0, 0, 0, 1000, 0, 0, 0]]);
  });

  it("falls back at the bars where the upstream that it names fell back, and only then", () => {
    const l3 = behind({ regime: "sum@1" });
    const items = [...step(11), ...step(12), ...step(13), ...step(14), BARRIER];
    const words = spoken(both([new Summing("sum@1", 1)], l3, { regime: "sum@1", signal: "behind" }), items);
    expect(L3(words)).toEqual([
      "0#11 L3 rule3 0.989 < window not full",
      `0#12 L3 behind ${11 / 1000 + 12 / 1000}`,
      "0#13 L3 rule3 0 < upstream fell back",
      // The rule's belief of minute 13 stands in the window.
      `0#14 L3 behind ${14 / 1000}`,
    ]);
  });

  it("a step member that names an upstream falls back with it too", () => {
    const step3: SignalModule = { ...rule3, name: "step3", upstreams: { regime: "sum@1" } };
    const rule = counting("rule");
    const sum = new Summing("sum@1", 1);
    const line = layers({ regime: true, registry: registry([rule, sum], [rule3, step3]), serving: { regime: "sum@1", signal: "step3" } });
    const items = [...step(11), ...step(12), ...step(13), ...step(14), BARRIER];
    const words = L3(spoken(pipe(regime(line, rule, [sum]), signal(line, rule3, [step3])), items));
    expect(words.map((word) => word.split(" ").slice(2, 3).join())).toEqual(["step3", "step3", "rule3", "step3"]);
    expect(words[2]).toContain("< upstream fell back");
  });

  it("is refused where other members serve than those that it names, by config and by swap", () => {
    const member = behind({ regime: "sum@1" });
    const sum = new Summing("sum@1", 1);
    expect(() => both([sum], member, { signal: "behind" })).toThrow(
      /^signal member behind stands behind regime member sum@1, and rule serves$/,
    );
    const items = (argument: object): Item[] => [...step(1), ...step(2), swap(2, argument), ...step(3), ...step(4), BARRIER];
    const last = (argument: object): string | undefined => L3(spoken(both([sum], member, undefined), items(argument))).at(-1);
    expect(last({ signal: "behind" })).toContain("rule3");
    expect(last({ regime: "sum@1", signal: "behind" })).toContain("behind");
    // One event names all layers that it changes: L1 cannot leave alone.
    const leaving = [...step(1), ...step(2), ...step(3), swap(3, { regime: "rule" }), ...step(4), BARRIER];
    const words = spoken(both([sum], member, { regime: "sum@1", signal: "behind" }), leaving);
    expect(words.filter((word) => word.startsWith("0#4"))).toEqual(["0#4 sum@1 4/0", "0#4 L3 behind 0.007"]);
  });
});

const bang = (): never => {
  throw new Error("no such feature");
};

it("two members of a layer cannot have one name", () => {
  expect(() => l1([counting("rule")])).toThrow(/^two members of the regime layer are called rule: give each a name of its own$/);
  expect(through(l1([]), [...step(1)])).toHaveLength(3);
});
