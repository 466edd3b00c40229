import { patternModule } from "../models/pattern/patternModule.ts";
import { regimeModule } from "../models/regime/regimeModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { familiesNamed, featureSet } from "../operators/features/featureSet.ts";
import type { FeatureSet } from "../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../operators/features/table.ts";
import type { ReplayOptions } from "./replay.ts";
import { FRAMES_MS, WHOLE_SET } from "./features/observedRows.ts";

/** A member of each layer that reads features and the layers before it, for proofs about the line. Known after a few hundred bars. */

const clamped = (x: number): number => Math.max(0, Math.min(1, x));

/** Trend up or down by two averages, the rest is ranging; counts its bars, so that a restart would show. */
const regime = regimeModule<{ bars: number }>(() => ({
  name: "test",
  features: ["ema_distance_20", "ema_distance_20_5m"],
  onGap: "reset",
  init: () => ({ bars: 0 }),
  decide: (state, _, out, { x, known }) => {
    state.bars += 1;
    const up = clamped(0.5 + 0.2 * ((x[0] as number) + (x[1] as number)));
    out.fill(0);
    out[0] = up * 0.9;
    out[4] = (1 - up) * 0.9;
    out[2] = 0.1;
    return known && state.bars > 10;
  },
}))({});

const pattern = patternModule<{ mean: number }>(() => ({
  name: "test",
  features: ["bollinger_position_20", "volume_ratio_15"],
  embedding: ["pull", "volume"],
  onGap: "keep",
  init: () => ({ mean: 0 }),
  decide: (state, _, out, { x, known, regime: before }) => {
    if (!known || !before.ready) return false;
    state.mean += 0.05 * ((x[0] as number) - state.mean);
    const up = clamped(0.5 - 0.15 * state.mean + 0.2 * ((before.probabilities[0] as number) - 0.5));
    out.set([0.9 * up, 0.9 * (1 - up), state.mean, x[1] as number]);
    return true;
  },
}))({});

const signal = signalModule<null>(() => ({
  name: "test",
  warmUpBars: 20,
  onGap: "reset",
  features: ["rsi_14", "return_10"],
  layers: ["regime", "pattern"],
  init: () => null,
  decide: (_, __, out, { x, regime: states, pattern: shape }) => {
    const lean = 0.4 * (x[0] as number) + 0.3 * (shape.pUp - shape.pDown) + 0.3 * ((states.probabilities[0] as number) - 0.45);
    out.pLong = clamped(0.5 + lean);
    out.pShort = 1 - out.pLong;
    out.pNeutral = 0;
    out.netLong = 0.001 * (x[1] as number);
    out.netShort = -out.netLong;
    out.confidence = Math.max(out.pLong, out.pShort);
  },
}))({});

/** The families that these members read, without the rest of the row. */
export const SMALL_SET: FeatureSet = featureSet(
  familiesNamed(
    { families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: FRAMES_MS },
    [...regime.features, ...pattern.features, ...(signal.features ?? []), "funding_rate"],
    "test",
  ),
);

/** The whole feature row and a member in every layer before L4. */
export const ALL_LAYERS: Pick<ReplayOptions, "layers" | "signal"> & Required<Pick<ReplayOptions, "layers" | "signal">> = {
  layers: { features: WHOLE_SET, regime, pattern },
  signal,
};
