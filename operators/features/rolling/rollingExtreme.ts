/**
 * Highest (`side` 1) or lowest (`side` −1) of the last `window` values and how long ago it came, in O(1) amortised: a queue of falling
 * candidates (Lemire 2006, "Streaming maximum-minimum filter using no more than three comparisons per element"). Of equal values the
 * newest counts.
 */
export class RollingExtreme {
  readonly window: number;
  /** Values held, at most `window`. */
  count = 0;
  private readonly side: 1 | -1;
  /** Candidates in a ring with room for a power of two, so that places wrap by a mask; each lower than the one before. */
  private readonly candidates: Float64Array;
  private readonly ages: Int32Array;
  private readonly mask: number;
  private head = 0;
  private length = 0;
  /** Number of the newest value; 2³¹ minutes are 4,000 years. */
  private time = 0;

  constructor(window: number, side: 1 | -1) {
    this.window = window;
    this.side = side;
    let room = 1;
    while (room < window) room += room;
    this.mask = room - 1;
    this.candidates = new Float64Array(room);
    this.ages = new Int32Array(room);
  }

  add(value: number): void {
    const { mask, candidates, ages } = this;
    const x = value * this.side;
    const time = this.time + 1;
    this.time = time;
    if (this.count < this.window) this.count += 1;
    let head = this.head;
    let length = this.length;
    if (length > 0 && (ages[head] as number) <= time - this.window) {
      head = (head + 1) & mask;
      length -= 1;
    }
    while (length > 0 && (candidates[(head + length - 1) & mask] as number) <= x) length -= 1;
    const place = (head + length) & mask;
    candidates[place] = x;
    ages[place] = time;
    this.head = head;
    this.length = length + 1;
  }

  /** The extreme; 0 when nothing was added. */
  get value(): number {
    return this.length === 0 ? 0 : (this.candidates[this.head] as number) * this.side;
  }

  /** Values added after the extreme, 0 to window − 1. */
  get age(): number {
    return this.length === 0 ? 0 : this.time - (this.ages[this.head] as number);
  }

  get full(): boolean {
    return this.count === this.window;
  }

  clear(): void {
    this.count = 0;
    this.head = 0;
    this.length = 0;
    this.time = 0;
  }
}
