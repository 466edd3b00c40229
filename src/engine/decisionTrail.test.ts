import { describe, expect, it } from "vitest";
import { fill, intentOf, signalOf } from "../../test/items.ts";
import { DecisionHash } from "./decisionHash.ts";
import { DecisionTrail, firstDifference } from "./decisionTrail.ts";

const BARS = 20_000;
/** More than one buffer of records; `odd`: what is other at a bar. */
const recorded = <H extends DecisionHash>(hash: H, odd?: { readonly bar: number; readonly what: "signal" | "intent" | "fill" }): H => {
  for (let at = 0; at < BARS; at += 1) {
    const is = (what: string): boolean => odd?.bar === at && odd.what === what;
    hash.signal(signalOf({ at }, is("signal") ? 0.5 : 0.25, 0));
    if (at % 3 === 0 || is("intent")) hash.intent(intentOf({ at }, is("intent") ? "scaleIn" : "enter", {}));
    // Of the next bar, by an order of this one.
    if (at % 3 === 0) hash.fill(fill({ at: at + 1 }, { side: "buy", ticks: is("fill") ? 1001 : 1000, lots: 1 }));
  }
  return hash;
};
const difference = (one: DecisionTrail, other: DecisionTrail): ReturnType<typeof firstDifference> =>
  firstDifference(one.bars(), other.bars());
const knownAtMs = (at: number): number => signalOf({ at }, 0, 0).knownAtMs;

describe("a trail of decisions", () => {
  it("hashes what a decision hash does", () => {
    expect(recorded(new DecisionTrail()).digest()).toBe(recorded(new DecisionHash()).digest());
  });

  it("differs from none of the same decisions, asked before or after the digest", () => {
    const [one, other] = [recorded(new DecisionTrail()), recorded(new DecisionTrail())];
    one.digest();
    expect(difference(one, other)).toBeUndefined();
    other.digest();
    expect(difference(other, one)).toBeUndefined();
  });

  it.each(["signal", "intent", "fill"] as const)("names the bar at which a %s is another one", (what) => {
    const plain = recorded(new DecisionTrail());
    for (const bar of [0, 3, 7_001 - (7_001 % 3), BARS - 2 - ((BARS - 2) % 3)]) {
      const first = { instrument: 0, knownAtMs: knownAtMs(bar), part: what === "signal" ? "signal" : "position" };
      expect(difference(recorded(new DecisionTrail(), { bar, what }), plain)).toEqual(first);
      expect(difference(plain, recorded(new DecisionTrail(), { bar, what }))).toEqual(first);
    }
  });

  it("names the first bar that one of them does not have", () => {
    const [longer, shorter] = [new DecisionTrail(), new DecisionTrail()];
    for (const at of [0, 1, 2]) longer.signal(signalOf({ at }, 0.25, 0));
    for (const at of [0, 1]) shorter.signal(signalOf({ at }, 0.25, 0));
    expect(difference(shorter, longer)).toMatchObject({ knownAtMs: knownAtMs(2) });
    expect(difference(longer, shorter)).toMatchObject({ knownAtMs: knownAtMs(2) });
  });

  it("goes on with another run's last bar", () => {
    const whole = recorded(new DecisionTrail());
    for (const bar of [0, 1, 9_000, BARS - 1]) {
      const first = new DecisionTrail();
      const tell = (trail: DecisionTrail, at: number, what: "signal" | "fill"): void => {
        if (what === "signal") {
          trail.signal(signalOf({ at }, 0.25, 0));
          if (at % 3 === 0) trail.intent(intentOf({ at }, "enter", {}));
        } else if (at % 3 === 0) trail.fill(fill({ at: at + 1 }, { side: "buy", ticks: 1000, lots: 1 }));
      };
      for (let at = 0; at <= bar; at += 1) {
        tell(first, at, "signal");
        if (at < bar) tell(first, at, "fill");
      }
      // The fill of the last bar comes behind the cut.
      const rest = new DecisionTrail(first.bars(true));
      for (let at = bar; at < BARS; at += 1) {
        if (at > bar) tell(rest, at, "signal");
        tell(rest, at, "fill");
      }
      expect(firstDifference(whole.bars(), rest.bars(), bar)).toBeUndefined();
    }
  });
});
