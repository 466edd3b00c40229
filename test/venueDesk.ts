import { Observable } from "rxjs";
import type { Subscriber } from "rxjs";
import type { AccountEvent, OrderFilled } from "../src/domain/event.ts";
import type { Fill } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { usdtPerTickLot } from "../src/domain/instrument.ts";
import { legOf, nameOf } from "../src/domain/orders/orderIds.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { singleKline } from "../src/domain/kline.ts";
import type { OrderRequest, OrderSide, OrderType, TimeInForce } from "../src/domain/order.ts";
import type { Lots, Ticks } from "../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { codeOf } from "../src/venues/binance/rejectionCodes.ts";
import { DEFAULT_VENUE } from "../src/venues/simulated/options.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import type { SimulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import { T0 } from "./items.ts";

/** Ticks of 1 USDT and lots of 1: prices are ticks, quantities are lots, money can be worked out in the head. */
export const UNIT: Instrument = {
  index: instrumentIndex(0),
  symbol: "UNITUSDT",
  source: "exchange",
  tickSize: 1,
  lotSize: 1,
  minQtyLots: 1,
  maxQtyLots: 1_000_000,
  maxMarketQtyLots: 100_000,
  minPriceTicks: 1,
  maxPriceTicks: 1_000_000,
  minNotionalUsdt: 0,
  percentPriceUp: 0,
  percentPriceDown: 0,
  makerFeeRate: 0.0002,
  takerFeeRate: 0.0005,
  liquidationFeeRate: 0.01,
  fundingIntervalHours: 8,
  brackets: [
    { notionalFloorUsdt: 0, notionalCapUsdt: 100_000, maintenanceMarginRate: 0.01, maintenanceAmountUsdt: 0, maxLeverage: 50 },
    { notionalFloorUsdt: 100_000, notionalCapUsdt: 1_000_000, maintenanceMarginRate: 0.02, maintenanceAmountUsdt: 1_000, maxLeverage: 20 },
    {
      notionalFloorUsdt: 1_000_000,
      notionalCapUsdt: 10_000_000,
      maintenanceMarginRate: 0.1,
      maintenanceAmountUsdt: 81_000,
      maxLeverage: 5,
    },
  ],
};

/** Nothing but prices: no costs, no cap, no margin, no filters beyond tick and lot. */
export const BARE: SimulatedVenueOptions = {
  ...DEFAULT_VENUE,
  startUsdt: 100_000,
  slippageFraction: 0,
  latencyMs: 0,
  maxVolumeShare: null,
  filters: "tickAndLot",
  margin: false,
  makerFeeRate: 0,
  takerFeeRate: 0,
};

/** An order in a trader's shorthand; a market buy of 1 lot by default. */
export interface OrderOf {
  readonly id?: string;
  readonly side?: OrderSide;
  readonly qty?: number;
  readonly type?: OrderType;
  readonly price?: number;
  readonly trigger?: number;
  readonly callback?: number;
  readonly tif?: TimeInForce;
  readonly reduceOnly?: boolean;
  readonly closePosition?: boolean;
  readonly stop?: number;
  readonly target?: number;
  readonly leverage?: number;
  /** Minute at which it expires. */
  readonly until?: number;
  readonly reason?: string;
  readonly instrument?: number;
}

export const orderOf = (of: OrderOf, decidedAtMs: number): OrderRequest => ({
  clientOrderId: of.id ?? "o",
  planId: `plan-${of.id ?? "o"}`,
  instrument: instrumentIndex(of.instrument ?? 0),
  side: of.side ?? "buy",
  type: of.type ?? (of.price === undefined ? "market" : "limit"),
  qtyLots: (of.qty ?? (of.closePosition === true ? 0 : 1)) as Lots,
  priceTicks: (of.price ?? 0) as Ticks,
  triggerTicks: (of.trigger ?? 0) as Ticks,
  callbackFraction: of.callback ?? 0,
  timeInForce: of.tif ?? "GTC",
  reduceOnly: of.reduceOnly ?? of.closePosition ?? false,
  closePosition: of.closePosition ?? false,
  bracket: { stopFraction: of.stop ?? 0, targetFraction: of.target ?? 0 },
  leverage: of.leverage ?? 1,
  expiresAtMs: of.until === undefined ? Infinity : T0 + of.until * MINUTE_MS,
  reason: of.reason ?? "test",
  decidedAtMs,
});

/** A fill beside the order that it is of, which an exchange does not tell. */
export type SeenFill = OrderFilled & Pick<Fill, "planId" | "reason" | "reduceOnly" | "slippageUsdt">;

