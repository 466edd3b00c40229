import type { FeatureColumn } from "../feature.ts";
import { featureColumn } from "../featureColumn.ts";
import type { Ema } from "../rolling/ema.ts";

/** The column of a close's distance from its exponential average of `n` bars. */
export const emaDistanceColumn = (n: number): FeatureColumn =>
  featureColumn(
    `ema_distance_${n}`,
    `(c / ema(c, ${n}) − 1) / (σ √${n})`,
    "σ",
    "Brown 1959, Statistical Forecasting for Inventory Control; TA-Lib EMA",
    n,
  );

/** Adds the close to the average and gives their distance in standard deviations of so many bars, comparable between averages. */
export const emaDistance = (ema: Ema, close: number, volatilityUnit: number): number =>
  (close / ema.add(close) - 1) / (volatilityUnit * Math.sqrt(ema.periods));
