import { Ring } from "../rolling/ring.ts";

/** How much a level that events set has changed over `bars` bars. One value is added at each bar, NaN where it is not known. */
export class BarChange {
  private readonly bars: number;
  private readonly levels: Ring;

  constructor(bars: number) {
    this.bars = bars;
    this.levels = new Ring(bars + 1);
  }

  /** The level less that of `bars` bars ago; 0 while one of the two is not known. */
  add(level: number): number {
    this.levels.add(level);
    if (this.levels.count <= this.bars) return 0;
    const change = level - this.levels.at(this.bars);
    return change > -Infinity && change < Infinity ? change : 0;
  }
}
