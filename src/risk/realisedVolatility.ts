/**
 * Squared one-bar log returns on a clock of bars: sums over trailing windows without keeping time stamps. Missing bars
 * (and the return across a gap) count as missing, not as calm.
 */
export class RealisedVolatility {
  readonly #squares: Float64Array;
  readonly #windows: readonly Window[];
  #slot = NaN;
  #lastClose = NaN;

  /** `windows`: trailing spans in bars, `[from, to)` back from the newest bar, e.g. `{ fromBars: 0, toBars: 60 }`. */
  constructor(windows: readonly { readonly fromBars: number; readonly toBars: number }[]) {
    const capacity = Math.max(...windows.map((window) => window.toBars)) + 1;
    this.#squares = new Float64Array(capacity).fill(NaN);
    this.#windows = windows.map((window) => ({ ...window, sum: 0, count: 0 }));
  }

  /** One closed bar; `slot` is its open time divided by the interval (consecutive integers when no bar is missing). */
  push(slot: number, close: number): void {
    const follows = slot === this.#slot + 1;
    const change = follows ? Math.log(close / this.#lastClose) : NaN;
    const missing = follows || Number.isNaN(this.#slot) ? 0 : Math.min(slot - this.#slot - 1, this.#squares.length);
    if (Number.isNaN(this.#slot)) this.#slot = slot - 1;
    for (let i = 0; i < missing; i += 1) this.#advance(slot - missing + i, NaN);
    this.#advance(slot, change * change);
    this.#slot = slot;
    this.#lastClose = close;
  }

  /** Root mean square of one-bar returns over window `index`; NaN until at most `toleratedMissing` (fraction) are missing. */
  rms(index: number, toleratedMissing: number): number {
    const window = this.#windows[index] as Window;
    const bars = window.toBars - window.fromBars;
    // Running sums can end a rounding below zero when every square has left.
    return window.count < bars * (1 - toleratedMissing) ? NaN : Math.sqrt(Math.max(0, window.sum) / window.count);
  }

  #advance(slot: number, square: number): void {
    const squares = this.#squares;
    const capacity = squares.length;
    squares[slot % capacity] = square;
    for (const window of this.#windows) {
      const entering = squares[(slot - window.fromBars + capacity) % capacity] as number;
      const leaving = squares[(slot - window.toBars + capacity) % capacity] as number;
      // NaN marks what is missing: it neither enters nor leaves.
      if (entering === entering) {
        window.sum += entering;
        window.count += 1;
      }
      if (leaving === leaving) {
        window.sum -= leaving;
        window.count -= 1;
      }
    }
    // Once a lap the sums are formed anew: their drift stays that of one lap.
    if (slot % capacity === 0) this.#resum(slot);
  }

  #resum(slot: number): void {
    const capacity = this.#squares.length;
    for (const window of this.#windows) {
      window.sum = 0;
      window.count = 0;
      for (let back = window.fromBars; back < window.toBars; back += 1) {
        const square = this.#squares[(slot - back + capacity) % capacity] as number;
        if (square !== square) continue;
        window.sum += square;
        window.count += 1;
      }
    }
  }
}

interface Window {
  readonly fromBars: number;
  readonly toBars: number;
  sum: number;
  count: number;
}
