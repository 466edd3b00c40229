import { stateClass } from "../domain/state/stateClass.ts";

/** A bar that never came. Its movement is in the return of the bar behind the hole. */
const MISSING = -1;

/** A trailing span in bars, `[fromBars, toBars)` back from the newest bar, e.g. `{ fromBars: 0, toBars: 60 }`. */
interface VolatilityWindow {
  readonly fromBars: number;
  readonly toBars: number;
}

/**
 * Squared one-bar log returns on a clock of bars: sums over trailing windows without keeping time stamps.
 *
 * A hole is never calm: the return across it counts in full with the bar behind it (for a random walk its square is the
 * sum of the squares that were not seen), and the missing bars are counted, so that a window can say whether it is known.
 */
export class RealisedVolatility {
  /** ≥ 0 a squared return, `MISSING`, or NaN before the first bar. */
  private readonly squares: Float64Array;
  private readonly windows: readonly Sums[];
  /** Index of the newest bar: counted instead of divided, for every bar passes here. */
  private at: number;
  private slot = NaN;
  private lastClose = NaN;

  constructor(windows: readonly VolatilityWindow[]) {
    const capacity = Math.max(...windows.map((window) => window.toBars)) + 1;
    this.squares = new Float64Array(capacity).fill(NaN);
    this.at = capacity - 1;
    this.windows = windows.map(({ fromBars, toBars }) => ({
      fromBars,
      toBars,
      enteringAt: capacity - 1 - fromBars,
      leavingAt: capacity - 1 - toBars,
      sum: 0,
      present: 0,
      missing: 0,
    }));
  }

  /**
   * One closed bar; `slot` is its open time divided by the interval (consecutive integers when no bar is missing). False
   * for a bar that is none: no price, or not behind the one before. It is then missing like one that never came.
   */
  push(slot: number, close: number): boolean {
    if (!(close > 0 && close < Infinity)) return false;
    if (slot === this.slot + 1) {
      const change = Math.log(close / this.lastClose);
      this.advance(change * change);
    } else if (slot <= this.slot) return false;
    else this.jump(slot, close);
    this.slot = slot;
    this.lastClose = close;
    return true;
  }

  /** Mean squared one-bar return over what is known of window `index`; NaN when that is nothing. */
  meanSquare(index: number): number {
    const { sum, present, missing } = this.windows[index] as Sums;
    // Running sums can end a rounding below zero when every square has left.
    return present === 0 ? NaN : Math.max(0, sum) / (present + missing);
  }

  /** Whether at most the fraction `toleratedMissing` of window `index` is missing. */
  isKnown(index: number, toleratedMissing: number): boolean {
    const { fromBars, toBars, present } = this.windows[index] as Sums;
    return present >= (toBars - fromBars) * (1 - toleratedMissing);
  }

  private jump(slot: number, close: number): void {
    if (Number.isNaN(this.slot)) {
      this.advance(NaN);
      return;
    }
    // No window reaches farther back than the ring.
    const missing = Math.min(slot - this.slot - 1, this.squares.length);
    for (let i = 0; i < missing; i += 1) this.advance(MISSING);
    const change = Math.log(close / this.lastClose);
    this.advance(change * change);
  }

  private advance(square: number): void {
    const squares = this.squares;
    const capacity = squares.length;
    this.at = this.at + 1 === capacity ? 0 : this.at + 1;
    squares[this.at] = square;
    for (const window of this.windows) {
      window.enteringAt = window.enteringAt + 1 === capacity ? 0 : window.enteringAt + 1;
      window.leavingAt = window.leavingAt + 1 === capacity ? 0 : window.leavingAt + 1;
      const entering = squares[window.enteringAt] as number;
      const leaving = squares[window.leavingAt] as number;
      if (entering >= 0) {
        window.sum += entering;
        window.present += 1;
      } else if (entering === MISSING) window.missing += 1;
      if (leaving >= 0) {
        window.sum -= leaving;
        window.present -= 1;
      } else if (leaving === MISSING) window.missing -= 1;
    }
    // Once a lap the sums are formed anew: their drift stays that of one lap.
    if (this.at === 0) this.resum();
  }

  private resum(): void {
    const capacity = this.squares.length;
    for (const window of this.windows) {
      window.sum = 0;
      for (let back = window.fromBars; back < window.toBars; back += 1) {
        const square = this.squares[(this.at - back + capacity) % capacity] as number;
        if (square >= 0) window.sum += square;
      }
    }
  }
}

stateClass("RealisedVolatility", RealisedVolatility);

interface Sums extends VolatilityWindow {
  enteringAt: number;
  leavingAt: number;
  sum: number;
  /** Bars with a return. */
  present: number;
  missing: number;
}
