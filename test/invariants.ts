import type { OperatorFunction } from "rxjs";
import { stepOperator } from "../operators/stepOperator.ts";
import type { AccountState, Fill, OrderSent, TradeClosed } from "../src/domain/derived.ts";
import type { FundingPayment, OrderAccepted, OrderCanceled, OrderExpired, OrderRejected } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar, Kline } from "../src/domain/kline.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import { InvariantError } from "../src/domain/units.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import { decimal, fixed, fixedInteger, over, times, toNumber } from "./fixedPoint.ts";
import type { Decimal, Fixed } from "./fixedPoint.ts";

const TOLERANCE_USDT = 1e-8;

/** Throws when `ok` is false: the line ends with the item's `seq` in the error. */
function require(ok: boolean, what: () => string): asserts ok {
  if (!ok) throw new InvariantError(what());
}

/** One instrument's position, from its fills. */
class ExactPosition {
  readonly #tickSize: Decimal;
  readonly #lotSize: Decimal;
  lots = 0n;
  costTickLots: Fixed = 0n;
  /** Last price, in ticks. */
  markTicks: Fixed = 0n;

  constructor(instrument: Instrument) {
    this.#tickSize = decimal(instrument.tickSize);
    this.#lotSize = decimal(instrument.lotSize);
  }

  /** Realised PnL of a fill, USDT. */
  fill({ side, qtyLots, priceTicks }: Fill): Fixed {
    const sign = side === "buy" ? 1n : -1n;
    const price = BigInt(priceTicks);
    this.markTicks = fixedInteger(price);
    const closing = this.lots * sign < 0n ? smaller(BigInt(qtyLots), abs(this.lots)) : 0n;
    let realised: Fixed = 0n;
    if (closing > 0n) {
      const cost = (this.costTickLots * closing) / abs(this.lots);
      realised = this.#usdt(fixedInteger(-sign * closing * price) - cost);
      this.costTickLots -= cost;
    }
    this.costTickLots += fixedInteger(sign * (BigInt(qtyLots) - closing) * price);
    this.lots += sign * BigInt(qtyLots);
    return realised;
  }

