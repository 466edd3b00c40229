import { pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import type { PolicyMember } from "../models/position/policyMember.ts";
import { InferenceFailures } from "../src/domain/inferenceFailures.ts";
import type { Item } from "../src/domain/item.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { accountOf, bar, barsOnly, BTC, fill, signalOf, T0 } from "../test/items.ts";
import { through } from "../test/operatorCases.ts";
import { passingGate, withOrders } from "../test/ownOrdersLine.ts";
import { position } from "./position.ts";

const ENTRY = { direction: 1, qtyLots: 10, bracket: { stopFraction: 0.01, targetFraction: 0 }, worstTicks: 1010, leverage: 5 } as const;
const decision = (at: number, pLong: number, account: Parameters<typeof accountOf>[1] = {}, fallback = ""): Item[] => [
  bar({ at }),
  accountOf({ at }, account),
  Object.assign(signalOf({ at }, pLong, 1 - pLong), { fallback }),
];

/** Sees P(LONG), answers twice of it, and enters where told. */
const policy = (said: string[], more: Partial<PolicyMember> = {}, entersAt = -1): PolicyMember => ({
  ...{ name: "policy@1", enterProbability: 0.7, inputs: 1, outputs: 1 },
  observe: ({ signal }, into) => {
    into[0] = signal.pLong;
    return "";
  },
  infer: (input, rows, out) => {
    said.push(`${rows}x${input.length}`);
    out[0] = 2 * (input[0] as number);
    return "ok";
  },
  act: (out, { signal }, propose) => {
    said.push(`#${signal.seq} ${out[0]}`);
    if (signal.seq === entersAt) propose.enter(ENTRY);
  },
  ...more,
});
const line = (member: PolicyMember, failures?: InferenceFailures) =>
  pipe(
    withOrders([BTC]),
    position(
      { ...barsOnly([BTC]), ...(failures === undefined ? {} : { failures }) },
      {
        members: [member],
        limits: NO_LIMITS,
        terms: { filters: false, margin: false, takerFeeRate: null, attachesBrackets: [] },
        tradeFromMs: -Infinity,
      },
    ),
    passingGate(() => false),
  );
const ofInterest = (lines: readonly string[]): string[] => lines.filter((each) => /^(failed|noEntry|intent)/.test(each));

describe("a policy at L4", () => {
  it("is asked at batch 1, and only where it must decide: something is owned or on its way, or the signal reaches its threshold", () => {
    const said: string[] = [];
    const items = [
      ...[...decision(0, 0.6), ...decision(1, 0.4), ...decision(2, 0.7), ...decision(3, 0.5)],
      ...[fill({ at: 3 }, { side: "buy", ticks: 1000, lots: 10, planId: "unused" })],
      ...decision(4, 0.5, { positionLots: 10, averageTicks: 1000 }),
    ];
    through(line(policy(said, {}, 2)), items);
    // #1: P(SHORT) is 0.6. #3: its entry is on its way. #4: it holds a position.
    expect(said).toEqual(["1x1", "#2 1.4", "1x1", "#3 1", "1x1", "#4 1"]);
  });

  it.each<[string, PolicyMember["infer"]]>([
    ["late", () => "late"],
    ["crashed", () => "crashed"],
    ["notFinite", () => "ok"],
    ["notFinite", (_, __, out) => (out.fill(Infinity), "ok")],
  ])("proposes nothing where its inference is %s, and says so", (reason, infer) => {
    const said: string[] = [];
    const lines = through(line(policy(said, { infer }, 0)), decision(0, 0.9));
    expect(said).toEqual([]);
    expect(ofInterest(lines)).toEqual([expect.stringMatching(new RegExp(`^failed.*#0 position .*${reason}`))]);
  });

  it("takes a failure of the journal from there, and is not asked", () => {
    const said: string[] = [];
    const failures = new InferenceFailures();
    const [first, later] = [decision(0, 0.9), decision(1, 0.9)];
    const lines = through(line(policy(said)), first);
    expect(ofInterest(lines)).toEqual([]);
    failures.add({ layer: "position", instrument: 0, barTimeMs: T0, reason: "late" } as Parameters<InferenceFailures["add"]>[0]);
    said.length = 0;
    const again = through(line(policy(said), failures), [...first, ...later]);
    expect(ofInterest(again)).toHaveLength(1);
    expect(said).toEqual(["1x1", "#1 1.8"]);
  });

  it("says why it asks for no entry where it cannot speak", () => {
    const said: string[] = [];
    const silent = policy(said, { observe: () => "window not full" });
    expect(ofInterest(through(line(silent), decision(0, 0.9)))).toEqual([expect.stringMatching(/^noEntry.*window not full/)]);
    const rowless = policy(said, {
      infer: (_, __, ___, unready) => {
        unready[0] = "unknown state";
        return "ok";
      },
    });
    expect(ofInterest(through(line(rowless), decision(0, 0.9)))).toEqual([expect.stringMatching(/^noEntry.*unknown state/)]);
    expect(said).toEqual([]);
  });

  it("is silent where a member that it was trained behind fell back", () => {
    const said: string[] = [];
    const behind = policy(said, { upstreams: { signal: "test" } });
    const lines = through(line(behind), [...decision(0, 0.9, {}, "late"), ...decision(1, 0.9)]);
    expect(ofInterest(lines)).toEqual([expect.stringMatching(/^noEntry.*upstream fell back/)]);
    expect(said).toEqual(["1x1", "#1 1.8"]);
  });
});
