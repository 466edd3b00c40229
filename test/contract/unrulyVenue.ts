import type { AccountEvent, OrderFilled } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { OrderRequest } from "../../src/domain/order.ts";
import { directionOf, isConditional } from "../../src/domain/order.ts";
import type { Venue, VenueQuery } from "../../src/domain/ports.ts";
import { FILLED } from "../../src/domain/ports.ts";
import type { RejectionReason } from "../../src/domain/rejection.ts";
import type { InstrumentIndex, Lots, Ticks } from "../../src/domain/units.ts";
import { instrumentIndex } from "../../src/domain/units.ts";

/** How the venue treats one message: in how many turns it comes (0: the next), and how. */
export interface Delivery {
  readonly turns: number;
  /** `unknown`: it is lost, and the venue's client says so when its time is up; `silent`: nobody says anything. */
  readonly how: "once" | "twice" | "unknown" | "silent";
}
const PROMPT: Delivery = { turns: 0, how: "once" };

interface TrueOrder {
  readonly request: OrderRequest;
  remainingLots: number;
  state: "onItsWay" | "open" | "ended";
  /** What it said of the order's end. */
  end: AccountEvent | null;
  readonly fills: OrderFilled[];
}

type Message = AccountEvent & { readonly clientOrderId?: string };
interface Letter {
  readonly dueTurn: number;
  readonly message: Message;
}

/**
 * An exchange that keeps its own rules, behind a line to it that does not: orders arrive late, answers come late, twice, in another order,
 * as "unknown" or never. Queries are answered by what is true. `deliveryOf` decides about each message; `calm` ends the trouble.
 */
export class UnrulyVenue {
  readonly terms: Venue["terms"] = { filters: false, margin: false, takerFeeRate: 0, attachesBrackets: [false] };
  readonly instrument: InstrumentIndex = instrumentIndex(0);
  positionLots = 0;
  trades: OrderFilled[] = [];
  /** Ids of all orders that were sent, in order. */
  readonly sent: string[] = [];
  readonly #orders = new Map<string, TrueOrder>();
  readonly #deliveryOf: (message: Message) => Delivery;
  #letters: Letter[] = [];
  #requests: { readonly dueTurn: number; readonly run: () => void }[] = [];
  #turn = 0;
  #ticks = 1000;
  #calm = false;
  /** Head of what is said now. */
  #nowMs = 0;

  constructor(deliveryOf: (message: Message) => Delivery = () => PROMPT) {
    this.#deliveryOf = deliveryOf;
  }

