/**
 * Every limit of the three tiers (docs/architecture.md#risk), with its unit in its name. `null` switches a rule off: only the
 * simulated venue accepts that (`src/risk/gate.ts`).
 */
export interface RiskLimits {
  readonly position: PositionLimits;
  readonly day: DayLimits;
  readonly data: DataLimits;
  readonly shock: ShockLimits;
  readonly system: SystemLimits;
}

export interface PositionLimits {
  /** Margin of one instrument, position and resting entries all filled, as a fraction of equity: at most. */
  readonly maxMarginFraction: number | null;
  /** Margin of the account, as a fraction of equity: at most. */
  readonly maxAccountMarginFraction: number | null;
  readonly maxLeverage: number | null;
  /** An entry must bring a stop no farther away than this fraction of its price; null: entries without protection pass. */
  readonly maxStopFraction: number | null;
}

export interface DayLimits {
  /** Equity against 00:00 UTC, marked: may lose at most this fraction. */
  readonly maxLossFraction: number | null;
  /** Entries a day: at most. */
  readonly maxEntries: number | null;
  /** Losing trades in a row within the day: at most. */
  readonly maxConsecutiveLosses: number | null;
  /** Entries of one instrument that the venue refuses in a row: with this many it gets no entry for the rest of the day. */
  readonly maxVenueRefusals: number | null;
}

export interface DataLimits {
  /**
   * A gap, a stale stream or failing inference keeps new risk out until the line was whole for this long, a broken order book until it is
   * whole again; null: none of them does.
   */
  readonly healthyMs: number | null;
  /** Late or failed inferences within a minute that count as broken: at least. */
  readonly maxInferenceFailuresPerMinute: number | null;
}

export interface ShockLimits {
  /** 60-minute realised volatility over its 30-day rms: more than this is a shock. */
  readonly maxVolatilityRatio: number | null;
  /** The shock ends below this ratio … */
  readonly clearVolatilityRatio: number;
  /** … held for this long. */
  readonly clearMs: number;
}

export interface SystemLimits {
  /** Drawdown from the peak that halts: at least. */
  readonly maxDrawdownFraction: number | null;
  /** 24-hour realised volatility over the rms of the 30 days before: more than this halts. */
  readonly maxVolatilityRatio: number | null;
  /** Upper 95 % bound of the annualised Sharpe ratio: below this halts … */
  readonly minSharpeUpperBound: number | null;
  /** … once there are this many daily returns. */
  readonly sharpeMinDays: number;
  /** Intents of one instrument within one second of line time: more than this halts. */
  readonly maxIntentsPerSecond: number | null;
  /** `person`: HALTED until a `resume` command. `nextDay`: until the next 00:00 UTC, with a fresh peak (research). */
  readonly resume: "person" | "nextDay";
}

/** The shipped defaults: strict, as profile `live` trades. */
export const DEFAULT_LIMITS: RiskLimits = {
  position: { maxMarginFraction: 0.08, maxAccountMarginFraction: 0.24, maxLeverage: 5, maxStopFraction: 0.005 },
  day: { maxLossFraction: 0.02, maxEntries: 15, maxConsecutiveLosses: 8, maxVenueRefusals: 3 },
  data: { healthyMs: 60_000, maxInferenceFailuresPerMinute: 3 },
  shock: { maxVolatilityRatio: 3, clearVolatilityRatio: 2, clearMs: 3_600_000 },
  system: {
    maxDrawdownFraction: 0.05,
    maxVolatilityRatio: 3,
    minSharpeUpperBound: 0.5,
    sharpeMinDays: 90,
    maxIntentsPerSecond: 100,
    resume: "person",
  },
};

/** No rule at all: for workloads that measure the line. Legal with the simulated venue only. */
export const NO_LIMITS: RiskLimits = {
  position: { maxMarginFraction: null, maxAccountMarginFraction: null, maxLeverage: null, maxStopFraction: null },
  day: { maxLossFraction: null, maxEntries: null, maxConsecutiveLosses: null, maxVenueRefusals: null },
  data: { healthyMs: null, maxInferenceFailuresPerMinute: null },
  shock: { maxVolatilityRatio: null, clearVolatilityRatio: 2, clearMs: 3_600_000 },
  system: {
    maxDrawdownFraction: null,
    maxVolatilityRatio: null,
    minSharpeUpperBound: null,
    sharpeMinDays: 90,
    maxIntentsPerSecond: null,
    resume: "person",
  },
};
