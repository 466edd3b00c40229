import { rngOf } from "../../models/trained/fixtures/rng.ts";
import { featureSet } from "../../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { signalMember, writeMember } from "../../test/trained/member.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
/** Features around 0 and about how large they are. */
const READ: Readonly<Record<string, number>> = {
  ...{ return_15: 1, return_60: 1, return_240: 1, return_480: 1, slope_60: 1, trend_t_240: 1 },
  ...{ rsi_14: 0.3, bollinger_position_20: 1.2, vwap_distance_60: 0.6, taker_imbalance_60: 0.1, obv_slope_60: 0.15, skew_60: 0.5 },
};
/** Uncalibrated: what is expected is as large as what happens, so that the member acts most of the time. */
const SIDE = { intercept: 0, slope: 1, net: [-0.01, 0, 0.01], probability: [0.1, 0.4, 0.9] };

/** Writes a linear member of L3 with random weights, which expects of a short what it does not of a long; trained on nothing. */
export const writeRandomMember = (dir: string, name: string, seed: number): void => {
  const rng = rngOf(seed);
  const columns = Object.keys(READ);
  const weights = columns.map(() => 0.0005 * rng.normal());
  const model = {
    ...{ columns: columns.map((_, i) => i), mean: columns.map(() => 0), scale: columns.map((column) => 1 / (READ[column] as number)) },
    ...{ clip: 5, intercept: [0, 0], weights: [weights, weights.map((weight) => -weight)] },
  };
  const past = { fromMs: Date.UTC(2020, 0, 1), toMs: Date.UTC(2021, 0, 1) };
  const calibration = { blocks: 4, long: SIDE, short: SIDE };
  writeMember(dir, signalMember(name, columns, { seed, weights: [1], calibration, parts: [{ linear: [model] }], ...past }), SET);
};