  get open(): string[] {
    return [...this.#orders.values()].filter(({ state }) => state === "open").map(({ request }) => request.clientOrderId);
  }
  get isQuiet(): boolean {
    return this.#letters.length === 0 && this.#requests.length === 0;
  }
  calm(): void {
    this.#calm = true;
  }

  // ---- the port -----------------------------------------------------------------------------------------------------------

  submit(request: OrderRequest): void {
    this.sent.push(request.clientOrderId);
    const order: TrueOrder = { request, remainingLots: request.qtyLots, state: "onItsWay", end: null, fills: [] };
    if (!this.#orders.has(request.clientOrderId)) this.#orders.set(request.clientOrderId, order);
    this.#later(() => {
      this.#arrive(order);
    });
  }
  cancel(_: InstrumentIndex, clientOrderId: string): void {
    this.#later(() => {
      const order = this.#orders.get(clientOrderId);
      if (order?.state !== "open") this.#say(this.#rejection(clientOrderId, "unknownOrder"));
      else this.#end(order, { kind: Kind.orderCanceled, ...this.#head(clientOrderId), remainingLots: order.remainingLots as Lots });
    });
  }
  ask(query: VenueQuery): void {
    this.#later(() => {
      this.#answer(query);
    });
  }

  /** A turn: what is due arrives there, the price moves, and what is due comes back. */
  turn(ticks: number, nowMs: number): AccountEvent[] {
    this.#turn += 1;
    this.#nowMs = nowMs;
    const due = this.#requests.filter(({ dueTurn }) => dueTurn <= this.#turn);
    this.#requests = this.#requests.filter(({ dueTurn }) => dueTurn > this.#turn);
    for (const { run } of due) run();
    this.#ticks = ticks;
    for (const order of this.#orders.values()) if (order.state === "open") this.#look(order);
    const letters = this.#letters.filter(({ dueTurn }) => this.#calm || dueTurn <= this.#turn);
    this.#letters = this.#letters.filter((letter) => !letters.includes(letter));
    return letters.map(({ message }) => ({ ...message, knownAtMs: nowMs }));
  }

  // ---- the exchange -------------------------------------------------------------------------------------------------------

  #arrive(order: TrueOrder): void {
    const { request } = order;
    const refused = this.#refuse(request);
    if (refused !== null) {
      this.#end(order, this.#rejection(request.clientOrderId, refused));
      return;
    }
    order.state = "open";
    this.#say({ kind: Kind.orderAccepted, ...this.#head(request.clientOrderId) });
    this.#look(order);
  }

  #refuse({ clientOrderId, reduceOnly, closePosition, side, type, triggerTicks }: OrderRequest): RejectionReason | null {
    const [first] = [this.#orders.get(clientOrderId)];
    if (first?.state !== "onItsWay") return "duplicateId";
    if (reduceOnly && this.positionLots * directionOf(side) >= 0) return "reduceOnlyRejected";
    for (const { request, state } of this.#orders.values())
      if (closePosition && state === "open" && request.closePosition && request.type === type && request.side === side)
        return "closePositionTaken";
    return isConditional(type) && this.#isPast(type, side, triggerTicks) ? "wouldTriggerAtOnce" : null;
  }

  #isPast(type: OrderRequest["type"], side: OrderRequest["side"], triggerTicks: number): boolean {
    const above = (type === "stopMarket") === (side === "buy");
    return above ? this.#ticks >= triggerTicks : this.#ticks <= triggerTicks;
  }

  /** Fills what the price reaches, a large order in two parts. */
  #look(order: TrueOrder): void {
    const { request } = order;
    const { type, side, priceTicks } = request;
    const reached =
      type === "market" ||
      (type === "limit"
        ? (this.#ticks - priceTicks) * directionOf(side) < 0
        : isConditional(type) && this.#isPast(type, side, request.triggerTicks));
    if (!reached) return;
    if (request.closePosition) order.remainingLots = Math.abs(this.positionLots);
    const half = Math.ceil(order.remainingLots / 2);
    for (const lots of [half, order.remainingLots - half]) if (lots > 0 && order.state === "open") this.#fill(order, lots);
  }

  #fill(order: TrueOrder, wantedLots: number): void {
    const { clientOrderId, side, reduceOnly } = order.request;
    const direction = directionOf(side);
    const reducible = this.positionLots * direction < 0 ? Math.abs(this.positionLots) : 0;
    const qtyLots = reduceOnly ? Math.min(wantedLots, reducible) : wantedLots;
    if (qtyLots === 0) return;
    order.remainingLots -= qtyLots;
    if (order.remainingLots === 0) order.state = "ended";
    const was = this.positionLots;
    this.positionLots += direction * qtyLots;
    const fill: OrderFilled = {
      ...{ kind: Kind.orderFilled, ...this.#head(clientOrderId), tradeId: this.trades.length + 1 },
      ...{ side, priceTicks: this.#ticks as Ticks, qtyLots: qtyLots as Lots, feeUsdt: 0 },
      ...{ maker: false, liquidation: false, referenceTicks: 0 },
    };
    this.trades.push(fill);
    order.fills.push(fill);
    this.#say(fill);
    if (was * this.positionLots > 0 || was === 0) return;
    for (const each of this.#orders.values())
      if (each.state === "open" && each.request.reduceOnly && this.positionLots * directionOf(each.request.side) >= 0)
        this.#end(each, {
          ...{ kind: Kind.orderExpired, ...this.#head(each.request.clientOrderId) },
          ...{ remainingLots: each.remainingLots as Lots, reason: "position closed" },
        });
  }

  #end(order: TrueOrder, message: AccountEvent): void {
    order.state = "ended";
    order.end = message;
    this.#say(message);
  }

  #answer(query: VenueQuery): void {
    const head = this.#head("");
    const tell = (message: AccountEvent): void => void this.#letters.push({ dueTurn: this.#turn, message });
    switch (query.what) {
      case "openOrders":
        tell({ kind: Kind.openOrders, ...head, askedAtMs: query.askedAtMs, clientOrderIds: this.open });
        return;
      case "position":
        tell({ kind: Kind.positionReport, ...head, positionLots: this.positionLots as Lots, entryPrice: NaN });
        return;
      case "trades":
        for (const fill of this.trades) if (fill.tradeId > query.sinceTradeId) tell(fill);
        return;
      case "order": {
        const order = this.#orders.get(query.clientOrderId);
        if (order === undefined) tell(this.#rejection(query.clientOrderId, "neverArrived"));
        else if (order.state === "onItsWay") this.ask(query);
        else {
          for (const fill of order.fills) tell(fill);
          if (order.state === "open") tell({ kind: Kind.orderAccepted, ...this.#head(query.clientOrderId) });
          else tell(order.end ?? { kind: Kind.orderExpired, ...this.#head(query.clientOrderId), remainingLots: 0 as Lots, reason: FILLED });
        }
      }
    }
  }

  // ---- the line to it -----------------------------------------------------------------------------------------------------

  #later(run: () => void): void {
    this.#requests.push({ dueTurn: this.#turn + 1, run });
  }

  #say(message: Message): void {
    const { turns, how } = this.#calm ? PROMPT : this.#deliveryOf(message);
    const dueTurn = this.#turn + turns;
    if (how === "silent") return;
    const lost = how === "unknown" && message.kind !== Kind.orderFilled;
    const told: Message = lost ? { kind: Kind.orderUnknown, ...this.#head(message.clientOrderId ?? "") } : message;
    this.#letters.push({ dueTurn, message: told });
    if (how === "twice") this.#letters.push({ dueTurn: dueTurn + 1, message: told });
  }

  #rejection(clientOrderId: string, reason: RejectionReason): AccountEvent {
    return { kind: Kind.orderRejected, ...this.#head(clientOrderId), reason, message: "" };
  }

  #head(clientOrderId: string) {
    const nowMs = this.#nowMs;
    return { seq: 0, instrument: this.instrument, eventTimeMs: nowMs, receivedTimeMs: nowMs, knownAtMs: nowMs, sub: 1, clientOrderId };
  }
}