  markAt(price: number): void {
    this.markTicks = over(fixed(price), this.#tickSize);
  }

  get unrealisedUsdt(): Fixed {
    return this.lots === 0n ? 0n : this.#usdt(this.lots * this.markTicks - this.costTickLots);
  }

  #usdt(tickLots: Fixed): Fixed {
    return times(times(tickLots, this.#tickSize), this.#lotSize);
  }
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** The account once more, from fills, payments and marks alone. */
class Books {
  readonly positions: readonly ExactPosition[];
  readonly startUsdt: Fixed;
  realised: Fixed = 0n;
  fees: Fixed = 0n;
  funding: Fixed = 0n;
  slippage: Fixed = 0n;
  fills = 0;
  /** Σ PnL of round trips, which the line reports. */
  closedUsdt = 0;

  constructor(instruments: readonly Instrument[], startUsdt: number) {
    this.positions = instruments.map((instrument) => new ExactPosition(instrument));
    this.startUsdt = fixed(startUsdt);
  }

  fill(fill: Fill): void {
    require(Number.isSafeInteger(fill.qtyLots) && fill.qtyLots > 0, () => `fill ${fill.tradeId} of ${fill.qtyLots} lots`);
    require(Number.isSafeInteger(fill.priceTicks) && fill.priceTicks > 0, () => `fill ${fill.tradeId} at ${fill.priceTicks} ticks`);
    require(fill.slippageUsdt >= 0, () => `fill ${fill.tradeId} has slippage ${fill.slippageUsdt}`);
    const position = this.positionOf(fill);
    const before = position.lots;
    this.realised += position.fill(fill);
    this.fees += fixed(fill.feeUsdt);
    this.slippage += fixed(fill.slippageUsdt);
    this.fills += 1;
    if (!fill.reduceOnly) return;
    const after = position.lots;
    require(abs(after) < abs(before) && before * after >= 0n, () =>
      `reduce-only ${fill.clientOrderId} turned ${before} lots into ${after}`);
  }

  pay({ paidUsdt }: FundingPayment): void {
    this.funding += fixed(paidUsdt);
  }

  check(account: AccountState): void {
    const cash = this.startUsdt + this.realised - this.fees - this.funding;
    let unrealised: Fixed = 0n;
    for (const position of this.positions) unrealised += position.unrealisedUsdt;
    near("cash = start + realised − fees − funding", account.cashUsdt, cash);
    near("unrealised", account.unrealisedUsdt, unrealised);
    near("equity = cash + unrealised", account.equityUsdt, cash + unrealised);
    near("equity of the account's own parts", account.cashUsdt + account.unrealisedUsdt, fixed(account.equityUsdt));
    near("realised", account.realisedUsdt, this.realised);
    near("fees", account.feesUsdt, this.fees);
    near("funding", account.fundingUsdt, this.funding);
    near("slippage", account.slippageUsdt, this.slippage);
    require(account.fills === this.fills, () => `the account counts ${account.fills} fills, there were ${this.fills}`);
    for (const [i, { lots }] of this.positions.entries()) {
      const held = account.positions[i]?.positionLots;
      require(held === Number(lots), () => `position ${i} is ${String(held)} lots, the fills sum to ${lots}`);
    }
    if (this.positions.every(({ lots }) => lots === 0n)) near("Σ PnL of round trips when flat", this.closedUsdt, cash - this.startUsdt);
  }

  positionOf({ instrument }: { readonly instrument: number }): ExactPosition {
    return this.positions[instrument] as ExactPosition;
  }
}

const near = (what: string, found: number, expected: Fixed): void => {
  const difference = toNumber(fixed(found) - expected);
  require(Math.abs(difference) <= TOLERANCE_USDT, () => `${what}: ${found}, recomputed ${toNumber(expected)}, off by ${difference}`);
};

/** What is known of one client order id. */
interface Id {
  /** Sent and not answered yet, in the order they were sent. */
  readonly pending: OrderRequest[];
  /** On the book; `request` null for protection that the venue placed itself. */
  open: { readonly request: OrderRequest | null; filledLots: number } | null;
}

/** Every order gets exactly one terminal answer: filled, refused, canceled or expired; and never a fill too much. */
class Orders {
  readonly #ids: readonly Map<string, Id>[];

  constructor(instruments: readonly Instrument[]) {
    this.#ids = instruments.map(() => new Map<string, Id>());
  }

  sent({ order, instrument }: OrderSent): void {
    this.#id(instrument, order.clientOrderId).pending.push(order);
  }

  accepted({ clientOrderId, instrument }: OrderAccepted): void {
    const id = this.#id(instrument, clientOrderId);
    require(id.open === null, () => `${clientOrderId} was accepted while it was open`);
    id.open = { request: id.pending.shift() ?? null, filledLots: 0 };
  }

  filled(fill: Fill, positionAfter: bigint): void {
    const { clientOrderId, instrument, qtyLots } = fill;
    // What the exchange sends itself was never announced.
    if (clientOrderId.startsWith("autoclose-")) return;
    const id = this.#id(instrument, clientOrderId);
    const { open } = id;
    require(open !== null, () => `fill of ${clientOrderId}, which is not open`);
    open.filledLots += qtyLots;
    const { request } = open;
    if (request === null || request.closePosition) {
      if (positionAfter === 0n) this.#end(instrument, clientOrderId, id);
      return;
    }
    require(open.filledLots <= request.qtyLots, () => `${clientOrderId} filled ${open.filledLots} of ${request.qtyLots} lots`);
    if (open.filledLots === request.qtyLots) this.#end(instrument, clientOrderId, id);
  }

  /** An order on its way that was refused, or a conditional entry whose margin was missing when it triggered. */
  rejected({ clientOrderId, instrument, reason }: OrderRejected): void {
    // The answer to a cancel that came too late.
    if (reason === "unknownOrder") return;
    const id = this.#id(instrument, clientOrderId);
    if (id.pending.shift() !== undefined) return;
    require(id.open !== null, () => `${clientOrderId} was refused but never sent`);
    this.#end(instrument, clientOrderId, id);
  }

  withdrawn({ clientOrderId, instrument, remainingLots }: OrderCanceled | OrderExpired): void {
    const id = this.#id(instrument, clientOrderId);
    const { open } = id;
    require(open !== null, () => `${clientOrderId} ended but was not open`);
    if (open.request !== null && !open.request.closePosition) {
      const left = open.request.qtyLots - open.filledLots;
      require(remainingLots === left, () => `${clientOrderId} ended with ${remainingLots} lots left, ${left} were`);
    }
    this.#end(instrument, clientOrderId, id);
  }

  #id(instrument: number, clientOrderId: string): Id {
    const ids = this.#ids[instrument] as Map<string, Id>;
    let id = ids.get(clientOrderId);
    if (id === undefined) ids.set(clientOrderId, (id = { pending: [], open: null }));
    return id;
  }

  /** Forgotten, so that an id may come again and memory stays with the open orders. */
  #end(instrument: number, clientOrderId: string, id: Id): void {
    id.open = null;
    if (id.pending.length === 0) this.#ids[instrument]?.delete(clientOrderId);
  }
}

interface InvariantState {
  readonly books: Books;
  readonly orders: Orders;
}

const withdrawn = ({ orders }: InvariantState, item: OrderCanceled | OrderExpired): void => {
  orders.withdrawn(item);
};

/**
 * Appended to any line behind `account`, it recomputes the account from fills, payments and bars in integers and
 * compares after every event, to 1e-8 USDT: position = Σ fills; cash = start + Σ realised − fees − funding; equity = cash +
 * unrealised; fees, funding and slippage each on its own; Σ PnL of round trips when flat. It also follows every order from
 * `orderSent` and acceptance to its one end, and sees that reduce-only never increases. A breach ends the line with an
 * `InvariantError`.
 */
export const checkInvariants = (instruments: readonly Instrument[], startUsdt: number): OperatorFunction<Item, Item> =>
  stepOperator<InvariantState>("checkInvariants", () => ({ books: new Books(instruments, startUsdt), orders: new Orders(instruments) }), {
    [Kind.bar]: ({ books }, bar: Bar) => {
      if (bar.base) books.positionOf(bar).markAt(bar.close);
    },
    [Kind.fill]: ({ books, orders }, fill) => {
      books.fill(fill);
      orders.filled(fill, books.positionOf(fill).lots);
    },
    [Kind.fundingPayment]: ({ books }, payment) => {
      books.pay(payment);
    },
    [Kind.tradeClosed]: ({ books }, trade: TradeClosed) => {
      books.closedUsdt += trade.pnlUsdt;
    },
    [Kind.accountState]: ({ books }, account) => {
      books.check(account);
    },
    [Kind.orderSent]: ({ orders }, item) => {
      orders.sent(item);
    },
    [Kind.orderAccepted]: ({ orders }, item) => {
      orders.accepted(item);
    },
    [Kind.orderRejected]: ({ orders }, item) => {
      orders.rejected(item);
    },
    [Kind.orderCanceled]: withdrawn,
    [Kind.orderExpired]: withdrawn,
  });

/** The bar that a book's fills belong to. */
interface BarFills {
  kline: Kline | null;
  lots: number;
}

/**
 * What every fill of the simulated venue must respect on bars: a price inside [low, high] of its bar but for slippage, which
 * is against us and no more than asked for (liquidations may end at the bankruptcy price); the fee of its rate; and together
 * no more than the share of the bar's volume (liquidations aside).
 */
export const checkFills = (
  instruments: readonly Instrument[],
  { slippageFraction, maxVolumeShare, makerFeeRate, takerFeeRate }: SimulatedVenueOptions,
): OperatorFunction<Item, Item> =>
  stepOperator<readonly BarFills[]>("checkFills", () => instruments.map(() => ({ kline: null, lots: 0 })), {
    [Kind.kline]: (bars, kline) => {
      const bar = bars[kline.instrument] as BarFills;
      bar.kline = kline;
      bar.lots = 0;
    },
    [Kind.fill]: (bars, fill) => {
      const bar = bars[fill.instrument] as BarFills;
      const instrument = instruments[fill.instrument] as Instrument;
      const { kline } = bar;
      const name = fill.clientOrderId;
      require(kline !== null && fill.eventTimeMs === kline.openTimeMs, () => `fill of ${name} belongs to no bar`);
      if (fill.reason === "liquidation") return;
      const notional = fill.priceTicks * fill.qtyLots * instrument.tickSize * instrument.lotSize;
      const rate = fill.maker ? (makerFeeRate ?? instrument.makerFeeRate) : (takerFeeRate ?? instrument.takerFeeRate);
      require(Math.abs(fill.feeUsdt - notional * rate) <= 1e-9 * (1 + notional), () => `fee of ${name}: ${fill.feeUsdt}`);
      const slipped = fill.slippageUsdt / (fill.qtyLots * instrument.tickSize * instrument.lotSize);
      const reference = fill.priceTicks - (fill.side === "buy" ? slipped : -slipped);
      const [low, high] = [kline.low / instrument.tickSize, kline.high / instrument.tickSize];
      require(reference >= low - 1e-6 && reference <= high + 1e-6, () => `fill of ${name} at ${reference} outside [${low}, ${high}]`);
      require(fill.maker ? slipped === 0 : slipped <= reference * slippageFraction + 1, () => `fill of ${name} slipped ${slipped} ticks`);
      bar.lots += fill.qtyLots;
      const cap = maxVolumeShare === null ? Infinity : (kline.volume * maxVolumeShare) / instrument.lotSize + 1e-6;
      require(bar.lots <= cap, () => `${bar.lots} lots filled in a bar that allows ${cap}`);
    },
  });
