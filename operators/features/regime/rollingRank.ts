/** Samples with their times, in order and sorted, for ranks in O(log n): inserting moves memory, ranking searches. */
export class RollingRank {
  readonly capacity: number;
  count = 0;
  private readonly values: Float64Array;
  private readonly times: Float64Array;
  private readonly sorted: Float64Array;
  private oldest = 0;
  private lastBelow = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.values = new Float64Array(capacity);
    this.times = new Float64Array(capacity);
    this.sorted = new Float64Array(capacity);
  }

  /** Adds a finite sample of a time not before the last one's; a full store loses its oldest. */
  add(x: number, timeMs: number): void {
    if (this.count === this.capacity) this.dropOldest();
    const place = (this.oldest + this.count) % this.capacity;
    this.values[place] = x;
    this.times[place] = timeMs;
    const at = this.below(x);
    this.sorted.copyWithin(at + 1, at, this.count);
    this.sorted[at] = x;
    this.count += 1;
  }

  /** Drops samples taken at or before a time. */
  expire(timeMs: number): void {
    while (this.count > 0 && (this.times[this.oldest] as number) <= timeMs) this.dropOldest();
  }

  private dropOldest(): void {
    const at = this.below(this.values[this.oldest] as number);
    this.sorted.copyWithin(at, at + 1, this.count);
    this.oldest = (this.oldest + 1) % this.capacity;
    this.count -= 1;
  }

  /** Share of the samples below a value, ties counting half; 0.5 without samples. */
  rank(x: number): number {
    if (this.count === 0) return 0.5;
    const below = this.belowNear(x);
    const ties = below < this.count && this.sorted[below] === x ? this.notAbove(x) - below : 0;
    return (below + ties / 2) / this.count;
  }

  /** Number of samples < x, looked for in steps from the last rank outwards: values that are ranked one after the other are near. */
  private belowNear(x: number): number {
    const sorted = this.sorted;
    const count = this.count;
    let at = Math.min(this.lastBelow, count);
    while (at >= STEP && (sorted[at - STEP] as number) >= x) at -= STEP;
    while (at > 0 && (sorted[at - 1] as number) >= x) at -= 1;
    while (at + STEP <= count && (sorted[at + STEP - 1] as number) < x) at += STEP;
    while (at < count && (sorted[at] as number) < x) at += 1;
    this.lastBelow = at;
    return at;
  }

  /** Number of samples < x. */
  private below(x: number): number {
    let from = 0;
    let to = this.count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.sorted[middle] as number) < x) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Number of samples ≤ x. */
  private notAbove(x: number): number {
    let from = 0;
    let to = this.count;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((this.sorted[middle] as number) <= x) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  clear(): void {
    this.count = 0;
    this.oldest = 0;
    this.lastBelow = 0;
  }
}

/** Of the outward search. Its length is at most capacity / STEP + STEP. */
const STEP = 48;
