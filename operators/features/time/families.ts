import type { FeatureFamily } from "../feature.ts";
import { clock } from "./clock.ts";
import { sessions } from "./sessions.ts";

/** Families that say when the bar closed, in the order of the row. */
export const TIME_FAMILIES: readonly FeatureFamily[] = [clock, sessions];
