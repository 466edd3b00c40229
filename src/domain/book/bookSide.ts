import { stateClass } from "../state/stateClass.ts";

/** Ticks of the window: quantities by price, half a megabyte. */
const WINDOW_TICKS = 65_536;
/** Where the best price is put when the window is laid: three quarters of it are for the levels behind. */
const BEST_PLACE = 49_152;
/** Below this place the best price is too near the window's end: the window is laid anew. */
const LOW_PLACE = 16_384;
/** Levels outside the window that are kept; more are forgotten until a message names them again. */
const FAR_LEVELS_MAX = 32_768;
/** A price this far from a multiple of the tick, in ticks, is none. */
const OFF_TICK = 0.01;

/**
 * One side of a book: the quantity of each price in one array by tick, around the best price, and a map for what lies outside. A change
 * costs one look at the array, wherever in the book it is; sorted columns move half of it for a deep level (bench/README.md). `sign` is
 * 1 for bids and −1 for asks; places ascend to the best price on both sides.
 */
export class BookSide {
  readonly sign: 1 | -1;
  private readonly tickSize: number;
  /** Ticks in one unit of price, where that is an integer; else 0. */
  private readonly ticksPerUnit: number;
  private window = new Float64Array(WINDOW_TICKS);
  /** `sign` × tick of place 0. */
  private base = 0;
  /** Place of the best price; −1 while the window is empty. */
  private best = -1;
  private inside = 0;
  private readonly far = new Map<number, number>();
  /** A price that was no multiple of the tick; NaN if there was none. */
  offTick = NaN;

  constructor(sign: 1 | -1, tickSize: number) {
    this.sign = sign;
    this.tickSize = tickSize;
    const perUnit = Math.round(1 / tickSize);
    this.ticksPerUnit = Math.abs(perUnit * tickSize - 1) < 1e-12 ? perUnit : 0;
  }

  /** Levels there are. */
  get levels(): number {
    return this.inside + this.far.size;
  }

  /** The best price; NaN of an empty side. */
  get bestPrice(): number {
    return this.best < 0 ? NaN : this.priceOf(this.best + this.base);
  }

  /** Displayed quantity at a price; 0 where there is no level. */
  qtyOf(price: number): number {
    const key = this.sign * Math.round(price / this.tickSize);
    const place = key - this.base;
    return place >= 0 && place < WINDOW_TICKS ? (this.window[place] as number) : (this.far.get(key) ?? 0);
  }

  clear(): void {
    if (this.inside > 0) this.window.fill(0);
    this.far.clear();
    this.best = -1;
    this.inside = 0;
    this.offTick = NaN;
  }

  /** Takes a whole side, interleaved, best first. */
  load(levels: Float64Array): void {
    this.clear();
    if (levels.length > 0) this.base = this.sign * Math.round((levels[0] as number) / this.tickSize) - BEST_PLACE;
    this.apply(levels);
  }

  /** Sets levels, interleaved, in any order; a quantity of 0 removes one, and one that is not there stays away. */
  apply(changes: Float64Array): void {
    const { length } = changes;
    for (let i = 0; i < length; i += 2) this.set(changes[i] as number, changes[i + 1] as number);
    if (this.best < LOW_PLACE && this.far.size > 0) this.settle();
  }

  /** Writes the best `depth` levels interleaved to `out[from …]`, best first; returns how many there were. */
  writeTop(out: Float64Array, from: number, depth: number): number {
    const { window, base } = this;
    let count = 0;
    for (let place = this.best; place >= 0 && count < depth; place -= 1) {
      const qty = window[place] as number;
      if (qty === 0) continue;
      out[from + 2 * count] = this.priceOf(place + base);
      out[from + 2 * count + 1] = qty;
      count += 1;
    }
    return count < depth && this.far.size > 0 ? this.writeFar(out, from, count, depth) : count;
  }

  private set(price: number, qty: number): void {
    const scaled = price / this.tickSize;
    const tick = Math.round(scaled);
    if (Math.abs(scaled - tick) > OFF_TICK) {
      this.offTick = price;
      return;
    }
    const key = this.sign * tick;
    const place = key - this.base;
    if (place < 0 || place >= WINDOW_TICKS) {
      this.setFar(key, qty);
      return;
    }
    const before = this.window[place] as number;
    this.window[place] = qty;
    if (qty > 0) {
      if (before === 0) this.inside += 1;
      if (place > this.best) this.best = place;
    } else if (before > 0) {
      this.inside -= 1;
      if (place === this.best) this.best = this.occupiedBelow(place);
    }
  }

  private occupiedBelow(from: number): number {
    const { window } = this;
    let place = from;
    while (place >= 0 && window[place] === 0) place -= 1;
    return place;
  }

  private setFar(key: number, qty: number): void {
    if (!(qty > 0)) this.far.delete(key);
    else if (key - this.base >= WINDOW_TICKS) {
      this.far.set(key, qty);
      this.lay(key);
    } else if (this.far.size < FAR_LEVELS_MAX || this.far.has(key)) this.far.set(key, qty);
  }

  /** The best price has come near the window's end, or the window is empty. */
  private settle(): void {
    let bestKey = this.best < 0 ? -Infinity : this.best + this.base;
    for (const key of this.far.keys()) if (key > bestKey) bestKey = key;
    this.lay(bestKey);
  }

  /** Lays the window anew, with the best price in its place. */
  private lay(bestKey: number): void {
    const { window, base, far } = this;
    const levels = [...far];
    for (let place = 0; place < WINDOW_TICKS; place += 1) {
      const qty = window[place] as number;
      if (qty > 0) levels.push([place + base, qty]);
    }
    window.fill(0);
    far.clear();
    this.base = bestKey - BEST_PLACE;
    this.best = BEST_PLACE;
    this.inside = 0;
    for (const [key, qty] of levels) {
      const place = key - this.base;
      if (place < 0) far.set(key, qty);
      else {
        window[place] = qty;
        this.inside += 1;
      }
    }
  }

  /** Sparse books only: the levels behind the window, sorted for this call. */
  private writeFar(out: Float64Array, from: number, found: number, depth: number): number {
    let count = found;
    for (const [key, qty] of [...this.far].sort(([a], [b]) => b - a).slice(0, depth - found)) {
      out[from + 2 * count] = this.priceOf(key);
      out[from + 2 * count + 1] = qty;
      count += 1;
    }
    return count;
  }

  /** The double nearest to the decimal that the exchange prints. */
  private priceOf(key: number): number {
    const ticks = this.sign * key;
    return this.ticksPerUnit > 0 ? ticks / this.ticksPerUnit : ticks * this.tickSize;
  }
}

stateClass("BookSide", BookSide);
