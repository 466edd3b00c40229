/** Lambert's commodity channel index (1980): the typical price's distance from its mean over n bars and the mean of such distances. */
export class CommodityChannel {
  private readonly values: Float64Array;
  private next = 0;
  private typical = 0.5;
  private mean = 0.5;
  private deviation = 0.5;

  constructor(bars: number) {
    this.values = new Float64Array(bars);
  }

  /** Sums are taken in the order of the ring, as TA-Lib does, so that even quotients of two small differences agree. */
  add(typical: number): void {
    const values = this.values;
    const n = values.length;
    values[this.next] = typical;
    this.next = this.next + 1 === n ? 0 : this.next + 1;
    let sum = 0;
    for (let i = 0; i < n; i += 1) sum += values[i] as number;
    const mean = sum / n;
    let deviations = 0;
    let others = 0; // two sums side by side: one would wait for itself
    for (let i = 1; i < n; i += 2) {
      deviations += Math.abs((values[i] as number) - mean);
      others += Math.abs((values[i - 1] as number) - mean);
    }
    if (n % 2 === 1) others += Math.abs((values[n - 1] as number) - mean);
    this.typical = typical;
    this.mean = mean;
    this.deviation = (deviations + others) / n;
  }

  /** Distance / (0.015 × mean distance); 0 where either is 0. */
  get index(): number {
    const distance = this.typical - this.mean;
    return distance !== 0 && this.deviation !== 0 ? distance / (0.015 * this.deviation) : 0;
  }

  /** The index, but 0 also where all that moved was the rounding of the mean. */
  get steadyIndex(): number {
    return this.deviation > ROUNDING * this.mean ? this.index : 0;
  }
}

const ROUNDING = 1e-13;