export const seenFill = (item: OrderFilled, orders: ReadonlyMap<string, OrderRequest>, instrument: Instrument): SeenFill => {
  const { clientOrderId, liquidation, priceTicks, referenceTicks, qtyLots } = item;
  const slippageUsdt = Math.abs(priceTicks - referenceTicks) * qtyLots * usdtPerTickLot(instrument);
  const order = orders.get(clientOrderId);
  if (order !== undefined)
    return { ...item, slippageUsdt, planId: order.planId, reason: order.reason, reduceOnly: order.reduceOnly || order.closePosition };
  const planId = liquidation ? clientOrderId : (orders.get(nameOf(clientOrderId).planId)?.planId ?? "");
  return { ...item, slippageUsdt, planId, reason: liquidation ? "liquidation" : legOf(clientOrderId), reduceOnly: true };
};

interface BarOf {
  /** Minute of the open; by default the next. */
  readonly at?: number;
  readonly volume?: number;
  readonly instrument?: number;
}

const isAccountItem = (item: Item): item is AccountEvent =>
  (item.kind >= Kind.orderAccepted && item.kind <= Kind.fundingPayment) || item.kind === Kind.orderFilled;

/** A simulated venue driven by hand, bar by bar; what it says in a bar comes back as short lines. */
export class VenueDesk {
  readonly instruments: readonly Instrument[];
  readonly venue: SimulatedVenue;
  /** Everything that left the venue, in order. */
  readonly items: Item[] = [];
  readonly #orders = new Map<string, OrderRequest>();
  readonly #line: Subscriber<Item>;
  #minute = 0;
  #seq = 0;

  constructor(
    options: Partial<SimulatedVenueOptions> = {},
    instrument: Partial<Instrument> = {},
    others: readonly Instrument[] = [],
    venue?: SimulatedVenue,
  ) {
    this.instruments = [{ ...UNIT, ...instrument }, ...others];
    this.venue = venue ?? simulatedVenue(this.instruments, { ...BARE, ...options });
    let line: Subscriber<Item> | undefined;
    this.venue.fills(new Observable<Item>((subscriber) => void (line = subscriber))).subscribe((item) => this.items.push(item));
    this.#line = line as unknown as Subscriber<Item>;
  }

  /** Line time: the close of the last bar. */
  get nowMs(): number {
    return T0 + this.#minute * MINUTE_MS;
  }

  get account(): readonly AccountEvent[] {
    return this.items.filter(isAccountItem);
  }

  get fills(): readonly SeenFill[] {
    return this.items
      .filter((item) => item.kind === Kind.orderFilled)
      .map((item) => seenFill(item, this.#orders, this.instruments[item.instrument] as Instrument));
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

  cancel(id: string, instrument = 0): this {
    this.venue.venue.cancel(instrumentIndex(instrument), id, this.nowMs);
    return this;
  }

  /** A settled funding rate at a minute, before that minute's bar. */
  funding(at: number, rate: number, markPrice = NaN): this {
    const timeMs = T0 + at * MINUTE_MS;
    this.#line.next({
      kind: Kind.funding,
      seq: (this.#seq += 1),
      instrument: instrumentIndex(0),
      eventTimeMs: timeMs,
      receivedTimeMs: timeMs,
      knownAtMs: timeMs,
      rate,
      intervalHours: 8,
      markPrice,
    });
    return this;
  }

  /** One bar; returns what the venue said in it. */
  bar(open: number, high: number, low: number, close: number, { at, volume = 1e9, instrument = 0 }: BarOf = {}): string[] {
    const minute = at ?? this.#minute;
    const kline = singleKline(instrumentIndex(instrument), MINUTE_MS, {
      openTimeMs: T0 + minute * MINUTE_MS,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume: 0,
      trades: 1,
      takerBuyVolume: 0,
      takerBuyQuoteVolume: 0,
    });
    kline.seq = this.#seq += 1;
    const said = this.items.length;
    this.#line.next(kline);
    this.#minute = minute + 1;
    return this.items.slice(said).filter(isAccountItem).map(spoken);
  }

  /** A bar of one price. */
  flat(price: number, of: BarOf = {}): string[] {
    return this.bar(price, price, price, price, of);
  }

  /** A market entry filled at the open of a flat bar: a position to start from. */
  enter(price: number, order: OrderOf = {}): this {
    this.submit({ id: "e", ...order });
    this.flat(price);
    return this;
  }
}

/** `id accepted`, `id rejected −2022`, `id buy 5 @ 100 maker`, … */
export const spoken = (item: AccountEvent): string => {
  switch (item.kind) {
    case Kind.orderAccepted:
      return `${item.clientOrderId} accepted`;
    case Kind.orderRejected:
      return `${item.clientOrderId} rejected ${codeOf(item.reason)}`;
    case Kind.orderCanceled:
      return `${item.clientOrderId} canceled ${item.remainingLots}`;
    case Kind.orderExpired:
      return `${item.clientOrderId} expired ${item.remainingLots} ${item.reason}`;
    case Kind.orderFilled:
      return `${item.clientOrderId} ${item.side} ${item.qtyLots} @ ${item.priceTicks}${item.maker ? " maker" : ""}`;
    case Kind.fundingPayment:
      return `funding ${item.paidUsdt}`;
    default:
      return `kind ${item.kind}`;
  }
};
