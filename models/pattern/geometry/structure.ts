import { clamped, share } from "./bounded.ts";
import type { Swings } from "./swings.ts";

/** What half a reversal of difference between two like pivots makes certain. */
const CERTAIN = 0.5;
/** Two pivots this share of a reversal apart are no longer equal. */
const EQUAL = 0.5;

/**
 * Order of the last two highs and the last two lows, −1 to 1: 1 for higher highs and higher lows, −1 for lower ones, 0 where they
 * disagree (Dow's definition of a trend). A difference of half a reversal counts in full. 0 before the fourth pivot.
 */
export const swingStructure = (swings: Swings): number => {
  if (swings.count < 4) return 0;
  const certain = CERTAIN * swings.size;
  const last = clamped((swings.price(0) - swings.price(2)) / certain);
  const before = clamped((swings.price(1) - swings.price(3)) / certain);
  return (last + before) / 2;
};

/** Distance from the last pivot, in reversals: positive above it. */
export const pivotDistance = (swings: Swings, close: number): number =>
  swings.count === 0 ? 0 : clamped((close - swings.price(0)) / (3 * swings.size));

/**
 * Double top (−) or bottom (+): the last pivot lies level with the one of its kind before it. Half of it for the shape, whole once the
 * close is beyond the pivot between them; nothing once the close is beyond the pivots themselves.
 */
export const doublePivot = (swings: Swings, close: number): number => {
  if (swings.count < 3) return 0;
  const { side, size } = swings;
  const [last, neck, first] = [swings.price(0), swings.price(1), swings.price(2)];
  const level = share(1 - Math.abs(last - first) / (EQUAL * size));
  const beyond = side > 0 ? close > Math.max(last, first) : close < Math.min(last, first);
  if (level === 0 || beyond) return 0;
  return -side * level * (side * (neck - close) > 0 ? 1 : 0.5);
};

/**
 * Head and shoulders: top (−) or, upside down, bottom (+): of three like pivots the middle one stands out by half a reversal or more and
 * the outer two are within one reversal of each other. Half of it for the shape, whole once the close is beyond both pivots between
 * them; nothing once the close is beyond the head. (Lo, Mamaysky & Wang 2000, definition 1.)
 */
export const headShoulders = (swings: Swings, close: number): number => {
  if (swings.count < 5) return 0;
  const { side, size } = swings;
  const [right, head, left] = [swings.price(0), swings.price(2), swings.price(4)];
  const height = side > 0 ? head - Math.max(right, left) : Math.min(right, left) - head;
  const level = share(1 - Math.abs(right - left) / size);
  if (height < 0.5 * size || level === 0 || side * (close - head) > 0) return 0;
  const neckline = side > 0 ? Math.min(swings.price(1), swings.price(3)) : Math.max(swings.price(1), swings.price(3));
  return -side * level * (side * (neckline - close) > 0 ? 1 : 0.5);
};
