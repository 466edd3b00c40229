import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { regimeModule } from "../../models/regime/regimeModule.ts";
import type { RegimeModule } from "../../models/regime/regimeModule.ts";
import type { InferenceOutcome, WindowMember } from "../../models/windowMember.ts";
import type { Regime, Shadow } from "../../src/domain/derived.ts";
import type { Command } from "../../src/domain/event.ts";
import { BARRIER } from "../../src/domain/item.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { MINUTE_MS, NO_INSTRUMENT } from "../../src/domain/units.ts";
import { bar, BTC, ETH, featureRowOf, funding } from "../../test/items.ts";
import { featureSet } from "../features/featureSet.ts";
import type { Layers } from "../layers.ts";
import { regime } from "../regime.ts";

const SET = featureSet({
  families: [
    {
      name: "one",
      columns: [{ name: "minute", formula: "f", unit: "1", source: "s", warmUpBars: 1 }],
      init: () => null,
      bar: () => undefined,
    },
  ],
  events: [],
  timeframesMs: [],
});

/** Sure of the second state; ready from its second bar on. */
const RULE: RegimeModule = regimeModule<{ bars: number }>(() => ({
  ...{ name: "rule", features: [], onGap: "keep", init: () => ({ bars: 0 }) },
  decide: (state, _, out) => {
    out.fill(0);
    out[1] = 1;
    return (state.bars += 1) > 1;
  },
}))({});

/** Sure of one state, but for what it is asked at `oddMinute`. */
class Sure implements WindowMember {
  readonly features = ["minute"];
  readonly beliefs = [];
  asked = 0;
  readonly name: string;
  readonly window = 1;
  readonly upstreams = {};
  private readonly state: number;
  private readonly outcome: InferenceOutcome;
  private readonly oddMinute: number;
  constructor(name: string, state: number, outcome: InferenceOutcome = "ok", oddMinute = -1) {
    this.name = name;
    this.state = state;
    this.outcome = outcome;
    this.oddMinute = oddMinute;
  }
  infer(input: Float64Array, rows: number, out: Float64Array, unready: string[]): InferenceOutcome {
    this.asked += rows;
    out.fill(0);
    for (let row = 0; row < rows; row += 1) {
      out[row * 7 + this.state] = input[row] === this.oddMinute ? NaN : 1;
      if (input[row] === this.oddMinute + 1) unready[row] = "mask_funding";
    }
    return this.outcome;
  }
}

const EVERY = 3 * MINUTE_MS;
const layers = (members: readonly { readonly name: string }[], more: Partial<Layers>): Layers => ({
  ...{ instruments: [BTC, ETH], set: SET, regime: false, embedding: null },
  registry: { regime: [RULE, ...members], pattern: [], signal: [], position: [] },
  ...more,
});
const through = (members: readonly WindowMember[], more: Partial<Layers>, items: readonly Item[]): Item[] => {
  const out: Item[] = [];
  from(items)
    .pipe(regime(layers(members, more), RULE, members))
    .subscribe((item) => out.push(item));
  return out;
};
const minutes = (count: number, burst: number, instruments: readonly number[] = [0], between: readonly Item[] = []): Item[] =>
  Array.from({ length: count }, (_, i) => i + 1).flatMap((at) => [
    ...instruments.flatMap((instrument) => [bar({ at, instrument }), featureRowOf({ at, instrument }, [at])]),
    ...(at % burst === 0 || at === count ? [BARRIER] : []),
    ...(at === count >> 1 ? between : []),
  ]);
const swap = (at: number, regime: string): Command => ({
  ...{ ...funding({ at }), kind: Kind.command, instrument: NO_INSTRUMENT },
  ...{ command: "swapModel", id: "", by: "", reason: "", argument: JSON.stringify({ regime }) },
});

const shadowsIn = (items: readonly Item[]): Shadow[] => items.filter((item): item is Shadow => item.kind === Kind.shadow);
const beliefsIn = (items: readonly Item[]): Regime[] => items.filter((item): item is Regime => item.kind === Kind.regime);
/** By compared member, the state that it is sure of, and `*` where it did not say that itself. */
const saidIn = ({ values, width, own }: Shadow): string[] =>
  Array.from(own, (self, i) => `${values.subarray(i * width, (i + 1) * width).indexOf(1)}${self === 1 ? "" : "*"}`);

