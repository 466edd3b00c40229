import { pipe, Subject } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { account } from "../../operators/account.ts";
import { execute } from "../../operators/execute.ts";
import { riskGate } from "../../operators/riskGate.ts";
import type { AccountState, Intent } from "../../src/domain/derived.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { OwnOrders } from "../../src/domain/orders/ownOrder.ts";
import { exitLots } from "../../src/domain/orders/ownOrders.ts";
import { isProtected } from "../../src/domain/orders/protection.ts";
import type { Venue } from "../../src/domain/ports.ts";
import type { Lots, Ticks } from "../../src/domain/units.ts";
import { MINUTE_MS } from "../../src/domain/units.ts";
import { bar, intentOf, T0 } from "../items.ts";
import { limitsOf } from "../riskLine.ts";

/** A venue under test, beside what is true there. */
export interface VenueUnderTest {
  readonly instrument: Instrument;
  readonly venue: Venue;
  /** Where it puts its answers on the line itself. */
  readonly answers: OperatorFunction<Item, Item>;
  /** The market trades at a price: what comes to the line, in order. */
  turn(ticks: number, nowMs: number): readonly Item[];
  /** From now on every answer comes, at once and once. */
  calm(): void;
  readonly isQuiet: boolean;
  readonly open: readonly string[];
  readonly positionLots: number;
  readonly trades: number;
}

export type Wish =
  | { readonly what: "enter"; readonly side: 1 | -1; readonly limit?: number }
  | { readonly what: "reduce" | "exit" | "cancelEntries" }
  | { readonly what: "moveStop"; readonly ticks: number };

const STOP_FRACTION = 0.05;

/** The acting part of the line (account, gate, execute) before a venue, driven turn by turn. Throws where our view is unprotected. */
export class OwnOrdersLine {
  readonly #of: VenueUnderTest;
  readonly #line = new Subject<Item>();
  readonly #sent = new Map<string, number>();
  #account: AccountState | null = null;
  #minute = 0;
  #plans = 0;
  readonly faults: string[] = [];

  constructor(of: VenueUnderTest) {
    this.#of = of;
    const { instrument, venue } = of;
    const limits = limitsOf({ position: { maxStopFraction: 0.5 } });
    const line = pipe(
      of.answers,
      account([instrument], { ...venue.terms, startUsdt: 1e6 }),
      riskGate([instrument], limits),
      execute(venue),
    );
    line(this.#line).subscribe((item) => {
      if (item.kind === Kind.accountState) this.#account = item;
      if (item.kind === Kind.fault) this.faults.push(item.message);
      if (item.kind === Kind.orderSent) this.#count(item.order.clientOrderId);
    });
  }

  get orders(): OwnOrders {
    return (this.#account as AccountState).orders[0] as OwnOrders;
  }
  get positionLots(): number {
    return this.#account?.positions[0]?.positionLots ?? 0;
  }
  get fills(): number {
    return this.#account?.fills ?? 0;
  }
  get duplicates(): number {
    return this.orders.trades.duplicates;
  }
  get open(): string[] {
    return this.orders.open.map(({ orderId, status }) => `${orderId} ${status}`);
  }

  /** The market trades at a price, and a bar closes on it. */
  turn(ticks: number): this {
    this.#minute += 1;
    for (const item of this.#of.turn(ticks, this.nowMs)) this.#next(item);
    this.#next(bar({ at: this.#minute, close: ticks * this.#of.instrument.tickSize }));
    return this;
  }

  /** What L4 would ask for: an entry where nothing is held or asked for, the rest where something is. */
  wish(wish: Wish, ticks: number): this {
    const lots = this.positionLots;
    const held = lots === 0 ? 0 : Math.sign(lots);
    if (wish.what === "enter") {
      if (held !== 0 || this.orders.open.some(({ role }) => role === "entry")) return this;
      const bracket = { stopFraction: STOP_FRACTION, targetFraction: STOP_FRACTION };
      const limit = wish.limit === undefined ? {} : { orderType: "limit" as const, limitTicks: (ticks - wish.side * wish.limit) as Ticks };
      this.#ask("enter", { direction: wish.side, bracket, worstTicks: ticks as Ticks, ...limit });
    } else if (wish.what === "cancelEntries") this.#ask("cancelEntries", {});
    else if (held !== 0) {
      const side = { direction: held as 1 | -1 };
      if (wish.what === "moveStop") this.#ask("moveStop", { ...side, stopTicks: (ticks - held * wish.ticks) as Ticks });
      else this.#ask(wish.what, { ...side, qtyLots: (wish.what === "reduce" ? 1 : Math.abs(lots)) as Lots });
    }
    return this;
  }

  /** What a reconnect does: it asks how things stand. */
  askAll(): this {
    const { venue, instrument } = this.#of;
    const head = { instrument: instrument.index, askedAtMs: this.nowMs };
    venue.ask({ what: "openOrders", ...head });
    venue.ask({ what: "position", ...head });
    return this;
  }

  /** Lets everything arrive. */
  settle(ticks: number): this {
    this.#of.calm();
    for (let quiet = 0, turns = 0; quiet < 4; turns += 1) {
      if (turns > 200) throw new Error(`never quiet: ${this.open.join(", ")}`);
      if (turns % 10 === 0) this.askAll();
      this.turn(ticks);
      quiet = this.#of.isQuiet ? quiet + 1 : 0;
    }
    return this;
  }

  get nowMs(): number {
    return T0 + (this.#minute + 1) * MINUTE_MS;
  }

  #ask(action: Intent["action"], terms: Partial<Intent>): void {
    this.#plans += 1;
    this.#next(intentOf({ at: this.#minute }, action, { planId: `P-${this.#plans}`, ...terms }));
  }

  #next(item: Item): void {
    this.#line.next(item);
    const { positionLots } = this;
    if (positionLots === 0) return;
    if (!isProtected(this.orders) && exitLots(this.orders) < Math.abs(positionLots))
      throw new Error(`unprotected: ${positionLots} lots, ${this.open.join(", ")}`);
  }

  #count(id: string): void {
    if (this.#sent.has(id)) throw new Error(`${id} was sent twice`);
    this.#sent.set(id, 1);
  }
}
