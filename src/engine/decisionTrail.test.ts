import { describe, expect, it } from "vitest";
import { fill, intentOf, signalOf } from "../../test/items.ts";
import { DecisionHash } from "./decisionHash.ts";
import { DecisionTrail } from "./decisionTrail.ts";

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
const knownAtMs = (at: number): number => signalOf({ at }, 0, 0).knownAtMs;

describe("a trail of decisions", () => {
  it("hashes what a decision hash does", () => {
    expect(recorded(new DecisionTrail()).digest()).toBe(recorded(new DecisionHash()).digest());
  });

  it("differs from none of the same decisions, asked before or after the digest", () => {
    const [one, other] = [recorded(new DecisionTrail()), recorded(new DecisionTrail())];
    one.digest();
    expect(one.differsFrom(other)).toBeUndefined();
    other.digest();
    expect(other.differsFrom(one)).toBeUndefined();
  });

  it.each(["signal", "intent", "fill"] as const)("names the bar at which a %s is another one", (what) => {
    const plain = recorded(new DecisionTrail());
    for (const bar of [0, 3, 7_001 - (7_001 % 3), BARS - 2 - ((BARS - 2) % 3)]) {
      const difference = { instrument: 0, knownAtMs: knownAtMs(bar) };
      expect(recorded(new DecisionTrail(), { bar, what }).differsFrom(plain)).toMatchObject(difference);
      expect(plain.differsFrom(recorded(new DecisionTrail(), { bar, what }))).toMatchObject(difference);
    }
  });

  it("names the first bar that one of them does not have", () => {
    const [longer, shorter] = [new DecisionTrail(), new DecisionTrail()];
    for (const at of [0, 1, 2]) longer.signal(signalOf({ at }, 0.25, 0));
    for (const at of [0, 1]) shorter.signal(signalOf({ at }, 0.25, 0));
    expect(shorter.differsFrom(longer)).toMatchObject({ knownAtMs: knownAtMs(2) });
    expect(longer.differsFrom(shorter)).toMatchObject({ knownAtMs: knownAtMs(2) });
  });
});
