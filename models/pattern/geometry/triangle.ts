import { share } from "./bounded.ts";
import type { Swings } from "./swings.ts";

/**
 * Triangle between the line through the last two highs and that through the last two lows, while they converge and have not met: rising
 * (+) when the lows rise towards level highs, falling (−) when the highs fall towards level lows, 0 when both move alike. A wedge, whose
 * lines both rise, counts the less the steeper it is and then turns bearish; a falling one, bullish. Weighed by how far it has narrowed.
 * (Edwards & Magee, Technical Analysis of Stock Trends; on pivots as in Lo, Mamaysky & Wang 2000.)
 */
export const triangle = (swings: Swings): number => {
  if (swings.count < 4) return 0;
  const lastSlope = slopeOf(swings, 0);
  const beforeSlope = slopeOf(swings, 1);
  const [highs, lows] = swings.side > 0 ? [lastSlope, beforeSlope] : [beforeSlope, lastSlope];
  const closing = lows - highs;
  if (!(closing > 0)) return 0;
  // Width at the present bar and at the older of the four pivots, by the two lines.
  const gap = swings.price(0) - swings.price(1) + lastSlope * swings.age(0) - beforeSlope * swings.age(1);
  const width = swings.side * gap;
  const first = width + closing * swings.age(3);
  if (!(width > 0 && first > 0)) return 0;
  const narrowed = share(1 - width / first);
  const tilt = (highs + lows) / closing;
  const size = Math.abs(tilt);
  const shape = size <= 1 ? size : Math.max(-1, 2 - size);
  return (tilt > 0 ? shape : -shape) * narrowed;
};

/** Log price per bar of the line through the pivots `back` and `back + 2`. */
const slopeOf = (swings: Swings, back: number): number =>
  (swings.price(back) - swings.price(back + 2)) / (swings.age(back + 2) - swings.age(back));
