/** A book's claim on the wallet. */
export interface MarginHolder {
  /** Isolated margin of its position, USDT. */
  readonly marginUsdt: number;
  /** Initial margin that its resting entries reserve, USDT. */
  reservedUsdt(): number;
}

/**
 * The account at the venue, shared by its books. Margin is isolated: profit of an open position is not available for new
 * orders, and its loss is covered by its own margin.
 */
export class Wallet {
  cashUsdt: number;
  private readonly holders: MarginHolder[] = [];

  constructor(startUsdt: number) {
    this.cashUsdt = startUsdt;
  }

  share(holder: MarginHolder): void {
    this.holders.push(holder);
  }

  /** What a new order may use: cash − isolated margins − initial margin of resting entries. */
  availableUsdt(): number {
    let free = this.cashUsdt;
    for (const holder of this.holders) free -= holder.marginUsdt + holder.reservedUsdt();
    return free;
  }
}
