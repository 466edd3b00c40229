import type { DayLedger } from "./dayLedger.ts";
import { closeDay, dayLedger } from "./dayLedger.ts";
import type { AccountState, Fill, PositionState, TradeClosed } from "./derived.ts";
import type { Instrument } from "./instrument.ts";
import { ticksToPrice, usdtPerTickLot } from "./instrument.ts";
import { IsolatedMargin } from "./isolatedMargin.ts";
import { Kind } from "./kind.ts";
import type { Moment } from "./moment.ts";
import { moment } from "./moment.ts";
import { directionOf } from "./order.ts";
import type { IdScope } from "./orders/orderIds.ts";
import { NO_SCOPE } from "./orders/orderIds.ts";
import type { OwnOrders } from "./orders/ownOrder.ts";
import { ownOrders } from "./orders/ownOrders.ts";
import type { Direction, InstrumentIndex, Lots } from "./units.ts";
import { NO_INSTRUMENT, InvariantError } from "./units.ts";

/** The open round trip of one instrument: what `TradeClosed` will say of it. */
interface RoundTrip {
  direction: Direction;
  entryTimeMs: number;
  entryLots: number;
  entryTickLots: number;
  exitLots: number;
  exitTickLots: number;
  realisedUsdt: number;
  feesUsdt: number;
  fundingUsdt: number;
  slippageUsdt: number;
  planId: string;
}

/** One instrument's position; mutable here, read-only to everybody else as `PositionState`. */
class Position implements PositionState {
  readonly instrument: InstrumentIndex;
  readonly usdtPerTickLot: number;
  readonly ticksPerUnit: number;
  positionLots = 0;
  costTickLots = 0;
  markPrice = NaN;
  unrealisedUsdt = 0;
  trip: RoundTrip | null = null;

  constructor(instrument: Instrument) {
    this.instrument = instrument.index;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
    this.ticksPerUnit = 1 / instrument.tickSize;
  }

  get markTicks(): number {
    return this.markPrice * this.ticksPerUnit;
  }
  get averageTicks(): number {
    return this.positionLots === 0 ? NaN : this.costTickLots / this.positionLots;
  }
  get notionalUsdt(): number {
    return this.positionLots === 0 ? 0 : Math.abs(this.positionLots * this.markPrice * this.ticksPerUnit) * this.usdtPerTickLot;
  }
  get openedAtMs(): number {
    return this.trip?.entryTimeMs ?? NaN;
  }
  get planId(): string {
    return this.trip?.planId ?? "";
  }
}

export interface LedgerOptions {
  readonly startUsdt: number;
  /** The venue has a largest market order, so that larger exits are sliced. Default true. */
  readonly filters?: boolean;
  /** By instrument: whether the venue places brackets itself. Default true. */
  readonly attachesBrackets?: readonly boolean[];
  /** What client order ids begin with. Default: nothing, as in a backtest. */
  readonly ids?: IdScope;
  /** Moments that close up to this time only warm up: no day begins. Default: none. */
  readonly tradeFromMs?: number;
}

/**
 * The account, exactly as the fills say: netted (one-way) positions, isolated USDT wallet. Cost is kept in tick·lots, an
 * integer until a position is partly closed; realised PnL of a part is its share of that cost.
 * equity = start + realised − fees − funding + unrealised.
 */
export class Ledger implements AccountState {
  readonly kind = Kind.accountState;
  seq = -1;
  /** The instrument whose bar, fill or payment came last. */
  instrument: InstrumentIndex = NO_INSTRUMENT;
  knownAtMs = 0;
  atClose = false;
  late = false;
  readonly moment: Moment;
  readonly day: DayLedger = dayLedger();
  readonly startUsdt: number;
  realisedUsdt = 0;
  feesUsdt = 0;
  fundingUsdt = 0;
  slippageUsdt = 0;
  cashUsdt: number;
  unrealisedUsdt = 0;
  equityUsdt: number;
  fills = 0;
  readonly positions: readonly Position[];
  readonly margins: readonly IsolatedMargin[];
  readonly orders: readonly OwnOrders[];
  private readonly instruments: readonly Instrument[];
  private readonly tradeFromMs: number;
  private readonly filters: boolean;

