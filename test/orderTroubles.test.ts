import { pipe, Subject } from "rxjs";
import { describe, expect, it } from "vitest";
import { account } from "../operators/account.ts";
import { execute } from "../operators/execute.ts";
import { riskGate } from "../operators/riskGate.ts";
import type { AccountState, Intent } from "../src/domain/derived.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Venue } from "../src/domain/ports.ts";
import type { RejectionReason } from "../src/domain/rejection.ts";
import type { Lots, Ticks } from "../src/domain/units.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { bar, intentOf, T0 } from "./items.ts";
import { limitsOf } from "./riskLine.ts";
import { UNIT } from "./venueDesk.ts";

/** Account, gate and execute before a venue whose every answer the test gives. `told`: what was sent, canceled and asked. */
class Scripted {
  readonly told: string[] = [];
  readonly #line = new Subject<Item>();
  #account: AccountState | null = null;
  #minute = 0;
  #plans = 0;
  #trades = 0;

  /** `required`: limits ask for a stop. */
  constructor(required = false) {
    const { told } = this;
    const venue: Venue = {
      terms: { filters: false, margin: false, takerFeeRate: 0, attachesBrackets: [false] },
      submit: ({ clientOrderId, type, qtyLots, triggerTicks }) => void told.push(`${clientOrderId} ${type} ${qtyLots} ${triggerTicks}`),
      cancel: (_, clientOrderId) => void told.push(`cancel ${clientOrderId}`),
      ask: (query) => void told.push(`ask ${query.what === "order" ? query.clientOrderId : query.what}`),
    };
    const limits = required ? limitsOf({ position: { maxStopFraction: 0.5 } }) : NO_LIMITS;
    const line = pipe(account([UNIT], { ...venue.terms, startUsdt: 1e6 }), riskGate([UNIT], limits, -Infinity), execute(venue));
    line(this.#line).subscribe((item) => {
      if (item.kind === Kind.accountState) this.#account = item;
    });
    this.bar();
  }

  get nowMs(): number {
    return T0 + (this.#minute + 1) * 60_000;
  }
  /** Our open orders: id, status, and whether they still count. */
  get open(): string[] {
    return (this.#account?.orders[0]?.open ?? []).map(
      ({ orderId, status, superseded }) => `${orderId} ${status}${superseded ? " over" : ""}`,
    );
  }
  /** What was told since the last look. */
  since(): string[] {
    return this.told.splice(0);
  }

  bar(close = 1000): this {
    this.#minute += 1;
    this.#line.next(bar({ at: this.#minute, close: close * UNIT.tickSize }));
    return this;
  }
  want(action: Intent["action"], terms: Partial<Intent> = {}): this {
    this.#plans += 1;
    this.#line.next(intentOf({ at: this.#minute }, action, { planId: `P-${this.#plans}`, ...terms }));
    return this;
  }
  buy(lots: number, limit = 0): this {
    const bracket = { stopFraction: 0.05, targetFraction: 0 };
    const order = limit > 0 ? { orderType: "limit" as const, limitTicks: limit as Ticks } : {};
    return this.want("enter", { direction: 1, qtyLots: lots as Lots, bracket, worstTicks: 1000 as Ticks, ...order });
  }
  accepted(id: string): this {
    return this.#say({ kind: Kind.orderAccepted, ...this.#head(id) });
  }
  rejected(id: string, reason: RejectionReason): this {
    return this.#say({ kind: Kind.orderRejected, ...this.#head(id), reason, message: "" });
  }
  unknown(id: string): this {
    return this.#say({ kind: Kind.orderUnknown, ...this.#head(id) });
  }
  canceled(id: string, left: number): this {
    return this.#say({ kind: Kind.orderCanceled, ...this.#head(id), remainingLots: left as Lots });
  }
  filled(id: string, side: "buy" | "sell", lots: number, ticks = 1000): this {
    this.#trades += 1;
    return this.#say({
      ...{ kind: Kind.orderFilled, ...this.#head(id), tradeId: this.#trades, side, priceTicks: ticks as Ticks, qtyLots: lots as Lots },
      ...{ feeUsdt: 0, maker: false, liquidation: false, referenceTicks: 0 },
    });
  }
  listed(askedAtMs: number, clientOrderIds: readonly string[]): this {
    return this.#say({ kind: Kind.openOrders, ...this.#head(""), askedAtMs, clientOrderIds });
  }

  #head(clientOrderId: string) {
    const { nowMs } = this;
    return { ...{ seq: 0, instrument: UNIT.index, eventTimeMs: nowMs, receivedTimeMs: nowMs, knownAtMs: nowMs }, sub: 1, clientOrderId };
  }
  #say(item: Item): this {
    this.#line.next(item);
    return this;
  }
}

