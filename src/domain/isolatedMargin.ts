import type { Instrument } from "./instrument.ts";
import { usdtPerTickLot } from "./instrument.ts";
import type { Direction } from "./units.ts";

/** Size, cost and isolated margin of one netted position, from its fills and funding payments. */
export class IsolatedMargin {
  protected readonly usdtPerTickLot: number;
  /** Signed: long > 0. */
  lots = 0;
  /** Σ price × signed quantity of what is open, in tick·lots. */
  costTickLots = 0;
  marginUsdt = 0;

  constructor(instrument: Instrument) {
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
    if (opening > 0) this.marginUsdt += (opening * priceTicks * this.usdtPerTickLot) / leverage;
    return realised;
  }

  /** Funding is paid out of the margin, or added to it. */
  fund(paidUsdt: number): void {
    if (this.lots !== 0) this.marginUsdt -= paidUsdt;
  }

  /** Loss of the whole position at a price, in USDT; negative = profit. */
  lossUsdt(priceTicks: number): number {
    return (this.costTickLots - this.lots * priceTicks) * this.usdtPerTickLot;
  }
}
