import type { Instrument } from "../../../src/domain/instrument.ts";
import { Exact } from "../exact.ts";

/** One netted position with its isolated margin, in exact arithmetic. Prices in ticks, quantities in lots, money in USDT. */
export class Holding {
  lots = 0;
  /** Σ price × signed lots of what is held. */
  costTickLots = Exact.ZERO;
  marginUsdt = Exact.ZERO;
  /** USDT of one tick of one lot. */
  readonly unitUsdt: Exact;
  readonly #instrument: Instrument;
  readonly #isolated: boolean;

  constructor(instrument: Instrument, isolated: boolean) {
    this.#instrument = instrument;
    this.#isolated = isolated;
    this.unitUsdt = Exact.of(instrument.tickSize).times(instrument.lotSize);
  }

  notionalUsdt(ticks: number, lots: number): Exact {
    return this.unitUsdt.times(ticks).times(lots);
  }

  /** Profit of what is held, were it closed at this price. */
  profitUsdt(ticks: number): Exact {
    return Exact.of(this.lots).times(ticks).minus(this.costTickLots).times(this.unitUsdt);
  }

  /** Books a fill; returns the profit that it realised. */
  fill(side: 1 | -1, lots: number, ticks: number, leverage: number): Exact {
    const held = Math.abs(this.lots);
    const closing = this.lots * side < 0 ? Math.min(lots, held) : 0;
    const opening = lots - closing;
    const share = closing === 0 ? Exact.ZERO : Exact.of(closing).over(held);
    const realised = this.profitUsdt(ticks).times(share);
    const kept = Exact.ONE.minus(share);
    this.costTickLots = this.costTickLots.times(kept).plus(Exact.of(side * opening).times(ticks));
    this.marginUsdt = this.marginUsdt.times(kept);
    if (this.#isolated && opening > 0) this.marginUsdt = this.marginUsdt.plus(this.notionalUsdt(ticks, opening).over(leverage));
    this.lots += side * lots;
    return realised;
  }

  payFunding(paidUsdt: Exact): void {
    if (this.#isolated) this.marginUsdt = this.marginUsdt.minus(paidUsdt);
  }

  /**
   * The price at which margin + profit is the maintenance margin, a tick early; null where there is none. Of the brackets it is the one that
   * the notional at that price falls into.
   */
  liquidationTicks(): number | null {
    if (!this.#isolated || this.lots === 0) return null;
    const side = Math.sign(this.lots);
    const qty = Exact.of(this.#instrument.lotSize).times(Math.abs(this.lots));
    const entryValue = this.costTickLots.times(this.unitUsdt);
    for (const bracket of this.#instrument.brackets) {
      // margin + side·qty·P − entry value = qty·P·rate − amount
      const top = entryValue.minus(this.marginUsdt).minus(Exact.of(bracket.maintenanceAmountUsdt));
      const price = top.over(qty.times(Exact.of(side).minus(Exact.of(bracket.maintenanceMarginRate))));
      if (price.sign <= 0) return null;
      const isLast = bracket === this.#instrument.brackets.at(-1);
      if (!isLast && price.times(qty).isMoreThan(Exact.of(bracket.notionalCapUsdt))) continue;
      const ticks = price.over(this.#instrument.tickSize);
      return side > 0 ? ticks.ceil() : ticks.floor();
    }
    return null;
  }

  /** The price at which the loss is the margin, rounded to the tick that costs less. */
  bankruptcyTicks(): number {
    const exact = this.costTickLots.minus(this.marginUsdt.over(this.unitUsdt)).over(this.lots);
    return this.lots > 0 ? Math.max(0, exact.ceil()) : exact.floor();
  }
}
