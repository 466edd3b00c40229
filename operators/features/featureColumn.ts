import type { FeatureColumn } from "./feature.ts";

/** A column of the feature row, for lists of columns that are read as a table. */
export const featureColumn = (name: string, formula: string, unit: string, source: string, warmUpBars: number): FeatureColumn => ({
  name,
  formula,
  unit,
  source,
  warmUpBars,
});
