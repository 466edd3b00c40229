import type { OrderFilled } from "../../src/domain/event.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { directionOf, NO_BRACKET, sideOf } from "../../src/domain/order.ts";
import { stopIdOf, targetIdOf } from "../../src/domain/orders/orderIds.ts";
import type { VenueQuery } from "../../src/domain/ports.ts";
import type { RejectionReason } from "../../src/domain/rejection.ts";
import type { OrderRequest } from "../../src/domain/order.ts";
import type { Lots, Ticks } from "../../src/domain/units.ts";
import type { InstrumentIndex } from "../../src/domain/units.ts";
import type { Chance } from "../chance.ts";

export interface Working {
  readonly order: OrderRequest;
  remainingLots: number;
  cancelAsked: boolean;
}

/** Where the venue's answers go, and what it knows of the market. */
interface VenueLine {
  send(item: Item): void;
  event(index: number): { seq: number; instrument: InstrumentIndex; knownAtMs: number; eventTimeMs: number; receivedTimeMs: number };
  /** The price now. */
  ticks(index: number): number;
}

/**
 * A venue that keeps the rules that any venue keeps (an order fills at most its quantity and no worse than its price,
 * reduce-only reduces) and is otherwise as unpleasant as it can be: it fills in parts and late, refuses, expires, answers
 * cancels with "unknown order" while the order rests, loses its answers (and the order rests), and loses stops.
 */
export class HostileVenue {
  readonly #chance: Chance;
  readonly #line: VenueLine;
  #working: Working[] = [];
  /** Moved stops that it has accepted. */
  readonly #accepted = new Set<string>();
  /** How often each stop and target has been placed. */
  readonly #placed = new Map<string, number>();
  readonly #lots: number[];
  #trades = 0;
  readonly #asked: string[] = [];

  constructor(chance: Chance, instruments: number, line: VenueLine) {
    this.#chance = chance;
    this.#line = line;
    this.#lots = Array.from({ length: instruments }, () => 0);
  }

