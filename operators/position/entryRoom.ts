import type { AccountState, ApprovedPlan, PositionState, TradeClosed } from "../../src/domain/derived.ts";
import type { MarginAtHand } from "../../src/domain/entryMargin.ts";
import type { Fill, FundingPayment, OrderAccepted } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { usdtPerTickLot } from "../../src/domain/instrument.ts";
import { IsolatedMargin } from "../../src/domain/isolatedMargin.ts";
import { directionOf } from "../../src/domain/order.ts";
import { indexOfOrder } from "../../src/domain/orderList.ts";
import type { VenueTerms } from "../../src/domain/ports.ts";
import type { Direction, InstrumentIndex } from "../../src/domain/units.ts";
import type { PendingEntry } from "../../src/risk/exposure.ts";
import { InstrumentExposure } from "../../src/risk/exposure.ts";
import type { PositionLimits } from "../../src/risk/limits.ts";
import { worstTicksOf } from "../../src/risk/positionTier.ts";
import { largestEntry, refuseSmallest } from "./entrySize.ts";
import type { SizeFacts, SizeRefusal } from "./entrySize.ts";

/** An entry without its size. `limitTicks` 0: a market order. */
export interface EntryWish {
  readonly direction: Direction;
  readonly worstTicks: number;
  readonly leverage: number;
  readonly limitTicks: number;
}

/** Share of the wallet that the venue's sums and these may differ by: they do not add in the same order. */
const ROUNDING = 1e-12;

/**
 * How large an entry may be so that neither risk nor the venue refuses it for its size. It follows both of them by what the line tells:
 * the gate's exposures by plans, fills and answers, the venue's isolated margins by fills and funding payments. A market order is judged
 * at the last price, by which the venue judges it when it arrives; what happens in between nobody knows.
 */
export class EntryRoom {
  readonly exposures: readonly InstrumentExposure[];
  private readonly instruments: readonly Instrument[];
  private readonly limits: PositionLimits;
  private readonly terms: VenueTerms;
  private readonly margins: readonly IsolatedMargin[];
  private account: AccountState | null = null;

  constructor(instruments: readonly Instrument[], limits: PositionLimits, terms: VenueTerms) {
    this.instruments = instruments;
    this.limits = limits;
    this.terms = terms;
    this.exposures = instruments.map((instrument) => new InstrumentExposure(instrument));
    this.margins = instruments.map((instrument) => new IsolatedMargin(instrument));
  }

  /** Lots of the largest entry that is not refused for its size; 0: none. */
  largest(index: InstrumentIndex, wish: EntryWish): number {
    return largestEntry(this.facts(index, wish));
  }

  /** What refuses the smallest entry that the exchange takes. */
  refuseSmallest(index: InstrumentIndex, wish: EntryWish): SizeRefusal {
    return refuseSmallest(this.facts(index, wish));
  }

  // ---- what the line tells --------------------------------------------------------------------------------------------

  /** Both the state and its positions are pooled: they are looked at from now on. */
  follow(account: AccountState): void {
    if (this.account === account) return;
    this.account = account;
    for (const [index, exposure] of this.exposures.entries()) exposure.position = account.positions[index] as PositionState;
  }

  approved(plan: ApprovedPlan): void {
    const exposure = this.exposures[plan.instrument] as InstrumentExposure;
    exposure.approved(plan, worstTicksOf(plan.intent, exposure.markTicks));
  }

  accepted({ instrument, clientOrderId }: OrderAccepted): void {
    (this.exposures[instrument] as InstrumentExposure).accepted(clientOrderId);
  }

  filled(fill: Fill): void {
    const { instrument, clientOrderId, side, qtyLots, priceTicks } = fill;
    const exposure = this.exposures[instrument] as InstrumentExposure;
    if (this.terms.margin) {
      const entry = exposure.pending[indexOfOrder(exposure.pending, clientOrderId)];
      (this.margins[instrument] as IsolatedMargin).fill(directionOf(side), qtyLots, priceTicks, entry?.intent.leverage ?? 1);
    }
    exposure.filled(fill);
  }

  paid({ instrument, paidUsdt }: FundingPayment): void {
    (this.margins[instrument] as IsolatedMargin).fund(paidUsdt);
  }

  ended(instrument: InstrumentIndex, clientOrderId: string): void {
    (this.exposures[instrument] as InstrumentExposure).ended(clientOrderId);
  }

  closed({ instrument, direction }: TradeClosed): void {
    (this.exposures[instrument] as InstrumentExposure).closed(direction);
  }

  // ---- what is known when an entry is asked for -------------------------------------------------------------------------

  private facts(index: InstrumentIndex, { direction, worstTicks, leverage, limitTicks }: EntryWish): SizeFacts {
    const exposure = this.exposures[index] as InstrumentExposure;
    const { markTicks } = exposure;
    const isLimit = limitTicks > 0;
    let othersUsdt = 0;
    for (const each of this.exposures) if (each !== exposure) othersUsdt += each.worstMarginUsdt(null);
    return {
      instrument: this.instruments[index] as Instrument,
      direction,
      leverage,
      isLimit,
      worstTicks: worstTicksOf({ orderType: isLimit ? "limit" : "market", direction, limitTicks, worstTicks }, markTicks),
      priceTicks: isLimit ? limitTicks : Math.round(markTicks),
      limits: this.limits,
      exposure,
      equityUsdt: this.account?.equityUsdt ?? NaN,
      othersUsdt,
      filters: this.terms.filters,
      atHand: this.terms.margin ? this.marginAtHand(index, direction) : null,
    };
  }

  private marginAtHand(index: InstrumentIndex, direction: Direction): MarginAtHand {
    const cashUsdt = this.account?.cashUsdt ?? NaN;
    let availableUsdt = cashUsdt - ROUNDING * Math.abs(cashUsdt);
    for (const at of this.instruments.keys()) availableUsdt -= (this.margins[at] as IsolatedMargin).marginUsdt + this.reservedUsdt(at);
    let openTickLots = 0;
    for (const entry of (this.exposures[index] as InstrumentExposure).pending)
      if (entry.intent.direction === direction) openTickLots += entry.remainingLots * ticksOf(entry);
    return { position: this.margins[index] as IsolatedMargin, openTickLots, availableUsdt, takerFeeRate: this.takerFeeRate(index) };
  }

  /** What entries on their way cost the wallet: initial margin, and the fee of those that may take. */
  private reservedUsdt(index: number): number {
    let sum = 0;
    for (const entry of (this.exposures[index] as InstrumentExposure).pending) {
      const { intent, accepted, remainingLots } = entry;
      const rests = intent.orderType === "limit" && accepted;
      sum += remainingLots * ticksOf(entry) * (1 / intent.leverage + (rests ? 0 : this.takerFeeRate(index)));
    }
    return sum * usdtPerTickLot(this.instruments[index] as Instrument);
  }

  private takerFeeRate(index: number): number {
    return this.terms.takerFeeRate ?? (this.instruments[index] as Instrument).takerFeeRate;
  }
}

/** Price that the venue margins an entry on its way at: its limit, else the worst that is expected of a market order. */
const ticksOf = ({ intent, worstTicks }: PendingEntry): number => (intent.orderType === "limit" ? intent.limitTicks : worstTicks);
