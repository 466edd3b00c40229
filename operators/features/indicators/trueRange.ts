import type { FeatureBar } from "../featureBar.ts";

/**
 * How far the price went in a bar, the way from the close before included: the greatest of high − low and the distances of the close
 * before from both (Wilder 1978). NaN at a bar with none before.
 */
export const trueRange = (bar: FeatureBar): number => {
  const { high, low, previousClose } = bar;
  return Math.max(high - low, Math.abs(previousClose - high), Math.abs(previousClose - low));
};
