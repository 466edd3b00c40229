import { pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { positionModule } from "../models/position/positionModule.ts";
import type { PositionModule } from "../models/position/positionModule.ts";
import type { Command } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { NO_INSTRUMENT } from "../src/domain/units.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { accountOf, bar, barsOnly, BTC, funding, signalOf } from "../test/items.ts";
import { through } from "../test/operatorCases.ts";
import { passingGate, withOrders } from "../test/ownOrdersLine.ts";
import { position } from "./position.ts";

const swap = (at: number, argument: object): Command => ({
  ...{ ...funding({ at }), kind: Kind.command, instrument: NO_INSTRUMENT },
  ...{ command: "swapModel", id: "", by: "", reason: "", argument: JSON.stringify(argument) },
});
const decision = (at: number, pLong: number, account: Parameters<typeof accountOf>[1] = {}): Item[] => [
  bar({ at }),
  accountOf({ at }, account),
  signalOf({ at }, pLong, 1 - pLong),
];

/** Counts its decisions in its own state. */
const member = (name: string, said: string[]): PositionModule =>
  positionModule<{ asked: number }>(() => ({
    name,
    init: () => ({ asked: 0 }),
    decide: (state, { signal }) => {
      state.asked += 1;
      said.push(`${name} #${signal.seq} ${state.asked}`);
    },
  }))({});
const line = (members: readonly [PositionModule, ...PositionModule[]], serving?: string) =>
  pipe(
    withOrders([BTC]),
    position(
      {
        ...barsOnly([BTC]),
        registry: { regime: [], pattern: [], signal: [{ name: "s" }], position: members },
        ...(serving === undefined ? {} : { serving: { position: serving } }),
      },
      {
        members,
        limits: NO_LIMITS,
        terms: { filters: false, margin: false, takerFeeRate: null, attachesBrackets: [] },
        tradeFromMs: -Infinity,
      },
    ),
    passingGate(() => false),
  );

describe("L4", () => {
  it("is switched between two bars; a member that takes over begins anew, because it cannot run muted", () => {
    const said: string[] = [];
    const items = [
      ...[...decision(0, 1), ...decision(1, 1), swap(1, { position: "b" }), ...decision(2, 1)],
      ...[swap(2, { position: "a" }), ...decision(3, 1), swap(3, { position: "a" }), ...decision(4, 1)],
    ];
    through(line([member("a", said), member("b", said)]), items);
    expect(said).toEqual(["a #0 1", "a #1 2", "b #2 1", "a #3 1", "a #4 2"]);
  });

  it("reports a swap that no layer made, and its members go on", () => {
    const said: string[] = [];
    const items = [...decision(0, 1), swap(0, { position: "b", signal: "lgbm@9" }), ...decision(1, 1)];
    const lines = through(line([member("a", said), member("b", said)], "b"), items);
    expect(lines.filter((each) => each.startsWith("fault"))).toEqual([
      "fault-1 #0 there is no member lgbm@9 of the signal layer (there are: s); the members go on that served before",
    ]);
    expect(said).toEqual(["b #0 1", "b #1 2"]);
  });
});
