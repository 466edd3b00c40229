import type { AccountState } from "../../src/domain/derived.ts";
import type { MarginAtHand } from "../../src/domain/entryMargin.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { usdtPerTickLot } from "../../src/domain/instrument.ts";
import type { IsolatedMargin } from "../../src/domain/isolatedMargin.ts";
import type { OwnOrder } from "../../src/domain/orders/ownOrder.ts";
import type { VenueTerms } from "../../src/domain/ports.ts";
import type { Direction, InstrumentIndex } from "../../src/domain/units.ts";
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
 * How large an entry may be so that neither risk nor the venue refuses it for its size: by the account's orders, positions and isolated
 * margins. A market order is judged at the last price, by which the venue judges it when it arrives; what happens in between nobody knows.
 */
export class EntryRoom {
  readonly exposures: readonly InstrumentExposure[];
  /** With the rules in force. */
  private readonly instruments: Instrument[];
  private readonly limits: PositionLimits;
  private readonly terms: VenueTerms;
  private account: AccountState | null = null;

  constructor(instruments: readonly Instrument[], limits: PositionLimits, terms: VenueTerms) {
    this.instruments = [...instruments];
    this.limits = limits;
    this.terms = terms;
    this.exposures = instruments.map((instrument) => new InstrumentExposure(instrument));
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

  /** Trading rules changed. */
  setRules(rules: Instrument): void {
    this.instruments[rules.index] = rules;
  }

  /** The state and what it holds are pooled: they are looked at from now on. */
  follow(account: AccountState): void {
    if (this.account === account) return;
    this.account = account;
    for (const exposure of this.exposures) exposure.follow(account);
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

  private marginAtHand(index: InstrumentIndex, direction: Direction): MarginAtHand | null {
    const { account } = this;
    if (account === null) return null;
    const { cashUsdt, margins } = account;
    let availableUsdt = cashUsdt - ROUNDING * Math.abs(cashUsdt);
    for (const at of this.instruments.keys()) availableUsdt -= (margins[at] as IsolatedMargin).marginUsdt + this.reservedUsdt(at);
    let openTickLots = 0;
    for (const order of (this.exposures[index] as InstrumentExposure).orders.open)
      if (order.role === "entry" && order.direction === direction) openTickLots += order.remainingLots * ticksOf(order);
    return { position: margins[index] as IsolatedMargin, openTickLots, availableUsdt, takerFeeRate: this.takerFeeRate(index) };
  }

  /** What entries on their way cost the wallet: initial margin, and the fee of those that may take. */
  private reservedUsdt(index: number): number {
    let sum = 0;
    for (const order of (this.exposures[index] as InstrumentExposure).orders.open) {
      if (order.role !== "entry") continue;
      const rests = isLimit(order) && order.confirmed;
      sum += order.remainingLots * ticksOf(order) * (1 / order.leverage + (rests ? 0 : this.takerFeeRate(index)));
    }
    return sum * usdtPerTickLot(this.instruments[index] as Instrument);
  }

  private takerFeeRate(index: number): number {
    return this.terms.takerFeeRate ?? (this.instruments[index] as Instrument).takerFeeRate;
  }
}

const isLimit = ({ priceTicks }: OwnOrder): boolean => priceTicks > 0;

/** Price that the venue margins an entry on its way at: its limit, else the worst that is expected of a market order. */
const ticksOf = (order: OwnOrder): number => (isLimit(order) ? order.priceTicks : order.worstTicks);
