import { CANDLE_FAMILIES } from "./candle/families.ts";
import { EVENT_FAMILIES } from "./events/families.ts";
import type { FeatureFamily } from "./feature.ts";
import { PRICE_FAMILIES } from "./price/families.ts";
import { STATISTICS_FAMILIES } from "./statistics/families.ts";
import { TIME_FAMILIES } from "./time/families.ts";
import { VOLUME_FAMILIES } from "./volume/families.ts";

/** Every formula of the feature row that reads bars, in its order; docs/features.md is generated from it. */
export const FEATURE_FAMILIES: readonly FeatureFamily[] = [
  ...PRICE_FAMILIES,
  ...VOLUME_FAMILIES,
  ...STATISTICS_FAMILIES,
  ...CANDLE_FAMILIES,
  ...TIME_FAMILIES,
];

/** And every one that reads events between the bars. */
export { EVENT_FAMILIES as EVENT_FEATURE_FAMILIES };
