import { pipe } from "rxjs";
import { describe, expect, it } from "vitest";
import { positionModule } from "../models/position/positionModule.ts";
import type { PositionModule, PositionView, Proposals } from "../models/position/positionModule.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { NO_BRACKET } from "../src/domain/order.ts";
import type { VenueTerms } from "../src/domain/ports.ts";
import type { Direction } from "../src/domain/units.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "../src/risk/limits.ts";
import { accountOf, bar, barsOnly, BTC, ETH, fill, orderAccepted, orderRejected, orderUnknown, show, signalOf, T0 } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { passingGate, withOrders } from "../test/ownOrdersLine.ts";
import { position } from "./position.ts";
import { stepOperator } from "./stepOperator.ts";

/** A venue that asks nothing of an entry's size. */
const FREE: VenueTerms = { filters: false, margin: false, takerFeeRate: null, attachesBrackets: [] };

type Decide = (view: PositionView, propose: Proposals) => void;
const member = (decide: Decide): PositionModule =>
  positionModule<number>(() => ({ name: "test", init: () => 0, decide: (_, view, propose) => decide(view, propose) }))({});

const buy = (qtyLots: number, direction: Direction = 1) => ({
  direction,
  qtyLots,
  bracket: { stopFraction: 0.01, targetFraction: 0 },
  worstTicks: 1010,
  leverage: 5,
});
/** Lets every intent pass as the gate would, but entries of 13 lots. */
const gate = passingGate(({ qtyLots }) => qtyLots === 13);
const desk = (decide: Decide, tradeFromMs = -Infinity) =>
  pipe(
    withOrders([BTC, ETH]),
    position(barsOnly([BTC, ETH]), { members: [member(decide)], limits: NO_LIMITS, terms: FREE, tradeFromMs }),
    gate,
  );
/** What L4 knows at a decision bar, in the order of the line. */
const decision = (at: number, pLong: number, account: Parameters<typeof accountOf>[1] = {}, instrument = 0): Item[] => [
  bar({ at, instrument }),
  accountOf({ at, instrument }, account),
  signalOf({ at, instrument }, pLong, 1 - pLong),
];
const S = (at: number): number => (T0 + (at + 1) * 60_000) / 1000;

/** Enters when LONG, exits when SHORT, holding nothing twice. */
const follower: Decide = ({ signal, position: { positionLots }, entryPending, exitPending }, propose) => {
  if (signal.pLong === 0.5) throw new Error("undecided");
  if (signal.pLong > 0.5 && positionLots === 0 && !entryPending) propose.enter(buy(10));
  if (signal.pLong < 0.5 && positionLots > 0 && !exitPending) propose.exit("turned");
};

