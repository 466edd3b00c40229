import type { Instrument } from "../../../domain/instrument.ts";

/** What the venue charges for a fill. */
export interface FeeModel {
  /** Fee in USDT; negative: a rebate. `notionalUsdt` is price × quantity of this fill; `maker`: the order rested. */
  feeUsdt(instrument: Instrument, notionalUsdt: number, maker: boolean): number;
  /** The free wallet must cover an entry's margin and this fee (−2019). A fraction of the notional; null: the instrument's own taker rate. */
  readonly takerFeeRate: number | null;
}

/** A rate for makers and one for takers; null: the instrument's own. */
export class RateFees implements FeeModel {
  private readonly makerFeeRate: number | null;
  readonly takerFeeRate: number | null;

  constructor(makerFeeRate: number | null, takerFeeRate: number | null) {
    this.makerFeeRate = makerFeeRate;
    this.takerFeeRate = takerFeeRate;
  }

  feeUsdt(instrument: Instrument, notionalUsdt: number, maker: boolean): number {
    return notionalUsdt * (maker ? (this.makerFeeRate ?? instrument.makerFeeRate) : (this.takerFeeRate ?? instrument.takerFeeRate));
  }
}