  constructor(
    instruments: readonly Instrument[],
    { startUsdt, filters = true, attachesBrackets = [], ids = NO_SCOPE, tradeFromMs = -Infinity }: LedgerOptions,
  ) {
    this.tradeFromMs = tradeFromMs;
    this.filters = filters;
    this.instruments = instruments;
    this.moment = moment(instruments.length);
    this.startUsdt = startUsdt;
    this.cashUsdt = startUsdt;
    this.equityUsdt = startUsdt;
    this.positions = instruments.map((instrument) => new Position(instrument));
    this.margins = instruments.map((instrument) => new IsolatedMargin(instrument));
    this.orders = instruments.map(({ maxMarketQtyLots }, index) =>
      ownOrders({ maxMarketQtyLots: filters ? maxMarketQtyLots : 0 }, attachesBrackets[index] ?? true, ids),
    );
  }

  /** Trading rules changed. */
  setRules({ index, maxMarketQtyLots }: Instrument): void {
    (this.orders[index] as OwnOrders).maxMarketQtyLots = this.filters ? maxMarketQtyLots : 0;
  }

  get closeMs(): number {
    return this.moment.closeMs;
  }

  /** A moment has closed: its equity counts for the day. */
  closeMoment(): void {
    this.moment.open = false;
    if (this.moment.closeMs > this.tradeFromMs) closeDay(this.day, this.moment.closeMs, this.equityUsdt);
  }

  lotsOf(index: InstrumentIndex): number {
    return (this.positions[index] as Position).positionLots;
  }

  /** Marks one position at `price` (USDT); cash does not change. */
  mark(index: InstrumentIndex, price: number): void {
    const position = this.positions[index] as Position;
    position.markPrice = price;
    if (position.positionLots === 0 && position.unrealisedUsdt === 0) return;
    const unrealised = (position.positionLots * (price * position.ticksPerUnit) - position.costTickLots) * position.usdtPerTickLot;
    this.setUnrealised(position, unrealised);
  }

  /** Books a fill, which its order has taken already, and marks the instrument at its price. Returns the round trip that it closed, or null. */
  fill(fill: Fill): TradeClosed | null {
    const position = this.positions[fill.instrument] as Position;
    const { qtyLots } = fill;
    if (qtyLots <= 0) throw new InvariantError(`fill ${fill.tradeId} has quantity ${qtyLots}`);
    const direction = directionOf(fill.side);
    const closing = position.positionLots * direction < 0 ? Math.min(qtyLots, Math.abs(position.positionLots)) : 0;
    const { latest } = this.orders[fill.instrument] as OwnOrders;
    (this.margins[fill.instrument] as IsolatedMargin).fill(direction, qtyLots, fill.priceTicks, latest?.leverage ?? 1);
    this.fills += 1;
    this.feesUsdt += fill.feeUsdt;
    this.slippageUsdt += fill.slippageUsdt;
    let closed: TradeClosed | null = null;
    if (closing > 0) closed = this.close(position, fill, closing, closing / qtyLots);
    if (qtyLots > closing) this.open(position, fill, direction, qtyLots - closing, (qtyLots - closing) / qtyLots);
    this.cashUsdt = this.startUsdt + this.realisedUsdt - this.feesUsdt - this.fundingUsdt;
    this.mark(fill.instrument, ticksToPrice(this.instruments[fill.instrument] as Instrument, fill.priceTicks));
    this.sumUnrealised();
    return closed;
  }

  /** Books a funding payment: > 0 paid, < 0 received. */
  payFunding(index: InstrumentIndex, paidUsdt: number): void {
    const { trip } = this.positions[index] as Position;
    (this.margins[index] as IsolatedMargin).fund(paidUsdt);
    if (trip !== null) trip.fundingUsdt += paidUsdt;
    this.fundingUsdt += paidUsdt;
    this.cashUsdt = this.startUsdt + this.realisedUsdt - this.feesUsdt - this.fundingUsdt;
    this.equityUsdt = this.cashUsdt + this.unrealisedUsdt;
  }

