import type { FeatureFamily } from "../feature.ts";
import { candle } from "./candle.ts";
import { candlePatterns } from "./candlePatterns.ts";

/** Families of the bar's shape, in the order of the row. */
export const CANDLE_FAMILIES: readonly FeatureFamily[] = [candle, candlePatterns];