describe("protection", () => {
  it("a new trade gets a stop of its own, though the venue has not ended the last one's", () => {
    const line = new Scripted().buy(10).accepted("P-1").filled("P-1", "buy", 10).accepted("P-1.s");
    line
      .want("exit", { direction: 1, qtyLots: 10 as Lots })
      .filled("P-2", "sell", 10)
      .since();
    line.buy(10).filled("P-3", "buy", 10, 1100);
    expect(line.since()).toEqual(["P-3 market 10 0", "P-3.s stopMarket 0 1045"]);
    expect(line.open).toEqual(["P-1.s working over", "P-3.s sent"]);
    // What the venue has not ended by itself is canceled at the next close.
    expect(line.bar().since()).toEqual(["cancel P-1.s"]);
  });

  it("a stop that is refused because another is there gives way to it, or follows when it has gone", () => {
    const next = (): Scripted => {
      const line = new Scripted().buy(10).accepted("P-1").filled("P-1", "buy", 10).accepted("P-1.s");
      line.want("exit", { direction: 1, qtyLots: 10 as Lots }).filled("P-2", "sell", 10);
      line.buy(10).filled("P-3", "buy", 10, 1100).since();
      return line;
    };
    const kept = next().rejected("P-3.s", "closePositionTaken");
    expect([kept.open, kept.bar().since()]).toEqual([["P-1.s working"], []]);
    const gone = next().bar();
    expect(gone.since()).toEqual(["cancel P-1.s"]);
    expect(gone.rejected("P-3.s", "closePositionTaken").since()).toEqual([]);
    expect(gone.canceled("P-1.s", 0).since()).toEqual(["P-3.s2 stopMarket 0 1045"]);
  });

  it("a stop of the trade before that is on its way protects the new one, which sends no second", () => {
    const line = new Scripted().buy(10).accepted("P-1").filled("P-1", "buy", 10);
    line.want("exit", { direction: 1, qtyLots: 10 as Lots }).filled("P-2", "sell", 10);
    line.buy(10).filled("P-3", "buy", 10, 1100).since();
    expect(line.accepted("P-1.s").bar().since()).toEqual([]);
    expect(line.open).toEqual(["P-1.s working"]);
    // Refused or ended, the new one's own follows.
    const refused = new Scripted().buy(10).accepted("P-1").filled("P-1", "buy", 10);
    refused.want("exit", { direction: 1, qtyLots: 10 as Lots }).filled("P-2", "sell", 10);
    refused.buy(10).filled("P-3", "buy", 10, 1100).since();
    expect(refused.rejected("P-1.s", "other").since()).toEqual(["P-3.s2 stopMarket 0 1045"]);
  });

  it("a bridge that outlives its trade is canceled at once", () => {
    const line = new Scripted().buy(10).accepted("P-1").filled("P-1", "buy", 10).accepted("P-1.s");
    line
      .want("moveStop", { direction: 1, stopTicks: 970 as Ticks })
      .accepted("P-2.b")
      .canceled("P-1.s", 0)
      .rejected("P-2", "other");
    line.want("exit", { direction: 1, qtyLots: 10 as Lots }).since();
    expect(line.filled("P-3", "sell", 10).since()).toEqual(["cancel P-2.b"]);
  });

  it("an entry that fills on while its stop is moved keeps a stop for all of it", () => {
    const line = new Scripted().buy(10, 990).accepted("P-1").filled("P-1", "buy", 4, 990).accepted("P-1.s");
    line
      .want("moveStop", { direction: 1, stopTicks: 970 as Ticks })
      .accepted("P-2.b")
      .filled("P-1", "buy", 6, 990)
      .since();
    // The bridge of four lots goes off before the old stop has gone.
    line.filled("P-2.b", "sell", 4, 969);
    expect(line.since()).toEqual([]);
    expect(line.canceled("P-1.s", 0).since()).toEqual(["P-2 stopMarket 0 970"]);
    expect(line.open).toEqual(["P-2 sent"]);
  });

  it("where limits ask for a stop, a bridge of fewer lots is enough while the new stop is to come, and not when it is refused", () => {
    const line = new Scripted(true).buy(10, 990).accepted("P-1").filled("P-1", "buy", 4, 990).accepted("P-1.s");
    line
      .want("moveStop", { direction: 1, stopTicks: 970 as Ticks })
      .accepted("P-2.b")
      .since();
    expect(line.filled("P-1", "buy", 6, 990).since()).toEqual([]);
    expect(line.canceled("P-1.s", 0).since()).toEqual(["P-2 stopMarket 0 970"]);
    const told = line.rejected("P-2", "other").since();
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/ market 10 0$/);
  });

  it("a bridge of fewer lots than are held takes nobody's place", () => {
    const line = new Scripted().buy(10, 990).accepted("P-1").filled("P-1", "buy", 4, 990).accepted("P-1.s");
    line
      .want("moveStop", { direction: 1, stopTicks: 970 as Ticks })
      .filled("P-1", "buy", 6, 990)
      .since();
    expect(line.accepted("P-2.b").since()).toEqual([]);
    expect(line.open).toEqual(["P-1.s working", "P-2.b working"]);
  });

  it("a late refusal of the last trade's stop does not end the new one", () => {
    const line = new Scripted(true).buy(10).accepted("P-1").filled("P-1", "buy", 10);
    line.want("exit", { direction: 1, qtyLots: 10 as Lots }).filled("P-2", "sell", 10);
    line.want("enter", {
      direction: -1,
      qtyLots: 10 as Lots,
      bracket: { stopFraction: 0.05, targetFraction: 0 },
      worstTicks: 1000 as Ticks,
    });
    line.filled("P-3", "sell", 10).accepted("P-3.s").since();
    expect(line.rejected("P-1.s", "wouldTriggerAtOnce").since()).toEqual([]);
  });
});

