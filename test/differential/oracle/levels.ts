import { Exact } from "../exact.ts";

/** Level of a bracket for an entry of `side` at a fraction of its price above (> 0) or below (< 0) it, in ticks; 0: none. */
export const levelOf = (entryTicks: number, side: 1 | -1, fraction: number): number => {
  if (fraction <= -1) return 0;
  const nearest = Exact.of(entryTicks)
    .times(Exact.ONE.plus(Exact.of(fraction)))
    .nearest(side > 0 ? "down" : "up");
  if (fraction > 0) return Math.max(nearest, entryTicks + 1);
  return entryTicks === 1 ? 0 : Math.max(1, Math.min(nearest, entryTicks - 1));
};

/** A price moved against who takes it, to the next tick, one at least. */
export const slippedTicks = (ticks: number, side: 1 | -1, fraction: number): number => {
  const moved = Exact.of(ticks).times(Exact.ONE.plus(Exact.of(fraction).times(side)));
  return side > 0 ? moved.ceil() : Math.max(1, moved.floor());
};

/** Trigger of a trailing stop for a best price: rounded to the tick nearer the best. */
export const trailingTicks = (bestTicks: number, side: 1 | -1, callbackFraction: number): number => {
  const exact = Exact.of(bestTicks).times(Exact.ONE.plus(Exact.of(callbackFraction).times(side)));
  return side > 0 ? exact.floor() : exact.ceil();
};
