/** What a module of any layer sees of a decision bar besides the bar. POOLED: read it during the call only. */
export interface Seen {
  /** The features that the module names, in its order; NaN where one is not known yet. */
  readonly x: Float64Array;
  /** All of them are known. */
  readonly known: boolean;
  /** L1, for layers behind it. */
  readonly regime: SeenRegime;
  /** L2, for layers behind it. */
  readonly pattern: SeenPattern;
}

export interface SeenRegime {
  /** False without the layer, and while it is not warm; then the numbers are NaN. */
  readonly ready: boolean;
  /** By state, in the order of `REGIME_STATES`. */
  readonly probabilities: Float64Array;
}

export interface SeenPattern {
  readonly ready: boolean;
  readonly pUp: number;
  readonly pDown: number;
  /** In the order of the pattern module's `embedding`; empty without the layer. */
  readonly embedding: Float64Array;
}
