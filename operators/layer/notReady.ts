import type { Seen } from "../../models/seen.ts";

/** Why beliefs are not ready, where members give no reason of their own. */
export const UNREADY = {
  warmUp: "warm-up",
  feature: "unknown feature",
  regime: "regime not ready",
  pattern: "pattern not ready",
  window: "window not full",
  rule: "rule not ready",
  upstream: "upstream fell back",
} as const;

/** Why a step member that answers yes or no is not ready. */
export const notReady = ({ known }: Seen): string => (known ? UNREADY.warmUp : UNREADY.feature);
