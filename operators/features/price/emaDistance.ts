import type { ColumnRow } from "../featureColumns.ts";
import type { Ema } from "../rolling/ema.ts";

const BROWN = "Brown 1959, Statistical Forecasting for Inventory Control; TA-Lib EMA";

/** The column of a close's distance from its exponential average of `n` bars. */
export const emaDistanceColumn = (n: number): ColumnRow => [`ema_distance_${n}`, `(c / emaₙ(c) − 1) / (σ √n), n = ${n}`, "σ", n, BROWN];

/** Adds the close to the average and gives their distance in standard deviations of so many bars, comparable between averages. */
export const emaDistance = (ema: Ema, close: number, volatilityUnit: number): number =>
  (close / ema.add(close) - 1) / (volatilityUnit * Math.sqrt(ema.periods));
