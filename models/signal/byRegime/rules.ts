/** Features that the rules read, in the order of their arguments. All are known within 241 bars of the scales. */
export const RULE_FEATURES = [
  "ema_distance_50",
  "ema_distance_200",
  "return_60",
  "return_240",
  "adx_14",
  "bollinger_position_20",
  "donchian_position_240",
  "rsi_14",
  "volatility_ratio_15_60",
  "volume_ratio_15",
  "taker_imbalance_15",
] as const;

const X = {
  emaDistance50: 0,
  emaDistance200: 1,
  return60: 2,
  return240: 3,
  adx14: 4,
  bollinger20: 5,
  donchian240: 6,
  rsi14: 7,
  volatilityRatio: 8,
  volumeRatio: 9,
  takerImbalance15: 10,
} as const;

/** Below this ADX (Wilder 1978: 25 marks a trend) the trend rule says proportionally less. */
const ADX_TREND = 0.25;
/** The outer tenth of the channel on either side is where a breakout begins. */
const CHANNEL_INNER = 0.8;

/** Odd, rising, within (−1, 1), slope 1 at 0; a root instead of tanh, whose last bit may differ between Node versions. */
export const squash = (z: number): number => z / Math.sqrt(1 + z * z);

/**
 * Trend following, score in (−1, 1): min(1, ADX / 0.25) · squash(½ (ema_distance_50 + ema_distance_200 + return_60 + return_240)).
 * All four are distances in volatility units, so none needs a scale of its own.
 */
export const trendScore = (x: Float64Array): number => {
  const distance = at(x, X.emaDistance50) + at(x, X.emaDistance200) + at(x, X.return60) + at(x, X.return240);
  return Math.min(1, at(x, X.adx14) / ADX_TREND) * squash(distance / 2);
};

/**
 * Mean reversion, score in (−1, 1): −squash(2 z |z|) of z = ⅓ (½ bollinger_position_20 + (2 donchian_position_240 − 1) + 2 rsi_14);
 * each of the three is about ±1 at an extreme, and the square keeps the rule quiet in the middle.
 */
export const reversionScore = (x: Float64Array): number => {
  const z = (at(x, X.bollinger20) / 2 + (2 * at(x, X.donchian240) - 1) + 2 * at(x, X.rsi14)) / 3;
  return -squash(2 * z * Math.abs(z));
};

/**
 * Breakout, score in (−1, 1): sign(u) · max(0, |u| − 0.8) / 0.2 · ½ (1 + squash(volume_ratio_15 + volatility_ratio_15_60 + 2 sign(u) taker_imbalance_15)),
 * u = 2 donchian_position_240 − 1: nothing inside the channel, and at its edge as much as volume, volatility and takers confirm.
 */
export const breakoutScore = (x: Float64Array): number => {
  const u = 2 * at(x, X.donchian240) - 1;
  const beyond = (Math.abs(u) - CHANNEL_INNER) / (1 - CHANNEL_INNER);
  if (beyond <= 0) return 0;
  const side = u > 0 ? 1 : -1;
  const confirmed = at(x, X.volumeRatio) + at(x, X.volatilityRatio) + 2 * side * at(x, X.takerImbalance15);
  return side * beyond * 0.5 * (1 + squash(confirmed));
};

const at = (x: Float64Array, index: number): number => x[index] as number;
