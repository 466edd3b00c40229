import type { FeatureFamily } from "../feature.ts";
import { distribution } from "./distribution.ts";
import { hurst } from "./hurst.ts";
import { serialCorrelation } from "./serialCorrelation.ts";
import { signs } from "./signs.ts";
import { varianceRatio } from "./varianceRatio.ts";

/** Families of the statistics of returns, in the order of the row. */
export const STATISTICS_FAMILIES: readonly FeatureFamily[] = [distribution, serialCorrelation, varianceRatio, hurst, signs];