  /**
   * The open round trip as if closed at the last mark without a fee (reason `open-at-end`), or null when flat. The
   * ledger does not change.
   */
  openTrade(index: InstrumentIndex, knownAtMs: number): TradeClosed | null {
    const position = this.positions[index] as Position;
    const { trip } = position;
    if (trip === null) return null;
    const markTicks = position.markPrice * position.ticksPerUnit;
    return this.report(
      position,
      {
        ...trip,
        exitLots: trip.exitLots + Math.abs(position.positionLots),
        exitTickLots: trip.exitTickLots + Math.abs(position.positionLots) * markTicks,
        realisedUsdt: trip.realisedUsdt + position.unrealisedUsdt,
      },
      { seq: this.seq, knownAtMs, exitTimeMs: knownAtMs, reason: "open-at-end" },
    );
  }

  private setUnrealised(position: Position, unrealisedUsdt: number): void {
    this.unrealisedUsdt += unrealisedUsdt - position.unrealisedUsdt;
    position.unrealisedUsdt = unrealisedUsdt;
    this.equityUsdt = this.cashUsdt + this.unrealisedUsdt;
  }

  /** Summed anew at every fill: the running sum between fills has no time to drift. */
  private sumUnrealised(): void {
    let sum = 0;
    for (const position of this.positions) sum += position.unrealisedUsdt;
    this.unrealisedUsdt = sum;
    this.equityUsdt = this.cashUsdt + sum;
  }

  private open(position: Position, fill: Fill, direction: Direction, qtyLots: number, share: number): void {
    position.trip ??= {
      direction,
      entryTimeMs: fill.eventTimeMs,
      entryLots: 0,
      entryTickLots: 0,
      exitLots: 0,
      exitTickLots: 0,
      realisedUsdt: 0,
      feesUsdt: 0,
      fundingUsdt: 0,
      slippageUsdt: 0,
      planId: fill.planId,
    };
    const { trip } = position;
    trip.entryLots += qtyLots;
    trip.entryTickLots += qtyLots * fill.priceTicks;
    trip.feesUsdt += fill.feeUsdt * share;
    trip.slippageUsdt += fill.slippageUsdt * share;
    position.positionLots += direction * qtyLots;
    position.costTickLots += direction * qtyLots * fill.priceTicks;
  }

  private close(position: Position, fill: Fill, qtyLots: number, share: number): TradeClosed | null {
    const trip = position.trip as RoundTrip;
    const held = Math.abs(position.positionLots);
    const whole = qtyLots === held;
    const cost = whole ? position.costTickLots : (position.costTickLots * qtyLots) / held;
    const realised = (trip.direction * qtyLots * fill.priceTicks - cost) * position.usdtPerTickLot;
    this.realisedUsdt += realised;
    trip.realisedUsdt += realised;
    trip.exitLots += qtyLots;
    trip.exitTickLots += qtyLots * fill.priceTicks;
    trip.feesUsdt += fill.feeUsdt * share;
    trip.slippageUsdt += fill.slippageUsdt * share;
    position.positionLots -= trip.direction * qtyLots;
    position.costTickLots -= cost;
    if (!whole) return null;
    position.costTickLots = 0;
    position.trip = null;
    return this.report(position, trip, {
      seq: fill.seq,
      knownAtMs: fill.knownAtMs,
      exitTimeMs: fill.eventTimeMs,
      reason: fill.reason,
    });
  }

  private report(
    position: Position,
    trip: RoundTrip,
    exit: { readonly seq: number; readonly knownAtMs: number; readonly exitTimeMs: number; readonly reason: string },
  ): TradeClosed {
    const instrument = this.instruments[position.instrument] as Instrument;
    return {
      kind: Kind.tradeClosed,
      seq: exit.seq,
      instrument: position.instrument,
      knownAtMs: exit.knownAtMs,
      direction: trip.direction,
      entryTimeMs: trip.entryTimeMs,
      entryPrice: ticksToPrice(instrument, trip.entryTickLots / trip.entryLots),
      exitTimeMs: exit.exitTimeMs,
      exitPrice: ticksToPrice(instrument, trip.exitTickLots / trip.exitLots),
      qtyLots: trip.entryLots as Lots,
      pnlUsdt: trip.realisedUsdt - trip.feesUsdt - trip.fundingUsdt,
      feesUsdt: trip.feesUsdt,
      fundingUsdt: trip.fundingUsdt,
      slippageUsdt: trip.slippageUsdt,
      exitReason: exit.reason,
      planId: trip.planId,
    };
  }
}
