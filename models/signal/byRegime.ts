import { MINUTE_MS } from "../../src/domain/units.ts";
import { knownOptions, numberOption } from "../options.ts";
import type { NumberRange } from "../options.ts";
import { CellRecord } from "./byRegime/cellRecord.ts";
import type { Conviction } from "./byRegime/conviction.ts";
import { mixRules, Setup, SETUPS } from "./byRegime/conviction.ts";
import { PaperTrades } from "./byRegime/paperTrades.ts";
import { RegimeWeights } from "./byRegime/regimeWeights.ts";
import { RULE_FEATURES } from "./byRegime/rules.ts";
import type { SignalOutput } from "./signalModule.ts";
import { signalModule } from "./signalModule.ts";

const WHERE = "signal.options";
/** Bands of conviction: P(side) below 0.3, below 0.7, the rest. */
const BAND_EDGES = [0.3, 0.7] as const;
const BANDS = 3;
/** Root mean square of the score to start from, and the bars that it weighs. */
const SCORE_PRIOR = 0.1;
const SCORE_PRIOR_BARS = 240;
/** By setup, side of the conviction and its band. */
const CELLS = SETUPS.length * 2 * BANDS;

interface ByRegimeState {
  /** Smoothed score; NaN before the first bar that said one, and behind a hole. */
  score: number;
  /** Mean square of the smoothed score, and the weight of bars behind it. */
  meanSquare: number;
  weight: number;
  closeMs: number;
  readonly regimes: RegimeWeights;
  readonly conviction: Conviction;
  readonly paper: PaperTrades;
  readonly record: CellRecord;
}

/**
 * The shipped signal: one rule per market state, mixed by what L1 says beyond the usual (`byRegime/regimeWeights.ts`) and tilted by L2
 * (`byRegime/conviction.ts`), averaged over `smoothBars` (EMA) to a conviction. Its unit is its own root mean square over `scaleBars`, so that every L1 and L2 fits, however sure
 * of itself: z = conviction / (band · rms), P(side of the conviction) = 1 − exp(−z²), NEUTRAL the rest: which action the rules want.
 *
 * Whether that pays is a question of its own, answered from what happened: at every bar the cell of the moment (setup × side and band of
 * the conviction) opens a paper trade per side, if it has none, and learns how it ended, after costs. `netLong` and `netShort` are the
 * cell's expected net returns, `confidence` its share of profits on the conviction's side. Nothing is known before it happened, and
 * a hole in the bars drops the trades it spans, never the record.
 *
 * Options: `band` 1.5, `smoothBars` 30, `scaleBars` 10080 (a week), `patternWeight` 0.25; paper trades `stopFraction` 0.005,
 * `targetFraction` 0.015, `horizonMinutes` 60 (the labels'), `costFraction` 0.0012 (a round trip of taker fees and slippage; funding is
 * left out), `priorTrades` 100 and `halfLifeTrades` 200. Round numbers, chosen for how often the rules speak, not for profit. Before any
 * trade the price is taken to have no drift: net = −cost, and a profit as likely as reaching the target before the stop,
 * stop / (stop + target).
 */
export default signalModule<ByRegimeState>((options) => {
  const number = (name: string, range: NumberRange): number => numberOption(WHERE, options, name, range);
  const settings = {
    band: number("band", { default: 1.5, above: 0, max: 100 }),
    smoothBars: number("smoothBars", { default: 30, min: 1, max: 100_000 }),
    scaleBars: number("scaleBars", { default: 10_080, min: SCORE_PRIOR_BARS, max: 10_000_000 }),
    patternWeight: number("patternWeight", { default: 0.25, min: 0, max: 1 }),
    stopFraction: number("stopFraction", { default: 0.005, above: 0, max: 0.5 }),
    targetFraction: number("targetFraction", { default: 0.015, above: 0, max: 0.5 }),
    horizonMinutes: number("horizonMinutes", { default: 60, min: 1, max: 10_080 }),
    costFraction: number("costFraction", { default: 0.0012, min: 0, max: 0.1 }),
    priorTrades: number("priorTrades", { default: 100, above: 0, max: 1e9 }),
    halfLifeTrades: number("halfLifeTrades", { default: 200, above: 0, max: 1e9 }),
  };
  knownOptions(WHERE, options, Object.keys(settings));
  const { band, scaleBars, patternWeight, stopFraction, targetFraction, costFraction, priorTrades, halfLifeTrades } = settings;
  const terms = { bracket: { stopFraction, targetFraction }, horizonMs: settings.horizonMinutes * MINUTE_MS };
  const alpha = 2 / (settings.smoothBars + 1);
  const priorWin = stopFraction / (stopFraction + targetFraction);
  return {
    name: "byRegime",
    warmUpBars: 0,
    onGap: "keep",
    features: RULE_FEATURES,
    layers: ["regime", "pattern"],
    init: (instrument) => {
      const record = new CellRecord(2 * CELLS, { priorWin, costFraction, priorTrades, halfLifeTrades });
      const paper = new PaperTrades(CELLS, instrument, terms, record);
      return {
        score: NaN,
        meanSquare: SCORE_PRIOR * SCORE_PRIOR,
        weight: SCORE_PRIOR_BARS,
        closeMs: NaN,
        regimes: new RegimeWeights(scaleBars),
        conviction: { score: 0.5, setup: Setup.aside },
        paper,
        record,
      };
    },
    decide: (state, bar, out, seen) => {
      const { regimes, conviction, paper, record } = state;
      paper.step(bar);
      if (bar.openTimeMs !== state.closeMs) state.score = NaN;
      state.closeMs = bar.knownAtMs;
      if (!seen.known || !seen.regime.ready || !seen.pattern.ready) return;
      regimes.take(seen.regime.probabilities);
      mixRules(seen, regimes.weights, patternWeight, conviction);
      state.score = state.score === state.score ? state.score + alpha * (conviction.score - state.score) : conviction.score;
      conviction.score = state.score;
      // A plain mean until the window is full, so that the first bars weigh no more than the others.
      state.weight = Math.min(state.weight + 1, scaleBars);
      state.meanSquare += (state.score * state.score - state.meanSquare) / state.weight;
      const cell = say(conviction, band * Math.sqrt(state.meanSquare), out);
      paper.request(cell);
      out.netLong = record.expectedNet(2 * cell);
      out.netShort = record.expectedNet(2 * cell + 1);
      out.confidence = record.winProbability(conviction.score >= 0 ? 2 * cell : 2 * cell + 1);
    },
  };
});

/** Fills the three probabilities and gives the cell of the moment. */
const say = ({ score, setup }: Conviction, scale: number, out: SignalOutput): number => {
  const z = scale > 0 ? score / scale : 0;
  const p = 1 - Math.exp(-z * z);
  const long = score >= 0;
  out.pLong = long ? p : 0;
  out.pShort = long ? 0 : p;
  out.pNeutral = 1 - p;
  const level = p < BAND_EDGES[0] ? 0 : p < BAND_EDGES[1] ? 1 : 2;
  return (2 * setup + (long ? 0 : 1)) * BANDS + level;
};
