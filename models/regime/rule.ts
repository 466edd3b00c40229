import { regimeStateOf, REGIME_BARS } from "../../operators/features/regime/regimeRule.ts";
import { REGIME_STATES } from "../../src/domain/derived.ts";
import { DAY_MS, HOUR_MS } from "../../src/domain/units.ts";
import { bandOf, bandsOption } from "../bands.ts";
import { Delayed, NOTHING_DUE } from "../delayed.ts";
import { knownOptions, numberOption } from "../options.ts";
import { OutcomeCounts } from "../outcomeCounts.ts";
import { regimeModule } from "./regimeModule.ts";

const WHERE = "regime.options";
const STATES = REGIME_STATES.length;
/** The first state is as likely as the last one before anything was learnt. */
const EQUAL = new Float64Array(STATES).fill(1 / STATES);

interface Settings {
  readonly persistence: number;
  readonly priorBars: number;
  readonly halfLifeBars: number;
  readonly volatilityBands: Float64Array;
  readonly trendBands: Float64Array;
  readonly sessionMs: number;
}

/**
 * The shipped L1: what state the next 240 bars will be in, from the trailing 240, with probabilities learnt online. The state is the
 * rule of `operators/features/regime/regimeRule.ts`, looking back and ahead alike: the state that the rule says 240 bars later is the
 * outcome of this bar, and is learnt then.
 *
 * Three tables of decayed counts, each the prior of the next, coarse to fine:
 * 1. how often every state came, whatever was before it (before anything is known: all alike);
 * 2. by band of the volatility percentile × band of the trend statistic, with the prior (1 − persistence) · table 1 + persistence on
 *    the trailing state;
 * 3. by band of the volatility percentile × part of the UTC day in which the bar closes, because volatility has a daily tide.
 *
 * Options: `persistence` 0.25, `priorBars` 2880 (bars of observation that a prior weighs as much as: outcomes of neighbouring bars
 * overlap, so these two days are twelve separate windows), `halfLifeBars` 525600 (a year), `volatilityBands`
 * [0.1, 0.25, 0.5, 0.75, 0.9], `trendBands` [-2, -1, 1, 2], `sessionHours` 4. What was learnt stands a gap; outcomes that span one are
 * dropped.
 */
export default regimeModule<RegimeCalibration>((options) => {
  const settings = settingsOf(options);
  return {
    name: "rule",
    features: ["volatility_percentile_240", "trend_t_240"],
    onGap: "keep",
    init: () => new RegimeCalibration(settings),
    decide: (state, bar, out, seen) => {
      const due = state.pending.due(bar.openTimeMs, bar.timeframeMs);
      state.age();
      if (!seen.known) return false;
      state.say(seen.x[0] as number, seen.x[1] as number, bar.knownAtMs, due, out);
      return true;
    },
  };
});

const settingsOf = (options: Readonly<Record<string, unknown>>): Settings => {
  knownOptions(WHERE, options, ["persistence", "priorBars", "halfLifeBars", "volatilityBands", "trendBands", "sessionHours"]);
  return {
    persistence: numberOption(WHERE, options, "persistence", { default: 0.25, min: 0, max: 0.999 }),
    priorBars: numberOption(WHERE, options, "priorBars", { default: 2880, above: 0, max: 1e9 }),
    halfLifeBars: numberOption(WHERE, options, "halfLifeBars", { default: 525_600, min: 240, max: 1e9 }),
    volatilityBands: bandsOption(WHERE, options, "volatilityBands", [0.1, 0.25, 0.5, 0.75, 0.9]),
    trendBands: bandsOption(WHERE, options, "trendBands", [-2, -1, 1, 2]),
    sessionMs: numberOption(WHERE, options, "sessionHours", { default: 4, min: 1, max: 24 }) * HOUR_MS,
  };
};

class RegimeCalibration {
  readonly pending = new Delayed(REGIME_BARS);
  private readonly settings: Settings;
  private readonly trends: number;
  private readonly sessions: number;
  private readonly all: OutcomeCounts;
  private readonly byTrend: OutcomeCounts;
  private readonly bySession: OutcomeCounts;
  private readonly prior = new Float64Array(STATES);

  constructor(settings: Settings) {
    this.settings = settings;
    this.trends = settings.trendBands.length + 1;
    this.sessions = Math.ceil(DAY_MS / settings.sessionMs);
    const bands = settings.volatilityBands.length + 1;
    const counts = (cells: number): OutcomeCounts =>
      new OutcomeCounts({ cells, outcomes: STATES, strength: settings.priorBars, halfLifeBars: settings.halfLifeBars });
    this.all = counts(1);
    this.byTrend = counts(bands * this.trends);
    this.bySession = counts(bands * this.sessions);
  }

  /** A bar passes. */
  age(): void {
    this.all.age();
    this.byTrend.age();
    this.bySession.age();
  }

  /** Learns the outcome of the decision that is due and fills `out` for this bar. */
  say(v: number, t: number, closeMs: number, due: number, out: Float64Array): void {
    const { settings, prior, trends, sessions } = this;
    const trailing = regimeStateOf(v, t);
    if (due !== NOTHING_DUE) this.learn(due, trailing);
    const volatility = bandOf(settings.volatilityBands, v);
    const trend = bandOf(settings.trendBands, t);
    const session = Math.floor((closeMs % DAY_MS) / settings.sessionMs);
    this.pending.put((volatility * trends + trend) * sessions + session);
    this.all.predict(0, EQUAL, prior);
    for (let i = 0; i < STATES; i += 1) prior[i] = (prior[i] as number) * (1 - settings.persistence);
    prior[trailing] = (prior[trailing] as number) + settings.persistence;
    this.byTrend.predict(volatility * trends + trend, prior, prior);
    this.bySession.predict(volatility * sessions + session, prior, out);
  }

  private learn(due: number, outcome: number): void {
    const { trends, sessions } = this;
    const session = due % sessions;
    const cell = (due - session) / sessions;
    this.all.learn(0, outcome);
    this.byTrend.learn(cell, outcome);
    this.bySession.learn(((cell - (cell % trends)) / trends) * sessions + session, outcome);
  }
}
