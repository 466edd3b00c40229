interface OutcomeCountsOptions {
  /** Situations that are told apart. */
  readonly cells: number;
  /** Outcomes of each. */
  readonly outcomes: number;
  /** Pseudo-observations that the prior is worth in every cell, > 0. */
  readonly strength: number;
  /** Bars after which an observation counts half; `Infinity` (default): all count alike. */
  readonly halfLifeBars?: number;
}

/** Weights are scaled back before they grow beyond this: far from overflow, and rare. */
const LARGEST_WEIGHT = 1e60;

/**
 * Probabilities of outcomes by cell, learnt online: (count + strength · prior) / (total + strength), the add-constant estimate with a
 * Dirichlet prior (Laplace; Gelman et al., Bayesian Data Analysis, 3.4), with exponential forgetting. Nothing here looks ahead: a
 * prediction knows what was learnt before it. `Delayed` brings each outcome back to the cell of its decision.
 *
 * Instead of shrinking all counts at every bar, each new observation weighs more than the ones before: O(outcomes) a call, no
 * allocation.
 */
export class OutcomeCounts {
  readonly cells: number;
  readonly outcomes: number;
  private readonly strength: number;
  /** ln 2 / half-life. */
  private readonly rate: number;
  private readonly growth: number;
  /** `[cells, outcomes]`, row-major, in units of `weight`. */
  private readonly counts: Float64Array;
  /** By cell. */
  private readonly totals: Float64Array;
  /** What an observation of the present bar adds. */
  private weight = 0.5;

  constructor({ cells, outcomes, strength, halfLifeBars = Infinity }: OutcomeCountsOptions) {
    this.cells = cells;
    this.outcomes = outcomes;
    this.strength = strength;
    this.rate = Math.LN2 / halfLifeBars;
    this.growth = Math.exp(this.rate);
    this.counts = new Float64Array(cells * outcomes);
    this.totals = new Float64Array(cells);
    this.weight = 1;
  }

  /** Bars pass, 1 unless told: what was learnt before them fades. */
  age(bars = 1): void {
    if (this.rate === 0) return;
    // A long pause may pass in one call: its factor is cut off where nothing is left of the past anyway.
    this.weight *= bars === 1 ? this.growth : Math.exp(Math.min(this.rate * bars, 100));
    if (this.weight > LARGEST_WEIGHT) this.scaleBack();
  }

  private scaleBack(): void {
    const factor = 1 / this.weight;
    for (let i = 0; i < this.counts.length; i += 1) this.counts[i] = (this.counts[i] as number) * factor;
    for (let i = 0; i < this.totals.length; i += 1) this.totals[i] = (this.totals[i] as number) * factor;
    this.weight = 1;
  }

  /** An outcome became known of a decision in a cell. */
  learn(cell: number, outcome: number): void {
    const at = cell * this.outcomes + outcome;
    this.counts[at] = (this.counts[at] as number) + this.weight;
    this.totals[cell] = (this.totals[cell] as number) + this.weight;
  }

  /** Fills `out[at …]` with the probabilities of a cell's outcomes: > 0 where the prior is, and of sum 1. `prior` sums to 1. */
  predict(cell: number, prior: Float64Array, out: Float64Array, at = 0): void {
    const { counts, outcomes } = this;
    const from = cell * outcomes;
    const strength = this.strength * this.weight;
    const share = 1 / ((this.totals[cell] as number) + strength);
    for (let i = 0; i < outcomes; i += 1) out[at + i] = ((counts[from + i] as number) + strength * (prior[i] as number)) * share;
  }

  /** Decayed number of observations in a cell. */
  seen(cell: number): number {
    return (this.totals[cell] as number) / this.weight;
  }
}
