import { MeanReverting } from "./random.ts";
import type { Random } from "./random.ts";

/** USDT of an average trade in an average minute. */
const TRADE_USDT = 1_800;

/**
 * Volume, trades and taker share of a bar. Volume grows with the bar's return and range and with the level of volatility,
 * times a noise of its own; trades grow with volume, and get larger in busy minutes; the taker buy share follows the sign
 * and size of the return in units of volatility, with a slowly changing noise that has nothing to do with the price.
 * Nothing here depends on a later bar.
 */
export class TradeFlow {
  qtyLots = 0;
  trades = 0;
  takerBuyLots = 0;
  private readonly appetite = new MeanReverting(45, 0.35);
  private readonly pressure = new MeanReverting(90, 0.2);

  /**
   * One bar: `move` and `range` are |return| and (high − low) / open in units of base volatility, `level` this minute's
   * volatility in the same units, `signedMove` the return in units of this minute's volatility; `fairLots` is the volume
   * of an average minute.
   */
  step(random: Random, move: number, range: number, level: number, signedMove: number, fairLots: number, lotUsdt: number): void {
    const noise = Math.exp(this.appetite.step(random) + 0.3 * random.normal() - 0.1);
    const activity = (0.15 + 0.25 * level + 0.25 * move + 0.2 * range) * noise;
    this.qtyLots = Math.max(1, Math.round(fairLots * activity));
    const trades = ((this.qtyLots * lotUsdt) / (TRADE_USDT * Math.sqrt(activity))) * Math.exp(0.2 * random.normal());
    this.trades = Math.min(this.qtyLots, Math.max(1, Math.round(trades)));
    const lean = 0.6 * signedMove + this.pressure.step(random) + 0.35 * random.normal();
    this.takerBuyLots = Math.round(this.qtyLots / (1 + Math.exp(-lean)));
  }
}
