/**
 * Least-squares line of the last `window` values against their position, in O(1) amortised: like `RollingVariance` it sums differences
 * from an anchor that moves, with fresh sums, every `window` values. Values at positions 0 (oldest) to window − 1 (newest).
 */
export class RollingRegression {
  readonly window: number;
  /** Values held, at most `window`; slope and r² are good once it is full. */
  count = 0;
  private readonly values: Float64Array;
  private readonly meanPosition: number;
  /** Sum of the squared distances of the positions from their mean: n (n² − 1) / 12. */
  private readonly positionSpread: number;
  private next = 0;
  private anchor = 0.5;
  private sum = 0.5;
  private squares = 0.5;
  /** Sum of position × difference. */
  private products = 0.5;

  constructor(window: number) {
    this.window = window;
    this.values = new Float64Array(window);
    this.meanPosition = (window - 1) / 2;
    this.positionSpread = (window * (window * window - 1)) / 12;
    this.clear();
  }

  add(x: number): void {
    const at = this.next;
    const old = (this.values[at] as number) - this.anchor;
    this.values[at] = x;
    const last = at + 1 === this.window;
    this.next = last ? 0 : at + 1;
    if (this.count < this.window) this.count += 1;
    else {
      const difference = x - this.anchor;
      this.products += old - this.sum + this.window * difference - difference;
      this.sum += difference - old;
      this.squares += difference * difference - old * old;
    }
    if (last) this.addUp(x);
  }

  /** All over, when the ring's first place holds the oldest value. */
  private addUp(anchor: number): void {
    let sum = 0;
    let squares = 0;
    let products = 0;
    for (let i = 0; i < this.window; i += 1) {
      const difference = (this.values[i] as number) - anchor;
      sum += difference;
      squares += difference * difference;
      products += i * difference;
    }
    this.anchor = anchor;
    this.sum = sum;
    this.squares = squares;
    this.products = products;
  }

  get full(): boolean {
    return this.count === this.window;
  }

  private get covariation(): number {
    return this.products - this.meanPosition * this.sum;
  }

  /** Rise of the line per value. */
  get slope(): number {
    return this.covariation / this.positionSpread;
  }

  /** Share of the variance that the line explains, 0 to 1; 0 without variance. */
  get rSquared(): number {
    const variation = this.squares - (this.sum * this.sum) / this.window;
    if (!(variation > CANCELLED * this.squares)) return 0;
    const covariation = this.covariation;
    return Math.min(1, (covariation * covariation) / (variation * this.positionSpread));
  }

  clear(): void {
    this.count = 0;
    this.next = 0;
    this.anchor = 0;
    this.sum = 0;
    this.squares = 0;
    this.products = 0;
  }
}

/** A difference of sums below this share of them is rounding and not spread. */
const CANCELLED = 1e-13;
