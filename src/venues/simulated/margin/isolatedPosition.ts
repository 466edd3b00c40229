import type { Instrument } from "../../../domain/instrument.ts";
import { ticksToPrice } from "../../../domain/instrument.ts";
import { IsolatedMargin } from "../../../domain/isolatedMargin.ts";
import { isolatedLiquidationPrice } from "../../../domain/margin.ts";
import type { Direction } from "../../../domain/units.ts";

/**
 * One netted position as the exchange keeps it: size, cost, isolated margin and the price at which it is liquidated.
 * Without margin (`isolated` false) nothing is reserved and nothing is liquidated.
 */
export class IsolatedPosition extends IsolatedMargin {
  private instrument: Instrument;
  private readonly isolated: boolean;
  /** 0: cannot be liquidated. */
  liquidationTicks = 0;

  constructor(instrument: Instrument, isolated: boolean) {
    super(instrument);
    this.instrument = instrument;
    this.isolated = isolated;
  }

  override fill(direction: Direction, qtyLots: number, priceTicks: number, leverage: number): number {
    const realised = super.fill(direction, qtyLots, priceTicks, leverage);
    if (this.isolated) this.findLiquidation();
    else this.marginUsdt = 0;
    return realised;
  }

  override fund(paidUsdt: number): void {
    if (!this.isolated || this.lots === 0) return;
    super.fund(paidUsdt);
    this.findLiquidation();
  }

  /** Trading rules changed: the maintenance margin of what is held is the new brackets'. */
  setRules(rules: Instrument): void {
    this.instrument = rules;
    if (this.isolated) this.findLiquidation();
  }

  /** Whether the exchange takes the position over at this price. */
  isLiquidatedAt(priceTicks: number): boolean {
    if (this.liquidationTicks === 0) return false;
    return this.lots > 0 ? priceTicks <= this.liquidationTicks : priceTicks >= this.liquidationTicks;
  }

  /** Price at which the loss equals the isolated margin, rounded so that it is never larger. */
  bankruptcyTicks(): number {
    const exact = (this.costTickLots - this.marginUsdt / this.usdtPerTickLot) / this.lots;
    return this.lots > 0 ? Math.max(0, ceilOf(exact)) : floorOf(exact);
  }

  private findLiquidation(): void {
    this.liquidationTicks = 0;
    if (this.lots === 0) return;
    const direction: Direction = this.lots > 0 ? 1 : -1;
    const price = isolatedLiquidationPrice(this.instrument, {
      direction,
      qty: Math.abs(this.lots) * this.instrument.lotSize,
      entryPrice: ticksToPrice(this.instrument, this.costTickLots / this.lots),
      marginUsdt: this.marginUsdt,
    });
    if (price <= 0) return;
    const exact = price / this.instrument.tickSize;
    this.liquidationTicks = direction > 0 ? ceilOf(exact) : floorOf(exact);
  }
}

/** Whole ticks: a price that misses one by no more than doubles err in computing it (some 10⁻¹³ of it) is that one. */
const ceilOf = (ticks: number): number => Math.ceil(ticks - Math.abs(ticks) * 2 ** -43 - 1e-9);
const floorOf = (ticks: number): number => Math.floor(ticks + Math.abs(ticks) * 2 ** -43 + 1e-9);
