import { REGIME_STATES } from "../../src/domain/derived.ts";

const STATES = REGIME_STATES.length;
const LEAST = 1e-12;

/** Reads a probability of profit off a net return: straight between the points, constant outside. */
interface Calibrated {
  readonly intercept: number;
  readonly slope: number;
  /** Strictly rising. */
  readonly net: readonly number[];
  readonly probability: readonly number[];
}

interface RegimeCalibration {
  readonly blocks: number;
  readonly temperature: number;
}
interface SignalCalibration {
  readonly blocks: number;
  readonly long: Calibrated;
  readonly short: Calibrated;
}

/** Makes a belief of a row's raw scores, which lie one part behind the other from `at` on; fills `out` from `to` on. */
export type Combine = (raw: Float64Array, at: number, out: Float64Array, to: number) => void;

/** L1: the log-mean of the parts, tempered. `rules`: which parts are the rule, which gives probabilities. */
export const regimeCombine = (weights: readonly number[], rules: readonly boolean[], { temperature }: RegimeCalibration): Combine => {
  const p = new Float64Array(STATES);
  const u = new Float64Array(STATES);
  return (raw, at, out, to) => {
    u.fill(0);
    for (const [part, weight] of weights.entries()) {
      for (let k = 0; k < STATES; k += 1) p[k] = raw[at + part * STATES + k] as number;
      if (rules[part] !== true) softmax(p);
      for (let k = 0; k < STATES; k += 1) u[k] = (u[k] as number) + weight * Math.log(Math.max(p[k] as number, LEAST));
    }
    for (let k = 0; k < STATES; k += 1) u[k] = (u[k] as number) / temperature;
    softmax(u);
    for (let k = 0; k < STATES; k += 1) out[to + k] = u[k] as number;
  };
};

/** In place: less the largest, exp, over the sum in order. */
const softmax = (values: Float64Array): void => {
  let most = -Infinity;
  for (const value of values) most = Math.max(most, value);
  let sum = 0;
  for (let k = 0; k < values.length; k += 1) {
    values[k] = Math.exp((values[k] as number) - most);
    sum += values[k] as number;
  }
  for (let k = 0; k < values.length; k += 1) values[k] = (values[k] as number) / sum;
};

/** L3: each side's net return is the weighted sum of the parts, calibrated; P(profit) of both sides makes the three probabilities. */
export const signalCombine = (weights: readonly number[], { long, short }: SignalCalibration): Combine => {
  const side = (raw: Float64Array, at: number): number => {
    let sum = 0;
    for (let part = 0; part < weights.length; part += 1) sum += (weights[part] as number) * (raw[at + 2 * part] as number);
    return sum;
  };
  return (raw, at, out, to) => {
    const netLong = long.intercept + long.slope * side(raw, at);
    const netShort = short.intercept + short.slope * side(raw, at + 1);
    const a = probabilityOf(long, netLong);
    const b = probabilityOf(short, netShort);
    const over = a + b > 1;
    out[to] = over ? a / (a + b) : a;
    out[to + 1] = over ? b / (a + b) : b;
    // Rounding may leave less than nothing: .8 and .2.
    out[to + 2] = over ? 0 : Math.max(0, 1 - a - b);
    out[to + 3] = netLong;
    out[to + 4] = netShort;
    out[to + 5] = a >= b ? a : b;
  };
};

const probabilityOf = ({ net, probability }: Calibrated, x: number): number => {
  const last = net.length - 1;
  if (!(x > (net[0] as number))) return x === x ? (probability[0] as number) : NaN;
  if (x >= (net[last] as number)) return probability[last] as number;
  let i = 0;
  while (x >= (net[i + 1] as number)) i += 1;
  const [from, slope] = [probability[i] as number, slopeAt(net, probability, i)];
  return from + (x - (net[i] as number)) * slope;
};

const slopeAt = (net: readonly number[], probability: readonly number[], i: number): number =>
  ((probability[i + 1] as number) - (probability[i] as number)) / ((net[i + 1] as number) - (net[i] as number));
