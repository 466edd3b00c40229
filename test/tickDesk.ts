import { Observable } from "rxjs";
import type { Subscriber } from "rxjs";
import type { AccountEvent, Event, Trade } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import type { VenueModels } from "../src/venues/simulated/models/models.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import type { SimulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import { T0 } from "./items.ts";
import { BARE, orderOf, seenFill, spoken, UNIT } from "./venueDesk.ts";
import type { OrderOf, SeenFill } from "./venueDesk.ts";
import type { OrderRequest } from "../src/domain/order.ts";

/** Price and quantity of each level, best first. */
export type Levels = readonly (readonly [price: number, qty: number])[];

interface At {
  /** Ms after T0 by the exchange's clock; by default one after the event before. */
  readonly at?: number;
  /** Ms that the message needs to us. */
  readonly late?: number;
}

const isAccountItem = (item: Item): item is AccountEvent =>
  (item.kind >= Kind.orderAccepted && item.kind <= Kind.fundingPayment) || item.kind === Kind.orderFilled;

/** A venue that fills on trades or on the book, driven by hand, event by event; what it says of one comes back as short lines. */
export class TickDesk {
  readonly instrument: Instrument;
  readonly venue: SimulatedVenue;
  readonly items: Item[] = [];
  /** Exchange time of the last event, ms after T0. */
  ms = 0;
  #seq = 0;
  #updateId = 1;
  #tradeId = 0;
  readonly #orders = new Map<string, OrderRequest>();
  readonly #line: Subscriber<Item>;

  constructor(options: Partial<SimulatedVenueOptions>, instrument: Partial<Instrument> = {}, models: Partial<VenueModels> = {}) {
    this.instrument = { ...UNIT, ...instrument };
    this.venue = simulatedVenue([this.instrument], { ...BARE, ...options }, models);
    let line: Subscriber<Item> | undefined;
    this.venue.fills(new Observable<Item>((subscriber) => void (line = subscriber))).subscribe((item) => this.items.push(item));
    this.#line = line as unknown as Subscriber<Item>;
  }

  get nowMs(): number {
    return T0 + this.ms;
  }
  get account(): readonly AccountEvent[] {
    return this.items.filter(isAccountItem);
  }
  get fills(): readonly SeenFill[] {
    return this.items.filter((item) => item.kind === Kind.orderFilled).map((item) => seenFill(item, this.#orders, this.instrument));
  }
  get positionLots(): number {
    return this.fills.reduce((sum, fill) => sum + (fill.side === "buy" ? 1 : -1) * fill.qtyLots, 0);
  }

  submit(...orders: readonly OrderOf[]): this {
    for (const of of orders) {
      const order = orderOf(of, this.nowMs);
      this.#orders.set(order.clientOrderId, order);
      this.venue.venue.submit(order);
    }
    return this;
  }
  cancel(id: string): this {
    this.venue.venue.cancel(this.instrument.index, id, this.nowMs);
    return this;
  }

  snapshot(bids: Levels, asks: Levels, at: At = {}): string[] {
    return this.tell({
      ...this.#head(Kind.bookSnapshot, at),
      lastUpdateId: String((this.#updateId += 1)),
      bids: flat(bids),
      asks: flat(asks),
    });
  }
  /** Changed levels; `torn`: a message before it was lost. */
  diff(bids: Levels, asks: Levels, at: At & { readonly torn?: boolean } = {}): string[] {
    if (at.torn === true) this.#updateId += 1;
    const previousFinalUpdateId = String(this.#updateId);
    const finalUpdateId = String((this.#updateId += 1));
    return this.tell({
      ...this.#head(Kind.bookDiff, at),
      firstUpdateId: finalUpdateId,
      finalUpdateId,
      previousFinalUpdateId,
      bids: flat(bids),
      asks: flat(asks),
    });
  }
  /** A trade; `sold`: the seller took. */
  trade(price: number, qty: number, at: At & { readonly sold?: boolean } = {}): string[] {
    return this.tell({
      ...this.#head(Kind.trade, at),
      tradeId: String((this.#tradeId += 1)),
      price,
      qty,
      buyerIsMaker: at.sold ?? true,
      tradeCount: 1,
    });
  }
  mark(markPrice: number, at: At = {}): string[] {
    const rest = { markPrice, indexPrice: markPrice, nextFundingRate: 0, nextFundingTimeMs: 0 };
    return this.tell({ ...this.#head(Kind.markPrice, at), ...rest });
  }
  funding(rate: number, at: At = {}): string[] {
    return this.tell({ ...this.#head(Kind.funding, at), rate, intervalHours: 8, markPrice: NaN });
  }

  /** Puts an item on the line; returns what the venue said of it. */
  tell(item: Item): string[] {
    const said = this.items.length;
    this.#line.next(item);
    return this.items.slice(said).filter(isAccountItem).map(spoken);
  }

  #head<K extends Kind>(kind: K, { at, late = 0 }: At): Pick<Event, Exclude<keyof Trade & keyof Event, "kind">> & { readonly kind: K } {
    this.ms = at ?? this.ms + 1;
    const eventTimeMs = this.nowMs;
    const knownAtMs = eventTimeMs + late;
    return { kind, seq: (this.#seq += 1), instrument: instrumentIndex(0), eventTimeMs, receivedTimeMs: knownAtMs, knownAtMs };
  }
}

const flat = (levels: Levels): Float64Array => Float64Array.from(levels.flat());
