/**
 * Highest (`side` 1) or lowest (`side` −1) of the last `window` values and how long ago it came, in O(1) amortised: the values come in
 * blocks of `window`, and a window is the end of one block, whose extremes are known, and the start of the next, whose extreme runs
 * along (van Herk 1992, "A fast algorithm for local minimum and maximum filters"). Of equal values the newest counts.
 */
export class RollingExtreme {
  readonly window: number;
  /** Values held, at most `window`. */
  count = 0;
  /** Values added after the extreme, 0 to window − 1. */
  age = 0;
  private readonly side: 1 | -1;
  /** Up to `next` the running block's values, from there on the block before's: each the extreme from its place to the block's end. */
  private readonly ends: Float64Array;
  /** Where in the block that extreme lies. */
  private readonly places: Int32Array;
  private next = 0;
  /** Of the running block: the extreme and its place. */
  private running = 0.5;
  private place = 0;
  private extreme = 0.5;

  constructor(window: number, side: 1 | -1) {
    this.window = window;
    this.side = side;
    this.ends = new Float64Array(window);
    this.places = new Int32Array(window);
    this.clear();
  }

  add(value: number): void {
    const x = value * this.side;
    const at = this.next;
    const { ends, window } = this;
    ends[at] = x;
    if (at === 0 || x >= this.running) {
      this.running = x;
      this.place = at;
    }
    this.extreme = this.running;
    this.age = at - this.place;
    if (this.count < window) this.count += 1;
    if (at + 1 === window) {
      this.endBlock();
      return;
    }
    this.next = at + 1;
    const before = ends[at + 1] as number;
    if (before > this.running) {
      this.extreme = before;
      this.age = at + window - (this.places[at + 1] as number);
    }
  }

  /** Makes each of the block's values the extreme from its place on. */
  private endBlock(): void {
    const { ends, places } = this;
    let place = this.window - 1;
    let extreme = ends[place] as number;
    places[place] = place;
    for (let i = place - 1; i >= 0; i -= 1) {
      const x = ends[i] as number;
      if (x > extreme) {
        extreme = x;
        place = i;
      }
      ends[i] = extreme;
      places[i] = place;
    }
    this.next = 0;
  }

  /** The extreme; 0 when nothing was added. */
  get value(): number {
    return this.count === 0 ? 0 : this.extreme * this.side;
  }

  get full(): boolean {
    return this.count === this.window;
  }

  clear(): void {
    this.ends.fill(-Infinity);
    this.count = 0;
    this.age = 0;
    this.next = 0;
    this.extreme = -Infinity;
  }
}
