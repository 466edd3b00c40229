import { Subject } from "rxjs";
import { describe, expect, it } from "vitest";
import { funding, kline, T0 } from "../../../test/items.ts";
import type { OrderOf } from "../../../test/venueDesk.ts";
import { BARE, orderOf, UNIT } from "../../../test/venueDesk.ts";
import type { AccountEvent, Trade } from "../../domain/event.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import { instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import type { FillOnChoice, SimulatedVenueOptions } from "./options.ts";
import { simulatedVenue } from "./simulatedVenue.ts";

const INSTRUMENTS = [
  { ...UNIT, symbol: "AUSDT" },
  { ...UNIT, symbol: "BUSDT", index: instrumentIndex(1) },
];

/** A venue of two instruments; what it says, by instrument. */
class Desk {
  readonly said: AccountEvent[][] = [[], []];
  readonly #venue;
  readonly #line = new Subject<Item>();
  #seq = 0;
  #ms = 0;

  constructor(fillOn: FillOnChoice, options: Partial<SimulatedVenueOptions> = {}) {
    this.#venue = simulatedVenue(INSTRUMENTS, { ...BARE, ...options, fillOn });
    this.#venue.fills(this.#line).subscribe((item) => {
      if ((item.kind >= Kind.orderAccepted && item.kind <= Kind.fundingPayment) || item.kind === Kind.orderFilled) {
        const event = item as AccountEvent;
        this.said[event.instrument]?.push(event);
      }
    });
  }

  submit(order: OrderOf): void {
    this.#venue.venue.submit(orderOf(order, T0 + this.#ms));
  }
  trade(instrument: 0 | 1, price: number, atMs: number): void {
    this.#ms = atMs;
    const timeMs = T0 + atMs;
    const header = {
      seq: this.#seq,
      instrument: instrumentIndex(instrument),
      eventTimeMs: timeMs,
      receivedTimeMs: timeMs,
      knownAtMs: timeMs,
    };
    this.#seq += 1;
    this.#line.next({
      kind: Kind.trade,
      ...header,
      tradeId: String(this.#seq),
      price,
      qty: 50,
      buyerIsMaker: false,
      tradeCount: 1,
    } satisfies Trade);
  }
  /** The klines of both, of minute `at`. */
  klines(at: number, ohlc: readonly [number, number, number, number]): void {
    this.#ms = (at + 1) * MINUTE_MS;
    for (const instrument of [0, 1]) this.#line.next(kline({ at, ohlc, volume: 1000, instrument, seq: (this.#seq += 1) }));
  }
  funding(at: number): void {
    for (const instrument of [0, 1]) this.#line.next(funding({ at, instrument, seq: (this.#seq += 1) }, 0.001));
  }
}

/** Two minutes in which both are bought, protected, pay funding and are stopped out. */
const story = (fillOn: FillOnChoice): AccountEvent[][] => {
  const desk = new Desk(fillOn);
  for (const instrument of [0, 1] as const) desk.trade(instrument, 100, 10);
  desk.klines(0, [100, 101, 99, 100]);
  for (const instrument of [0, 1]) {
    desk.submit({ id: `m${instrument}`, qty: 5, instrument });
    desk.submit({ id: `l${instrument}`, qty: 5, price: 97, instrument });
  }
  for (const instrument of [0, 1] as const) for (const [i, price] of [102, 98, 96].entries()) desk.trade(instrument, price, 60_010 + i);
  desk.klines(1, [101, 103, 96, 97]);
  for (const instrument of [0, 1])
    desk.submit({ id: `s${instrument}`, type: "stopMarket", side: "sell", trigger: 93, closePosition: true, instrument });
  desk.funding(2);
  for (const instrument of [0, 1] as const) for (const [i, price] of [97, 90, 89].entries()) desk.trade(instrument, price, 120_010 + i);
  desk.klines(2, [97, 98, 89, 90]);
  return desk.said;
};

describe("one venue, an instrument on trades and another on bars", () => {
  const [trades, bars] = [story("trades"), story("bars")];

  it("each fills as where both fill its way", () => {
    for (const [i, way] of [trades, bars].entries())
      expect(way[i]?.filter(({ kind }) => kind === Kind.orderFilled).length).toBeGreaterThan(2);
    expect(trades).not.toEqual(bars);
    expect(story({ AUSDT: "trades" })).toEqual([trades[0], bars[1]]);
    expect(story({ BUSDT: "trades", default: "bars" })).toEqual([bars[0], trades[1]]);
    expect(story({ AUSDT: "bars", default: "trades" })).toEqual([bars[0], trades[1]]);
    expect(story({ default: "trades" })).toEqual(trades);
    expect(story({})).toEqual(bars);
    expect(story({ AUSDT: "trades" }).map((said) => said.filter(({ kind }) => kind === Kind.fundingPayment).length)).toEqual([1, 1]);
  });

  it("both live on one wallet: what one holds the other cannot use", () => {
    const refusedWith = (qty: number): AccountEvent[] => {
      const desk = new Desk({ AUSDT: "trades" }, { margin: true, startUsdt: 1000 });
      desk.trade(0, 100, 10);
      desk.klines(0, [100, 100, 100, 100]);
      desk.submit({ id: "a", qty, instrument: 0 });
      desk.trade(0, 100, 60_010);
      desk.submit({ id: "b", qty: 5, instrument: 1 });
      desk.klines(1, [100, 100, 100, 100]);
      desk.klines(2, [100, 100, 100, 100]);
      return (desk.said[1] as AccountEvent[]).filter(({ kind }) => kind === Kind.orderRejected);
    };
    expect(refusedWith(5)).toEqual([]);
    expect(refusedWith(6)).toMatchObject([{ clientOrderId: "b", reason: "insufficientMargin" }]);
  });
});
