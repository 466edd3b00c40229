import { clamped } from "./bounded.ts";
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
  const last = swings.price(0);
  const first = swings.price(2);
  const apart = Math.abs(last - first);
  if (apart >= EQUAL * size) return 0;
  const beyond = side > 0 ? close > Math.max(last, first) : close < Math.min(last, first);
  if (beyond) return 0;
  const level = 1 - apart / (EQUAL * size);
  return -side * level * (side * (swings.price(1) - close) > 0 ? 1 : 0.5);
};

/**
 * Head and shoulders: top (−) or, upside down, bottom (+): of three like pivots the middle one stands out by half a reversal or more and
 * the outer two are within one reversal of each other. Half of it for the shape, whole once the close is beyond both pivots between
 * them; nothing once the close is beyond the head. (Lo, Mamaysky & Wang 2000, definition 1.)
 */
export const headShoulders = (swings: Swings, close: number): number => {
  if (swings.count < 5) return 0;
  const { side, size } = swings;
  const right = swings.price(0);
  const head = swings.price(2);
  const left = swings.price(4);
  const apart = Math.abs(right - left);
  const height = side > 0 ? head - Math.max(right, left) : Math.min(right, left) - head;
  if (height < 0.5 * size || apart >= size || side * (close - head) > 0) return 0;
  const level = 1 - apart / size;
  const neckline = side > 0 ? Math.min(swings.price(1), swings.price(3)) : Math.max(swings.price(1), swings.price(3));
  return -side * level * (side * (neckline - close) > 0 ? 1 : 0.5);
};