  get working(): readonly Working[] {
    return this.#working;
  }
  submit(order: OrderRequest): void {
    this.#working.push({ order, remainingLots: order.closePosition ? Infinity : order.qtyLots, cancelAsked: false });
  }
  cancel(clientOrderId: string): void {
    for (const each of this.#working) if (each.order.clientOrderId === clientOrderId) each.cancelAsked = true;
  }

  /** An order that still rests is told again, when it is asked about. */
  ask(query: VenueQuery): void {
    if (query.what === "order") this.#asked.push(query.clientOrderId);
  }

  /** What becomes of one instrument's orders before its next bar. */
  turn(index: number): void {
    const asked = new Set(this.#asked.splice(0));
    for (const { order } of [...this.#working]) if (asked.has(order.clientOrderId)) this.#accept(order);
    for (const working of this.#working.filter(({ order }) => order.instrument === index)) {
      if (!this.#working.includes(working)) continue;
      if (working.cancelAsked) this.#answerCancel(working);
      else if (working.order.closePosition) this.#conditional(working);
      else if (this.#chance.of(0.12)) this.#end(working, "reject");
      else if (working.order.timeInForce === "GTX" && this.#chance.of(0.2)) this.#end(working, "wouldTake");
      else if (this.#chance.of(0.03)) this.#lose(working.order);
      else if (this.#chance.of(0.05)) this.#accept(working.order);
      else if (this.#chance.of(0.03)) this.#end(working, "expire");
      else if (this.#chance.of(working.order.type === "limit" ? 0.4 : 0.8))
        this.#fill(working, this.#chance.of(0.3) ? this.#chance.int(1, 40) : Infinity);
    }
  }

  #answerCancel(working: Working): void {
    // "Unknown order", though it rests; or it fills in part before the cancel arrives.
    if (this.#chance.of(0.15)) {
      working.cancelAsked = false;
      this.#reject(working.order, "unknownOrder");
    } else if (!working.order.closePosition && this.#chance.of(0.2)) this.#fill(working, this.#chance.int(1, 100));
    else this.#end(working, "cancel");
  }

  #conditional(working: Working): void {
    const { order } = working;
    const ticks = this.#line.ticks(order.instrument);
    const below = (order.type === "stopMarket") === (order.side === "sell");
    const triggered = below ? ticks <= order.triggerTicks : ticks >= order.triggerTicks;
    const fresh = order.clientOrderId.endsWith("-s") && !this.#accepted.has(order.clientOrderId);
    if (fresh && triggered) this.#end(working, "trigger");
    else if (fresh && this.#chance.of(0.1)) this.#end(working, "reject");
    else if (fresh) {
      this.#accepted.add(order.clientOrderId);
      this.#accept(order);
    } else if (triggered) this.#fill(working, this.#chance.of(0.3) ? this.#chance.int(1, 40) : Infinity);
    else if (this.#chance.of(0.01)) this.#end(working, "cancel");
  }

  #accept({ instrument, clientOrderId }: OrderRequest): void {
    this.#line.send({ kind: Kind.orderAccepted, ...this.#line.event(instrument), sub: 1, clientOrderId });
  }

  #lose({ instrument, clientOrderId }: OrderRequest): void {
    this.#line.send({ kind: Kind.orderUnknown, ...this.#line.event(instrument), sub: 1, clientOrderId });
  }

  #reject(order: OrderRequest, reason: RejectionReason): void {
    this.#line.send({
      kind: Kind.orderRejected,
      ...this.#line.event(order.instrument),
      sub: 1,
      clientOrderId: order.clientOrderId,
      reason,
      message: "",
    });
  }

  #end(working: Working, how: "reject" | "wouldTake" | "trigger" | "expire" | "cancel"): void {
    this.#working = this.#working.filter((each) => each !== working);
    const { instrument, clientOrderId } = working.order;
    const remainingLots = (working.order.closePosition ? 0 : working.remainingLots) as Lots;
    if (how === "reject") this.#reject(working.order, "insufficientMargin");
    else if (how === "wouldTake") this.#reject(working.order, "postOnlyWouldTake");
    else if (how === "trigger") this.#reject(working.order, "wouldTriggerAtOnce");
    else if (how === "cancel")
      this.#line.send({ kind: Kind.orderCanceled, ...this.#line.event(instrument), sub: 1, clientOrderId, remainingLots });
    else
      this.#line.send({ kind: Kind.orderExpired, ...this.#line.event(instrument), sub: 1, clientOrderId, remainingLots, reason: "venue" });
  }

  #fill(working: Working, wantedLots: number): void {
    const { order } = working;
    const { instrument, side } = order;
    const direction = directionOf(side);
    const was = this.#lots[instrument] as number;
    const reducible = was * direction < 0 ? Math.abs(was) : 0;
    if (order.reduceOnly && reducible === 0) {
      this.#end(working, order.closePosition ? "expire" : "reject");
      return;
    }
    const qtyLots = Math.min(wantedLots, working.remainingLots, order.reduceOnly ? reducible : Infinity);
    working.remainingLots -= qtyLots;
    const done = working.remainingLots <= 0 || (order.reduceOnly && qtyLots === reducible);
    if (done) this.#working = this.#working.filter((each) => each !== working);
    const now = was + direction * qtyLots;
    this.#lots[instrument] = now;
    this.#line.send({
      kind: Kind.orderFilled,
      ...this.#line.event(instrument),
      sub: 1,
      clientOrderId: order.clientOrderId,
      tradeId: (this.#trades += 1),
      side,
      priceTicks: this.#fillTicks(order) as Ticks,
      qtyLots: qtyLots as Lots,
      feeUsdt: 0.01,
      maker: order.type === "limit",
      liquidation: false,
      referenceTicks: 0,
    } satisfies OrderFilled);
    if (now * was <= 0 && was !== 0) this.#expireOrphans(instrument, now);
    if (!order.reduceOnly && now * direction > 0) this.#placeBracket(order);
  }

  /** No worse than what the plan allowed: a market order at the price it was decided at, a limit at its limit or better. */
  #fillTicks(order: OrderRequest): number {
    const ticks = this.#line.ticks(order.instrument);
    if (order.type !== "limit") return ticks;
    return order.side === "buy" ? Math.min(order.priceTicks, ticks) : Math.max(order.priceTicks, ticks);
  }

  #expireOrphans(instrument: number, now: number): void {
    for (const working of [...this.#working]) {
      if (working.order.instrument !== instrument || !working.order.reduceOnly) continue;
      if (directionOf(working.order.side) * now >= 0) this.#end(working, "expire");
    }
  }

  #placeBracket(entry: OrderRequest): void {
    const direction = directionOf(entry.side);
    const ticks = this.#fillTicks(entry);
    const { stopFraction, targetFraction } = entry.bracket;
    const place = (idOf: (entryId: string, time: number) => string, type: OrderRequest["type"], triggerTicks: number): void => {
      const leg = idOf(entry.clientOrderId, 1);
      const placed = this.#placed.get(leg) ?? 0;
      const closes = ({ order }: Working): boolean =>
        order.closePosition &&
        order.type === type &&
        order.instrument === entry.instrument &&
        directionOf(order.side) !== direction &&
        (this.#accepted.has(order.clientOrderId) || order.clientOrderId.includes("."));
      if (placed > 0 && this.#working.some(closes)) return;
      this.#placed.set(leg, placed + 1);
      const id = idOf(entry.clientOrderId, placed + 1);
      const order: OrderRequest = {
        ...entry,
        clientOrderId: id,
        side: sideOf(direction > 0 ? -1 : 1),
        type,
        triggerTicks: triggerTicks as Ticks,
        reduceOnly: true,
        closePosition: true,
        bracket: NO_BRACKET,
      };
      this.#working.push({ order, remainingLots: Infinity, cancelAsked: false });
    };
    if (stopFraction > 0) place(stopIdOf, "stopMarket", Math.round(ticks * (1 - direction * stopFraction)));
    if (targetFraction > 0) place(targetIdOf, "takeProfitMarket", Math.round(ticks * (1 + direction * targetFraction)));
  }
}
