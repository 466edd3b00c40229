import { share } from "./bounded.ts";
import type { Swings } from "./swings.ts";

/** A retracement this deep makes it no flag. */
const DEEPEST = 0.618;
/** Bars of the flag over bars of the pole at which it has lapsed. */
const LONGEST = 3;

/**
 * Flag: a fast leg (the pole) and a shallow move against it since, + after a rise and − after a fall. The pole counts by its length over
 * what chance would show in its time, (length / (σ √bars) − 1) / 2 up to 1; the flag by how shallow it is, and it fades until it has
 * lasted three times the pole. `unit` is σ. (Edwards & Magee, Technical Analysis of Stock Trends.)
 */
export const flag = (swings: Swings, close: number, unit: number): number => {
  if (swings.count < 2) return 0;
  const { side } = swings;
  const pole = side * (swings.price(0) - swings.price(1));
  const age = swings.age(0);
  const poleBars = Math.max(1, swings.age(1) - age);
  if (!(pole > 0) || age >= LONGEST * poleBars) return 0;
  const depth = (side * (swings.price(0) - close)) / pole;
  if (depth >= DEEPEST) return 0;
  const speed = share((pole / (unit * Math.sqrt(poleBars)) - 1) / 2);
  return side * speed * share(1 - depth / DEEPEST) * (1 - age / (LONGEST * poleBars));
};
