import { CANDLE_FAMILIES } from "./candle/families.ts";
import type { EventFeatureFamily, FeatureFamily } from "./feature.ts";
import { PRICE_FAMILIES } from "./price/families.ts";
import { STATISTICS_FAMILIES } from "./statistics/families.ts";
import { TIME_FAMILIES } from "./time/families.ts";
import { VOLUME_FAMILIES } from "./volume/families.ts";

/** Every formula of the feature row, in its order; docs/features.md is generated from it. */
export const FEATURE_FAMILIES: readonly FeatureFamily[] = [
  ...PRICE_FAMILIES,
  ...VOLUME_FAMILIES,
  ...STATISTICS_FAMILIES,
  ...CANDLE_FAMILIES,
  ...TIME_FAMILIES,
];
export const EVENT_FEATURE_FAMILIES: readonly EventFeatureFamily[] = [];
