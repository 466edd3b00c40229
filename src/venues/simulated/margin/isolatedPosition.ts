import type { Instrument } from "../../../domain/instrument.ts";
import { ticksToPrice, usdtPerTickLot } from "../../../domain/instrument.ts";
import { isolatedLiquidationPrice } from "../../../domain/margin.ts";
import type { Direction } from "../../../domain/units.ts";

/**
 * One netted position as the exchange keeps it: size, cost, isolated margin and the price at which it is liquidated.
 * Without margin (`isolated` false) nothing is reserved and nothing is liquidated.
 */
export class IsolatedPosition {
  private readonly instrument: Instrument;
  private readonly isolated: boolean;
  private readonly usdtPerTickLot: number;
  /** Signed: long > 0. */
  lots = 0;
  /** Σ price × signed quantity of what is open, in tick·lots. */
  costTickLots = 0;
  marginUsdt = 0;
  /** 0: cannot be liquidated. */
  liquidationTicks = 0;

  constructor(instrument: Instrument, isolated: boolean) {
    this.instrument = instrument;
    this.isolated = isolated;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
  }

  /** Books a fill of either side and returns the PnL that it realised, in USDT. New lots bring notional / leverage as margin. */
  fill(direction: Direction, qtyLots: number, priceTicks: number, leverage: number): number {
    const held = Math.abs(this.lots);
    const closing = this.lots * direction < 0 ? Math.min(qtyLots, held) : 0;
    const opening = qtyLots - closing;
    let realised = 0;
    if (closing > 0) {
      const cost = closing === held ? this.costTickLots : (this.costTickLots * closing) / held;
      realised = (-direction * closing * priceTicks - cost) * this.usdtPerTickLot;
      this.marginUsdt = closing === held ? 0 : this.marginUsdt * (1 - closing / held);
      this.costTickLots -= cost;
    }
    this.lots += direction * qtyLots;
    this.costTickLots += direction * opening * priceTicks;
    if (this.isolated) {
      if (opening > 0) this.marginUsdt += (opening * priceTicks * this.usdtPerTickLot) / leverage;
      this.findLiquidation();
    }
    return realised;
  }

  /** Funding is paid out of the isolated margin, or added to it: the liquidation price moves. */
  fund(paidUsdt: number): void {
    if (!this.isolated || this.lots === 0) return;
    this.marginUsdt -= paidUsdt;
    this.findLiquidation();
  }

  /** Whether the exchange takes the position over at this price. */
  isLiquidatedAt(priceTicks: number): boolean {
    if (this.liquidationTicks === 0) return false;
    return this.lots > 0 ? priceTicks <= this.liquidationTicks : priceTicks >= this.liquidationTicks;
  }

  /** Price at which the loss equals the isolated margin, rounded so that it is never larger. */
  bankruptcyTicks(): number {
    const exact = (this.costTickLots - this.marginUsdt / this.usdtPerTickLot) / this.lots;
    return this.lots > 0 ? Math.max(0, Math.ceil(exact)) : Math.floor(exact);
  }

  /** Loss of the whole position at a price, in USDT; negative = profit. */
  lossUsdt(priceTicks: number): number {
    return (this.costTickLots - this.lots * priceTicks) * this.usdtPerTickLot;
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
    this.liquidationTicks = direction > 0 ? Math.ceil(exact - 1e-9) : Math.floor(exact + 1e-9);
  }
}