describe("an outcome that is not certain", () => {
  it("an id that is taken proves nothing: the order counts on, and its fill is protected", () => {
    const line = new Scripted().buy(10).accepted("P-1").rejected("P-1", "duplicateId");
    expect(line.open).toEqual(["P-1 working"]);
    expect(line.filled("P-1", "buy", 10).since()).toContain("P-1.s stopMarket 0 950");
    const unheard = new Scripted().buy(10).rejected("P-1", "duplicateId");
    expect(unheard.since()).toEqual(["P-1 market 10 0", "ask P-1"]);
  });

  it("a cancel that is refused leaves the order in the list, and is asked about", () => {
    const line = new Scripted().buy(10, 990).accepted("P-1").want("cancelEntries");
    line.since();
    expect(line.rejected("P-1", "other").since()).toEqual(["ask P-1"]);
    expect(line.open).toEqual(["P-1 unknown"]);
    expect(line.accepted("P-1").open).toEqual(["P-1 working"]);
  });

  it("a cancel that was lost is found out by the venue's list, and may be sent again", () => {
    const line = new Scripted().buy(10, 990).accepted("P-1").want("cancelEntries").bar();
    line.since();
    line.listed(line.nowMs, ["P-1"]);
    expect(line.since()).toEqual(["ask P-1"]);
    expect(line.accepted("P-1").want("cancelEntries").since()).toEqual(["cancel P-1"]);
  });

  it("an exit is seen through when the answer to its cancel was lost", () => {
    const line = new Scripted().buy(10, 990).accepted("P-1").filled("P-1", "buy", 4, 990).accepted("P-1.s");
    line
      .want("exit", { direction: 1, qtyLots: 4 as Lots })
      .unknown("P-1")
      .since();
    expect(line.filled("P-2", "sell", 4).since()).toEqual(["cancel P-1"]);
    expect(line.accepted("P-1").bar().canceled("P-1", 6).open).toEqual(["P-1.s cancelSent over"]);
  });
});