describe("members that are compared", () => {
  const one = (): WindowMember[] => [new Sure("one@1", 4), new Sure("two@1", 5)];
  const shadows = { members: { regime: ["rule", "one@1", "two@1"] }, everyMs: EVERY };

  it("say at every judged bar what they would have said, before the barrier, and the rule's where it must speak for them", () => {
    const items = through(one(), { shadows }, minutes(12, 5));
    const judged = shadowsIn(items);
    const closes = beliefsIn(items).map(({ knownAtMs }) => knownAtMs);
    expect(judged.map(({ knownAtMs }) => knownAtMs)).toEqual(closes.filter((each) => each % EVERY === 0));
    expect(judged.map(saidIn)).toEqual(judged.map(() => ["1", "4", "5"]));
    for (const [at, item] of items.entries())
      if (item.kind === Kind.shadow) expect([Kind.shadow, Kind.barrier]).toContain(items[at + 1]?.kind);
  });

  it("change nothing of what the layer says, whatever serves and whatever they do", () => {
    const failing = (): WindowMember[] => [new Sure("one@1", 4), new Sure("crash@1", 5, "crashed"), new Sure("odd@1", 6, "ok", 5)];
    const compared = { members: { regime: ["one@1", "crash@1", "odd@1"] }, everyMs: EVERY };
    for (const serving of [{}, { regime: "one@1" }]) {
      const bare = through(failing(), { serving }, minutes(12, 5));
      const beside = through(failing(), { serving, shadows: compared }, minutes(12, 5));
      expect(beside.filter(({ kind }) => kind !== Kind.shadow)).toEqual(bare);
      expect(beside.some(({ kind }) => kind === Kind.inferenceFailure)).toBe(false);
    }
  });

  it("have the rule speak for them where an inference fails, a number is none, or they say that they cannot", () => {
    const members = [new Sure("crash@1", 4, "crashed"), new Sure("odd@1", 5, "ok", 5), new Sure("mute@1", 6, "ok", 7)];
    const compared = { members: { regime: ["rule", "crash@1", "odd@1", "mute@1"] }, everyMs: EVERY };
    const said = shadowsIn(through(members, { shadows: compared }, minutes(12, 12)));
    const byMinute = new Map(said.map((each) => [beliefMinute(each), saidIn(each)]));
    expect(byMinute.get(2)).toEqual(["1", "1*", "5", "6"]);
    expect(byMinute.get(5)).toEqual(["1", "1*", "1*", "6"]);
    expect(byMinute.get(8)).toEqual(["1", "1*", "5", "1*"]);
  });

  it("are asked at judged bars alone, and say the same in bursts of 1, 5 and all", () => {
    const said = [1, 5, 100].map((burst) => {
      const members = [new Sure("one@1", 4), new Sure("two@1", 5)];
      const words = shadowsIn(through(members, { shadows }, minutes(30, burst))).map(({ seq, values }) => [seq, ...values]);
      expect(members.map(({ asked }) => asked)).toEqual([10, 10]);
      return words;
    });
    expect(said[1]).toEqual(said[0]);
    expect(said[2]).toEqual(said[0]);
  });

  it("fall back as soon as a member that they were trained behind does not serve any more", () => {
    // Of L1 nobody stands before: the flag is the serving member's, so a name that does not serve stands for one that went.
    const behind = Object.assign(new Sure("behind@1", 4), { upstreams: { pattern: "gone@1" } });
    const compared = { members: { regime: ["rule", "behind@1"] }, everyMs: EVERY };
    expect(shadowsIn(through([behind], { shadows: compared }, minutes(6, 6))).map(saidIn)).toEqual([
      ["1", "1*"],
      ["1", "1*"],
    ]);
    expect(behind.asked).toBe(0);
  });
});

/** The minute of a bar of `minutes`. */
const beliefMinute = ({ knownAtMs }: { readonly knownAtMs: number }): number =>
  Math.round((knownAtMs - bar({ at: 1, instrument: 0 }).knownAtMs) / MINUTE_MS) + 1;

describe("a canary", () => {
  const members = (): Sure[] => [new Sure("one@1", 4), new Sure("two@1", 5)];
  const canaries = [{ instrument: ETH.index, members: { regime: "two@1" } }];
  const speakers = (items: readonly Item[], instrument: number): string[] =>
    beliefsIn(items)
      .filter((each) => each.instrument === instrument)
      .map(({ member }) => member);

  it.each([["the rule serves", {}, "rule"] as const, ["a window member serves", { regime: "one@1" }, "one@1"] as const])(
    "serves its symbol from the start, and the others keep theirs: %s",
    (_, serving, champion) => {
      const order = new Set<string>();
      for (const burst of [1, 4, 100]) {
        const items = through(members(), { serving, canaries }, minutes(8, burst, [0, 1]));
        const words = items.map((item) => `${item.kind} ${item.seq} ${item.kind === Kind.barrier ? "" : item.instrument}`);
        order.add(words.filter((word) => !word.startsWith(`${Kind.barrier} `)).join());
        expect(new Set(speakers(items, 0))).toEqual(new Set([champion]));
        expect(new Set(speakers(items, 1))).toEqual(new Set(["two@1"]));
        const states = beliefsIn(items).map(({ instrument, values, row, member }) =>
          member === "rule" ? -1 : values.subarray(row * 7, row * 7 + 7).indexOf(1) - (instrument === 1 ? 5 : 4),
        );
        expect(states.every((each) => each <= 0)).toBe(true);
        expect(beliefsIn(items)).toHaveLength(16);
      }
      // Every belief directly behind its cause, whoever waited.
      expect(order.size).toBe(1);
    },
  );

  it("ends with the next swap, and not with one that is refused", () => {
    const refused = through(members(), { canaries }, minutes(8, 3, [0, 1], [swap(4, "nobody")]));
    expect(new Set(speakers(refused, 1))).toEqual(new Set(["two@1"]));
    const swapped = through(members(), { canaries }, minutes(8, 3, [0, 1], [swap(4, "one@1")]));
    expect(speakers(swapped, 1)).toEqual([...Array<string>(4).fill("two@1"), ...Array<string>(4).fill("one@1")]);
    expect(speakers(swapped, 0).slice(4)).toEqual(Array<string>(4).fill("one@1"));
    const back = through(members(), { canaries }, minutes(8, 3, [0, 1], [swap(4, "rule")]));
    expect(speakers(back, 1).slice(4)).toEqual(Array<string>(4).fill("rule"));
  });

  it("keeps its symbol out of every comparison", () => {
    const shadows = { members: { regime: ["rule", "one@1"] }, everyMs: EVERY };
    const said = shadowsIn(through(members(), { canaries, shadows }, minutes(9, 3, [0, 1])));
    expect(said.map(({ instrument }) => instrument)).toEqual([0, 0, 0]);
  });
});
