/** Distances of the two levels from the entry; 0: no such level. */
export interface BarrierOptions {
  /**
   * `fraction`: of the entry price. `volatility`: multiples of σ·√(bars of the horizon), σ being the volatility unit known at the
   * decision bar (the standard deviation of one bar's log return).
   */
  readonly unit: "fraction" | "volatility";
  readonly stop: number;
  readonly target: number;
}

/** Which decision bars become rows. */
export type SamplingOptions =
  | { readonly kind: "every"; /** Bars whose close is a multiple of this many bar lengths. */ readonly bars: number }
  | { readonly kind: "cusum"; /** In volatility units of one bar. */ readonly threshold: number };

export type WeightKind = "uniqueness" | "returnAttribution";

/** How decision bars are chosen, labelled and weighted. */
export interface LabelRules {
  readonly barriers: BarrierOptions;
  /** Time limit, counted from the entry's open. */
  readonly horizonMs: number;
  readonly weight: WeightKind;
  readonly sampling: SamplingOptions;
}

/** Design §5: +1.5 % / −0.5 % / 60 minutes, at every bar. */
export const DEFAULT_LABELS: LabelRules = {
  barriers: { unit: "fraction", stop: 0.005, target: 0.015 },
  horizonMs: 3_600_000,
  weight: "uniqueness",
  sampling: { kind: "every", bars: 1 },
};
