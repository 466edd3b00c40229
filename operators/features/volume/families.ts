import type { FeatureFamily } from "../feature.ts";
import { moneyFlow } from "./moneyFlow.ts";
import { priceImpact } from "./priceImpact.ts";
import { volumeFlow } from "./volumeFlow.ts";
import { volumeWindows } from "./volumeWindows.ts";

/** Families of volume, in the order of the row. */
export const VOLUME_FAMILIES: readonly FeatureFamily[] = [volumeFlow, volumeWindows, moneyFlow, priceImpact];
