import { Ema } from "../rolling/ema.ts";

/** Growth per bar of the close averaged exponentially three times (TRIX, Hutson 1983). Each average starts where the one before is known. */
export class Trix {
  private readonly first: Ema;
  private readonly second: Ema;
  private readonly third: Ema;
  /** A fraction (TA-Lib: per cent). */
  value = 0.5;

  constructor(periods: number) {
    this.first = new Ema(periods);
    this.second = new Ema(periods);
    this.third = new Ema(periods);
    this.value = 0;
  }

  add(close: number): void {
    const { first, second, third } = this;
    const once = first.add(close);
    if (!first.full) return;
    const twice = second.add(once);
    if (!second.full) return;
    const known = third.full;
    const before = third.value;
    const thrice = third.add(twice);
    if (known) this.value = (thrice - before) / before;
  }
}
