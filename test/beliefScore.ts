import { pipe } from "rxjs";
import type { PatternModule } from "../models/pattern/patternModule.ts";
import type { RegimeModule } from "../models/regime/regimeModule.ts";
import { familiesNamed, featureSet } from "../operators/features/featureSet.ts";
import { PRICE_FAMILIES } from "../operators/features/price/families.ts";
import { REGIME_BARS, regimeStateOf } from "../operators/features/regime/regimeRule.ts";
import { STATISTICS_FAMILIES } from "../operators/features/statistics/families.ts";
import { pattern } from "../operators/pattern.ts";
import { regime } from "../operators/regime.ts";
import { REGIME_STATES } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { Kind } from "../src/domain/kind.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { drive } from "../src/engine/driver.ts";
import { observe } from "../src/pipeline.ts";
import type { Source } from "./replay.ts";

const STATES = REGIME_STATES.length;

/** What L1 and L2 said at every decision bar of a run, on the line; probabilities are empty where the layer was not ready. */
export interface Beliefs {
  readonly timeMs: number[];
  readonly close: number[];
  /** Trailing state by the rule; −1 where unknown. */
  readonly state: number[];
  readonly regime: number[][];
  readonly pattern: number[][];
}

/** Runs L1 and L2 of one instrument behind the feature row that they need. */
export const believed = async (source: Source, instrument: Instrument, l1: RegimeModule, l2: PatternModule): Promise<Beliefs> => {
  const rule = ["volatility_percentile_240", "trend_t_240"];
  const families = { families: [...PRICE_FAMILIES, ...STATISTICS_FAMILIES], events: [], timeframesMs: [] };
  const set = featureSet(familiesNamed(families, [...rule, ...l1.features, ...l2.features], "test"));
  const [v = 0, t = 0] = rule.map((name) => set.columns.findIndex((column) => column.name === name));
  const instruments = [instrument];
  const layers = { instruments, set, regime: true, embedding: null };
  const said: Beliefs = { timeMs: [], close: [], state: [], regime: [], pattern: [] };
  const line = pipe(observe({ instruments, timeframesMs: [], features: set }), regime(layers, l1), pattern(layers, l2));
  await drive(source, line, (item) => {
    if (item.kind === Kind.bar && item.base) {
      said.timeMs.push(item.openTimeMs);
      said.close.push(item.close);
    } else if (item.kind === Kind.featureRow) {
      const at = item.row * item.features;
      const percentile = item.values[at + v] as number;
      said.state.push(Number.isNaN(percentile) ? -1 : regimeStateOf(percentile, item.values[at + t] as number));
    } else if (item.kind === Kind.regime) {
      said.regime.push(item.ready ? [...item.values.subarray(item.row * STATES, (item.row + 1) * STATES)] : []);
    } else if (item.kind === Kind.pattern) {
      const at = item.row * item.width;
      said.pattern.push(item.ready ? [...item.values.subarray(at, at + item.width)] : []);
    }
  });
  return said;
};

/** A prediction and what became of it. */
interface Judged {
  readonly p: readonly number[];
  readonly outcome: number;
  /** What was so at the prediction; judged as a prediction of its own by `accuracy`. */
  readonly trailing: number;
}

/** L1 against the state 240 bars later, where all bars between are there. */
export const judgedRegime = ({ timeMs, state, regime: said }: Beliefs): Judged[] =>
  said.flatMap((p, i) => {
    const outcome = state[i + REGIME_BARS] ?? -1;
    const whole = (timeMs[i + REGIME_BARS] ?? NaN) - (timeMs[i] as number) === REGIME_BARS * MINUTE_MS;
    return p.length > 0 && whole && outcome >= 0 ? [{ p, outcome, trailing: state[i] as number }] : [];
  });

/**
 * L2 against what the next 60 bars did: 0 up, 1 down, 2 neither; far is half of σ √60, σ the root of the EMA (240 bars, evenly averaged
 * at first) of squared log returns, as `docs/pattern.md` defines it and calculated here anew.
 */
export const judgedPattern = ({ timeMs, close, pattern: said }: Beliefs): Judged[] => {
  const judged: Judged[] = [];
  let [square, bars] = [0, 0];
  for (let i = 0; i < said.length; i += 1) {
    const follows = i > 0 && (timeMs[i] as number) - (timeMs[i - 1] as number) === MINUTE_MS;
    const change = follows ? Math.log((close[i] as number) / (close[i - 1] as number)) : 0;
    bars = follows ? bars + 1 : 0;
    square = bars === 0 ? 0 : square + (change * change - square) * (bars <= 240 ? 1 / bars : 2 / 241);
    const p = said[i] as number[];
    const whole = (timeMs[i + 60] ?? NaN) - (timeMs[i] as number) === 60 * MINUTE_MS;
    if (p.length === 0 || !whole) continue;
    const z = Math.log((close[i + 60] as number) / (close[i] as number)) / Math.max(1e-6, Math.sqrt(square)) / Math.sqrt(60);
    judged.push({
      p: [p[0] as number, p[1] as number, 1 - (p[0] as number) - (p[1] as number)],
      outcome: z > 0.5 ? 0 : z < -0.5 ? 1 : 2,
      trailing: 2,
    });
  }
  return judged;
};

interface Score {
  readonly bars: number;
  readonly logLoss: number;
  /** Of the marginal frequencies of these very outcomes, hindsight included. */
  readonly marginalLogLoss: number;
  /** Shares of bars whose likeliest outcome, whose trailing state, and where the commonest outcome came. */
  readonly accuracy: number;
  readonly trailingAccuracy: number;
  readonly commonest: number;
  /** By tenth of the predicted probability, over all outcomes. */
  readonly calibration: readonly { readonly n: number; readonly predicted: number; readonly observed: number }[];
}

/** Scores predictions of `outcomes` outcomes. */
export const scoreOf = (judged: readonly Judged[], outcomes: number): Score => {
  const seen = new Array<number>(outcomes).fill(0);
  const bins = Array.from({ length: 10 }, () => ({ n: 0, predicted: 0, observed: 0 }));
  let [loss, right, trailingRight] = [0, 0, 0];
  for (const { p, outcome, trailing } of judged) {
    seen[outcome] = (seen[outcome] as number) + 1;
    loss -= Math.log(p[outcome] as number);
    if (p.indexOf(Math.max(...p)) === outcome) right += 1;
    if (trailing === outcome) trailingRight += 1;
    p.forEach((x, i) => {
      const bin = bins[Math.min(9, Math.floor(x * 10))] as (typeof bins)[number];
      bin.n += 1;
      bin.predicted += x;
      bin.observed += i === outcome ? 1 : 0;
    });
  }
  const n = judged.length;
  return {
    bars: n,
    logLoss: loss / n,
    marginalLogLoss: seen.reduce((sum, count) => (count > 0 ? sum - (count / n) * Math.log(count / n) : sum), 0),
    accuracy: right / n,
    trailingAccuracy: trailingRight / n,
    commonest: Math.max(...seen) / n,
    calibration: bins
      .filter((bin) => bin.n > 0)
      .map((bin) => ({ n: bin.n, predicted: bin.predicted / bin.n, observed: bin.observed / bin.n })),
  };
};

/** Log-loss of P(up) / (P(up) + P(down)) where the price went far; ln 2 is what a coin gets. */
export const directionLoss = (judged: readonly Judged[]): number => {
  const far = judged.filter(({ outcome }) => outcome < 2);
  return (
    far.reduce((sum, { p, outcome }) => sum - Math.log((p[outcome] as number) / ((p[0] as number) + (p[1] as number))), 0) / far.length
  );
};
