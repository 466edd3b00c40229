import type { Swings } from "./swings.ts";

/**
 * Triangle between the line through the last two highs and that through the last two lows, while they converge and have not met: rising
 * (+) when the lows rise towards level highs, falling (−) when the highs fall towards level lows, 0 when both move alike. A wedge, whose
 * lines both rise, counts the less the steeper it is and then turns bearish; a falling one, bullish. Weighed by how far it has narrowed.
 * (Edwards & Magee, Technical Analysis of Stock Trends; on pivots as in Lo, Mamaysky & Wang 2000.)
 */
export class Triangle {
  /** By its lines alone, −1 to 1; 0 where they do not converge. */
  private shape = 0.5;
  /** Narrowing per bar, and the width at the older of the four pivots, in log price. */
  private closing = 0.5;
  private first = 0.5;

  constructor() {
    this.clear();
  }

  /** A pivot was confirmed: new lines. */
  update(swings: Swings): void {
    this.shape = 0;
    if (swings.count < 4) return;
    const lastSlope = slopeOf(swings, 0);
    const beforeSlope = slopeOf(swings, 1);
    const closing = swings.side * (beforeSlope - lastSlope);
    if (!(closing > 0)) return;
    this.closing = closing;
    const gap = swings.price(0) - swings.price(1) + lastSlope * swings.age(0) - beforeSlope * swings.age(1);
    this.first = swings.side * gap + closing * swings.age(3);
    const tilt = (lastSlope + beforeSlope) / closing;
    const size = Math.abs(tilt);
    const shape = size <= 1 ? size : Math.max(-1, 2 - size);
    this.shape = tilt > 0 ? shape : -shape;
  }

  /** At the present bar. */
  value(swings: Swings): number {
    if (this.shape === 0 || !(this.first > 0)) return 0;
    const narrowed = (this.closing * swings.age(3)) / this.first;
    return narrowed < 1 ? this.shape * narrowed : 0;
  }

  clear(): void {
    this.shape = 0;
    this.closing = 0;
    this.first = 0;
  }
}

/** Log price per bar of the line through the pivots `back` and `back + 2`. */
const slopeOf = (swings: Swings, back: number): number =>
  (swings.price(back) - swings.price(back + 2)) / (swings.age(back + 2) - swings.age(back));
