import type { FeatureBar } from "../featureBar.ts";
import { RollingSum } from "../rolling/rollingSum.ts";
import { PriceChannel } from "./priceChannel.ts";

/**
 * Lane's stochastic oscillator as shares from 0 to 1: the close's place in the channel of n bars (`fast`, known from bar n), its mean
 * over 3 bars (`slow`, TA-Lib STOCH's slow %K, bar n + 2) and the mean of that over 3 (`signal`, slow %D, bar n + 4).
 */
export class Stochastic {
  private readonly channel: PriceChannel;
  private readonly bars: number;
  private readonly fasts = new RollingSum(3);
  private readonly slows = new RollingSum(3);
  private count = 0;
  fast = 0.5;
  slow = 0.5;
  signal = 0.5;

  constructor(bars: number) {
    this.channel = new PriceChannel(bars);
    this.bars = bars;
  }

  add(bar: FeatureBar): void {
    this.channel.add(bar);
    this.fast = this.channel.position(bar.close);
    if (this.count < this.bars) this.count += 1;
    if (this.count < this.bars) return;
    this.fasts.add(this.fast);
    if (!this.fasts.full) return;
    this.slow = this.fasts.mean;
    this.slows.add(this.slow);
    this.signal = this.slows.mean;
  }
}
