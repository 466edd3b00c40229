import type { FeatureFamily } from "../feature.ts";
import { longTrend } from "./longTrend.ts";
import { moreOscillators } from "./moreOscillators.ts";
import { oscillators } from "./oscillators.ts";
import { ranges } from "./ranges.ts";
import { regimeInputs } from "./regimeInputs.ts";
import { longReturns, returns } from "./returns.ts";
import { trend } from "./trend.ts";
import { volatility } from "./volatility.ts";

/** Families of prices alone (and, in one column, volume), in the order of the row. */
export const PRICE_FAMILIES: readonly FeatureFamily[] = [
  returns,
  volatility,
  trend,
  oscillators,
  longReturns,
  ranges,
  longTrend,
  moreOscillators,
  regimeInputs,
];
