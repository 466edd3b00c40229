import type { EventFeatureFamily, FeatureFamily } from "./feature.ts";

/** Every formula of the feature row, in its order; docs/features.md is generated from it. */
export const FEATURE_FAMILIES: readonly FeatureFamily[] = [];
export const EVENT_FEATURE_FAMILIES: readonly EventFeatureFamily[] = [];
