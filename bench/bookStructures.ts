/** One side of a book, for the comparison in `bench/book.ts`. */
export interface Side {
  load(levels: Float64Array): void;
  apply(changes: Float64Array): void;
  /** Writes the best ten levels, interleaved. */
  writeTop(out: Float64Array, from: number, depth: number): number;
}

/** Levels that are looked at one by one from the best on before the search halves: most changes are near the top. */
const NEAR = 8;
const START_LEVELS = 2048;

/** Prices and quantities in two sorted columns with the best price last, so that a new level near the top moves few others. */
export class SortedColumns implements Side {
  readonly sign: 1 | -1;
  private readonly levelsMax: number;
  private prices = new Float64Array(START_LEVELS);
  private quantities = new Float64Array(START_LEVELS);
  /** Levels there are. */
  levels = 0;

  constructor(sign: 1 | -1, levelsMax = 16_384) {
    this.sign = sign;
    this.levelsMax = levelsMax;
  }

  /** Takes a whole side, interleaved, best first. */
  load(levels: Float64Array): void {
    this.levels = 0;
    for (let i = levels.length - 2; i >= 0; i -= 2) this.set(levels[i] as number, levels[i + 1] as number);
  }

  /** Sets levels, interleaved, in any order. */
  apply(changes: Float64Array): void {
    for (let i = 0; i < changes.length; i += 2) this.set(changes[i] as number, changes[i + 1] as number);
  }

  /** Sets the quantity of a price; 0 removes the level, and one that is not there stays away. */
  set(price: number, qty: number): void {
    const key = this.sign * price;
    const at = this.placeOf(key);
    if (at < this.levels && this.prices[at] === key) {
      if (qty > 0) this.quantities[at] = qty;
      else this.remove(at);
    } else if (qty > 0) this.insert(at, key, qty);
  }

  /** Writes the best `depth` levels interleaved to `out[from …]`, best first; returns how many there were. */
  writeTop(out: Float64Array, from: number, depth: number): number {
    const { prices, quantities, sign, levels } = this;
    const count = depth < levels ? depth : levels;
    let to = from;
    for (let at = levels - 1; at >= levels - count; at -= 1) {
      out[to] = sign * (prices[at] as number);
      out[to + 1] = quantities[at] as number;
      to += 2;
    }
    return count;
  }

  /** First place whose price is not below `key`. */
  private placeOf(key: number): number {
    const { prices, levels } = this;
    let low = 0;
    let high = levels;
    const near = levels > NEAR ? levels - NEAR : 0;
    while (high > near) {
      if ((prices[high - 1] as number) < key) return high;
      high -= 1;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((prices[middle] as number) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private remove(at: number): void {
    const { prices, quantities } = this;
    const end = this.levels - 1;
    for (let i = at; i < end; i += 1) {
      prices[i] = prices[i + 1] as number;
      quantities[i] = quantities[i + 1] as number;
    }
    this.levels = end;
  }

  private insert(place: number, key: number, qty: number): void {
    let at = place;
    if (this.levels === this.levelsMax) {
      // The worst level makes room; one that is worse still is not taken.
      if (at === 0) return;
      this.remove(0);
      at -= 1;
    } else if (this.levels === this.prices.length) this.grow();
    const { prices, quantities } = this;
    for (let i = this.levels; i > at; i -= 1) {
      prices[i] = prices[i - 1] as number;
      quantities[i] = quantities[i - 1] as number;
    }
    prices[at] = key;
    quantities[at] = qty;
    this.levels += 1;
  }

  private grow(): void {
    const prices = new Float64Array(2 * this.prices.length);
    const quantities = new Float64Array(2 * this.prices.length);
    prices.set(this.prices);
    quantities.set(this.quantities);
    this.prices = prices;
    this.quantities = quantities;
  }
}

/** A map of prices, sorted when its top is asked for. */
export class PriceMap implements Side {
  private readonly sign: 1 | -1;
  private readonly levels = new Map<number, number>();

  constructor(sign: 1 | -1) {
    this.sign = sign;
  }

  load(levels: Float64Array): void {
    this.levels.clear();
    this.apply(levels);
  }

  apply(changes: Float64Array): void {
    for (let i = 0; i < changes.length; i += 2) {
      if ((changes[i + 1] as number) > 0) this.levels.set(changes[i] as number, changes[i + 1] as number);
      else this.levels.delete(changes[i] as number);
    }
  }

  writeTop(out: Float64Array, from: number, depth: number): number {
    const prices = Float64Array.from(this.levels.keys()).sort();
    const count = Math.min(depth, prices.length);
    for (let i = 0; i < count; i += 1) {
      const price = prices[this.sign === 1 ? prices.length - 1 - i : i] as number;
      out[from + 2 * i] = price;
      out[from + 2 * i + 1] = this.levels.get(price) as number;
    }
    return count;
  }
}
