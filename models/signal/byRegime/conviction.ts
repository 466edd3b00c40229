import type { Seen } from "../../seen.ts";
import { breakoutScore, reversionScore, trendScore } from "./rules.ts";

/** Which rule speaks loudest at a bar: statistics are kept apart by it. */
export const SETUPS = ["strong trend", "weak trend", "reversion", "breakout", "aside"] as const;
export const Setup = { strongTrend: 0, weakTrend: 1, reversion: 2, breakout: 3, aside: 4 } as const;

/** The rules' word on one bar: `score` in [−1, 1], positive = long. */
export interface Conviction {
  score: number;
  setup: number;
}

/**
 * Mixes the rules by the weights w of the regimes (`RegimeWeights`, in the order of `REGIME_STATES`), without a switch between them:
 *
 * score = w₀ max(0, T) + ½ w₁ max(0, T) + w₂ M + ½ w₃ min(0, T) + w₄ min(0, T) + w₅ B + 0 · w₆, T trend, M reversion, B breakout:
 * trends are followed in their own direction only, weak ones by half, and high volatility stands aside. L2 tilts it:
 * score · (1 − a) + a (1 − w₆) (P(up) − P(down)) / (P(up) + P(down)), a = `patternWeight`.
 */
export const mixRules = ({ x, pattern }: Seen, weights: Float64Array, patternWeight: number, out: Conviction): void => {
  const high = weights[6] as number;
  const trend = trendScore(x);
  const strong = trend * (weights[trend > 0 ? 0 : 4] as number);
  const weak = 0.5 * trend * (weights[trend > 0 ? 1 : 3] as number);
  const reversion = reversionScore(x) * (weights[2] as number);
  const breakout = breakoutScore(x) * (weights[5] as number);
  const { pUp, pDown } = pattern;
  const moves = pUp + pDown;
  const tilt = moves > 0 ? (pUp - pDown) / moves : 0;
  out.score = (1 - patternWeight) * (strong + weak + reversion + breakout) + patternWeight * (1 - high) * tilt;
  out.setup = loudest(Math.abs(strong), Math.abs(weak), Math.abs(reversion), Math.abs(breakout), high);
};

const loudest = (strong: number, weak: number, reversion: number, breakout: number, high: number): number => {
  if (high >= 0.5) return Setup.aside;
  const most = Math.max(strong, weak, reversion, breakout);
  if (most === 0) return Setup.aside;
  if (most === strong) return Setup.strongTrend;
  if (most === weak) return Setup.weakTrend;
  return most === reversion ? Setup.reversion : Setup.breakout;
};
