import type { Bracket } from "../../domain/order.ts";
import type { BarrierOptions } from "./options.ts";

/**
 * The bracket of one decision as fractions of the entry: the barriers themselves, or k·σ·√horizonBars in volatility units (López de
 * Prado, Advances in Financial Machine Learning, 3.3, with σ scaled to the horizon by the square-root rule). `volatilityUnit` is
 * the standard deviation of one bar's log return. A stop of a long, or target of a short, of 1 or more is never reached.
 */
export const bracketOf = ({ unit, stop, target }: BarrierOptions, volatilityUnit: number, horizonBars: number): Bracket => {
  if (unit === "fraction") return { stopFraction: stop, targetFraction: target };
  const scale = volatilityUnit * Math.sqrt(horizonBars);
  return { stopFraction: stop * scale, targetFraction: target * scale };
};
