import type { FeatureFamily } from "../feature.ts";
import { rawMomentum } from "./rawMomentum.ts";
import { rawTrend } from "./rawTrend.ts";

/**
 * Indicators in their usual units, equal to TA-Lib's with its default parameters: the machines behind the scaled columns, for
 * comparison. They are no features: prices and volumes stand in them.
 */
export const RAW_FAMILIES: readonly FeatureFamily[] = [rawTrend, rawMomentum];
