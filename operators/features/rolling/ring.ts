/** The last `size` values: `at(0)` is the newest. Allocates once. `count` is 0 while it is empty. */
export class Ring {
  readonly size: number;
  /** Values held, at most `size`. */
  count = 0;
  private readonly values: Float64Array;
  private next = 0;

  constructor(size: number) {
    this.size = size;
    this.values = new Float64Array(size);
  }

  add(x: number): void {
    this.values[this.next] = x;
    this.next = this.next + 1 === this.size ? 0 : this.next + 1;
    if (this.count < this.size) this.count += 1;
  }

  /** The value added `back` values before the newest; 0 where there is none. `back` is from 0 to size − 1. */
  at(back: number): number {
    const index = this.next - 1 - back;
    return this.values[index < 0 ? index + this.size : index] as number;
  }

  clear(): void {
    this.values.fill(0);
    this.count = 0;
    this.next = 0;
  }
}
