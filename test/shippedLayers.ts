import geometry from "../models/pattern/geometry.ts";
import managed from "../models/position/managed.ts";
import rule from "../models/regime/rule.ts";
import byRegime from "../models/signal/byRegime.ts";
import { WHOLE_SET } from "./features/observedRows.ts";
import type { ReplayOptions } from "./replay.ts";

/** The whole feature row and the four shipped members, as `backtest` runs them by default. L1 is warm after 32 hours. */
export const SHIPPED_LAYERS: Required<Pick<ReplayOptions, "layers" | "signal" | "position">> = {
  layers: { features: WHOLE_SET, regime: rule({}), pattern: geometry({}) },
  signal: byRegime({}),
  position: managed({}),
};