describe("position", () => {
  const rows = [
    ...decision(0, 1),
    ...decision(1, 1),
    fill({ at: 1, seq: 2 }, { side: "buy", ticks: 1000, lots: 10, planId: `BTCUSDT-${S(0)}-1` }),
    ...decision(2, 0, { positionLots: 10 }),
  ];
  operatorCases({
    operator: () => desk(follower),
    rows: rows.map((item) => {
      const more: Record<string, string[]> = {
        [`signal0 #0 m1 L1 S0 N0`]: [
          `intent0 #0 BTCUSDT-${S(0)}-1 enter 1 10 lots worst 1010 stop 0 entry`,
          `approved0 #0 BTCUSDT-${S(0)}-1 enter`,
        ],
        [`signal0 #2 m3 L0 S1 N0`]: [
          `intent0 #2 BTCUSDT-${S(2)}-1 exit 1 10 lots worst 0 stop 0 turned`,
          `approved0 #2 BTCUSDT-${S(2)}-1 exit`,
        ],
      };
      const line = show(item);
      return [item, [line, ...(more[line] ?? [])]] as const;
    }),
    throws: { operator: () => desk(follower), items: decision(4, 0.5), name: "position", message: "undecided" },
  });

  /** What the module saw at each decision. */
  const seen = <T>(look: (view: PositionView) => T, decide: Decide, items: readonly Item[], tradeFromMs?: number): T[] => {
    const out: T[] = [];
    through(
      desk((view, propose) => {
        out.push(look(view));
        decide(view, propose);
      }, tradeFromMs),
      items,
    );
    return out;
  };
  const enterOnce = (qtyLots: number): Decide => {
    let asked = false;
    return (_, propose) => {
      if (!asked) propose.enter(buy(qtyLots));
      asked = true;
    };
  };
  const pending = ({ entryPending, exitPending }: PositionView): string => `${entryPending ? "entry" : ""}${exitPending ? "exit" : ""}`;
  const PLAN = `BTCUSDT-${S(0)}-1`;
  const MOVE = `BTCUSDT-${S(2)}-1`;

  it("an entry is pending from its approval until it is filled whole", () => {
    const part = (at: number, lots: number): Item => fill({ at }, { side: "buy", ticks: 1000, lots, planId: PLAN });
    const items = [...decision(0, 1), ...decision(1, 1), part(2, 4), ...decision(2, 1), part(3, 6), ...decision(3, 1)];
    expect(seen(pending, enterOnce(10), items)).toEqual(["", "entry", "entry", ""]);
  });

  it("a refused intent is not pending, and the module hears it at once", () => {
    const answers: boolean[] = [];
    const decide: Decide = (_, propose) =>
      void answers.push(propose.enter(buy(13)), propose.enter(buy(14)), propose.exit("x"), propose.enter(buy(13)));
    const held = { positionLots: 5 };
    expect(seen(pending, decide, [...decision(0, 1, held), ...decision(1, 1, held)])).toEqual(["", "entryexit"]);
    expect(answers.slice(0, 4)).toEqual([false, true, true, false]);
  });

  it.each([
    ["rejected", orderRejected({ at: 1 }, PLAN)],
    ["canceled", { ...orderRejected({ at: 1 }, PLAN), kind: Kind.orderCanceled, remainingLots: 10 } as unknown as Item],
    ["expired", { ...orderRejected({ at: 1 }, PLAN), kind: Kind.orderExpired, remainingLots: 10 } as unknown as Item],
  ])("an entry that is %s is not pending any more", (_, ended) => {
    expect(seen(pending, enterOnce(10), [...decision(0, 1), ended, ...decision(1, 1)])).toEqual(["", ""]);
  });

  it("the stop is the bracket's at the first fill's price, then where the venue has taken its move, and gone with the position", () => {
    const moves: Decide = (view, propose) => {
      if (view.bar.seq === 0) propose.enter(buy(10));
      if (view.bar.seq === 2) propose.moveStop(995, "break-even");
    };
    const closed = { kind: Kind.tradeClosed, seq: 3, instrument: 0, knownAtMs: 0, planId: PLAN, direction: 1 } as unknown as Item;
    const items = [
      ...decision(0, 1),
      ...decision(1, 1),
      fill({ at: 2 }, { side: "buy", ticks: 1000, lots: 5, planId: PLAN }),
      orderAccepted({ at: 2 }, `${PLAN}.s`),
      fill({ at: 2 }, { side: "buy", ticks: 2000, lots: 5, planId: PLAN }),
      ...decision(2, 1, { positionLots: 10 }),
      ...decision(3, 1, { positionLots: 10 }),
      orderAccepted({ at: 4 }, MOVE),
      ...decision(4, 1, { positionLots: 10 }),
      closed,
      ...decision(5, 1),
    ];
    expect(seen(({ stopTicks }) => stopTicks, moves, items)).toEqual([0, 0, 990, 990, 995, 0]);
    const refused = items.map((item) =>
      item.kind === Kind.orderAccepted && item.clientOrderId === MOVE ? orderRejected({ at: 4 }, MOVE, "wouldTriggerAtOnce") : item,
    );
    expect(seen(({ stopTicks }) => stopTicks, moves, refused)).toEqual([0, 0, 990, 990, 990, 0]);
  });

  it("refuses a market buy that counts on less than the close as the module's mistake", () => {
    const bid: Decide = (_, propose) => void propose.enter({ ...buy(10), worstTicks: 999 });
    expect(() => seen(pending, bid, decision(0, 1))).toThrow(/enter: worstTicks is 999, it must be the close \(1000\) or more/);
  });

  it.each([
    ["a market buy at the close", { worstTicks: 1000 }],
    ["a limit buy at any price: it counts at its limit", { worstTicks: 1, limitTicks: 980 }],
    ["a sell at any price: it counts at the market", { worstTicks: 1, direction: -1 as Direction }],
  ])("%s has a sound worst price", (_, terms) => {
    expect(seen(pending, (__, propose) => void propose.enter({ ...buy(10), ...terms }), decision(0, 1))).toEqual([""]);
  });

  it("proposals carry the side of the position, and ids count within the bar", () => {
    const all: Decide = (_, propose) => {
      propose.scaleIn({ qtyLots: 3, worstTicks: 990, leverage: 2, limitTicks: 980, postOnly: true, expiresAtMs: 7 });
      propose.reduce(4, "part");
      propose.moveStop(1100, "trail");
      propose.exit("all");
    };
    const intents: unknown[] = [];
    const spy = stepOperator("spy", () => null, { [Kind.intent]: (_, intent) => void intents.push({ ...intent }) });
    through(pipe(desk(all), spy), [...decision(0, 1, { positionLots: -10 }), ...decision(1, 1, { positionLots: -10 }, 1)]);
    const id = (n: number): object => ({ planId: `BTCUSDT-${S(0)}-${n}`, direction: -1, seq: 0, instrument: 0, knownAtMs: T0 + 60_000 });
    expect(intents.slice(0, 4)).toMatchObject([
      {
        ...id(1),
        action: "scaleIn",
        qtyLots: 3,
        orderType: "limit",
        limitTicks: 980,
        postOnly: true,
        worstTicks: 990,
        leverage: 2,
        expiresAtMs: 7,
        bracket: NO_BRACKET,
        reason: "scale-in",
      },
      { ...id(2), action: "reduce", qtyLots: 4, orderType: "market", limitTicks: 0, postOnly: false, reason: "part" },
      { ...id(3), action: "moveStop", qtyLots: 0, stopTicks: 1100, reason: "trail" },
      { ...id(4), action: "exit", qtyLots: 10, expiresAtMs: Infinity, reason: "all" },
    ]);
    expect(intents[4]).toMatchObject({ planId: `ETHUSDT-${S(1)}-1`, instrument: 1 });
  });

  it("only warms up until the bar that closes at tradeFrom, itself included", () => {
    expect(
      seen(
        ({ bar: { seq } }) => seq,
        () => undefined,
        [...decision(0, 1), ...decision(1, 1), ...decision(2, 1)],
        T0 + 120_000,
      ),
    ).toEqual([2]);
  });

  it("maxQtyLots: margin of the position and of the others within their shares of equity", () => {
    const sizes: number[] = [];
    const module = member((view, propose) => {
      if (view.bar.seq === 0) propose.enter({ ...buy(1000), worstTicks: 1000 });
      else
        sizes.push(view.maxQtyLots(1, 1000, 5), view.maxQtyLots(-1, 1000, 5), view.maxQtyLots(1, 1000, 4), view.maxQtyLots(1, 1000, 5.1));
    });
    const operator = pipe(
      withOrders([BTC, ETH]),
      position(barsOnly([BTC, ETH]), { members: [module], limits: DEFAULT_LIMITS, terms: FREE, tradeFromMs: -Infinity }),
      gate,
    );
    const filled = fill({ at: 1, seq: 2 }, { side: "buy", ticks: 1000, lots: 1000, planId: PLAN });
    through(operator, [...decision(0, 1), filled, ...decision(1, 1, { positionLots: 1000, averageTicks: 1000 })]);
    // 8 % of 10,000 at leverage 5 are 4,000 USDT; 100 of them are held long; a lot at 1000 ticks is 0.1 USDT. The lowest leverage counts for all.
    expect(sizes).toEqual([39_000, 40_000, 31_000, 0]);
  });

  it("maxQtyLots counts entries on their way at their worst price, those of other instruments in the account's share", () => {
    const sizes: number[] = [];
    const module = member((view, propose) => {
      if (view.instrument === ETH) sizes.push(view.maxQtyLots(1, 10_000, 5), view.maxQtyLots(1, 1, 5), view.maxQtyLots(1, 1, 5, 20_000));
      else {
        propose.enter({ ...buy(30_000), worstTicks: 1000, leverage: 5 });
        sizes.push(view.maxQtyLots(1, 1000, 5), view.maxQtyLots(-1, 1000, 5));
      }
    });
    const limits = { ...DEFAULT_LIMITS, position: { ...DEFAULT_LIMITS.position, maxAccountMarginFraction: 0.1 } };
    const line = pipe(
      withOrders([BTC, ETH]),
      position(barsOnly([BTC, ETH]), { members: [module], limits, terms: FREE, tradeFromMs: -Infinity }),
      gate,
    );
    through(line, [...decision(0, 1), ...decision(0, 1, {}, 1)]);
    // 30,000 lots are 3,000 USDT: of 4,000 for BTC, and of 5,000 for both. A lot of ETH is 0.1 USDT at 100, however low the price that is stated.
    expect(sizes).toEqual([10_000, 40_000, 20_000, 20_000, 10_000]);
  });

  it("says once a decision why a module that found no room, or gave a reason, asked for no entry", () => {
    const said: string[] = [];
    const listen = stepOperator("listen", () => null, {
      [Kind.noEntry]: (_, { reason, value, limit }) => void said.push(`${reason} ${value}/${limit}`),
    });
    const decide: Decide = (view, propose) => {
      const { seq } = view.bar;
      if (seq === 0) propose.wait("too quiet", 0.1, 0.5);
      if (seq === 1) expect([view.maxQtyLots(1, 1000, 20), view.maxQtyLots(-1, 1000, 20)]).toEqual([0, 0]);
      if (seq === 2) {
        view.maxQtyLots(1, 1000, 20);
        propose.enter(buy(10));
      }
      if (seq === 3) view.maxQtyLots(1, 1000, 20);
    };
    const options = { members: [member(decide)] as const, limits: DEFAULT_LIMITS, terms: FREE, tradeFromMs: -Infinity };
    const line = pipe(withOrders([BTC, ETH]), position(barsOnly([BTC, ETH]), options), gate, listen);
    through(line, [...decision(0, 1), ...decision(1, 1), ...decision(2, 1), ...decision(3, 1)]);
    expect(said).toEqual(["too quiet 0.1/0.5", "the smallest order of 1 lot is too large for position.maxLeverage 20/5"]);
  });

  it("a reason to wait that no summary could print is the module's mistake", () => {
    for (const reason of ["", "a\nb", "x".repeat(65)]) {
      const line = desk((_, propose) => {
        propose.wait(reason);
      });
      expect(() => through(line, decision(0, 1))).toThrow(/wait: reason is .*, it must be 1 to 64 printable/);
    }
  });

  it("an entry whose answer was lost stays on its way", () => {
    const lost = orderUnknown({ at: 1 }, PLAN);
    expect(seen(pending, enterOnce(10), [...decision(0, 1), lost, ...decision(1, 1)])).toEqual(["", "entry"]);
  });
});
