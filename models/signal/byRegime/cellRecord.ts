/** What is known before the first trade, and how fast it is forgotten. */
interface RecordTerms {
  /** Probability of a profit to start from. The net return to start from is −`costFraction`. */
  readonly priorWin: number;
  /** Cost of a round trip. */
  readonly costFraction: number;
  /** Trades that the start weighs. */
  readonly priorTrades: number;
  /** Trades of a slot after which a result weighs half. */
  readonly halfLifeTrades: number;
}

/**
 * How the paper trades of each slot ended: decayed counts of trades, profits and net returns. A slot with few trades is pulled to the
 * record of all slots of its side, and that to the prior: estimate = (own + k · side's) / (trades + k), k = `priorTrades` (add-constant
 * smoothing; the side's as the prior is empirical Bayes, Robbins 1956). Even slots are longs, odd ones shorts.
 */
export class CellRecord {
  private readonly terms: RecordTerms;
  private readonly decay: number;
  private readonly sideDecay: number;
  private readonly trades: Float64Array;
  private readonly wins: Float64Array;
  private readonly net: Float64Array;
  private readonly sideTrades = new Float64Array(2);
  private readonly sideWins = new Float64Array(2);
  private readonly sideNet = new Float64Array(2);

  constructor(slots: number, terms: RecordTerms) {
    this.terms = terms;
    this.decay = Math.exp(-Math.LN2 / terms.halfLifeTrades);
    // A side has as many trades as all its slots: it forgets as slowly as they do together.
    this.sideDecay = Math.exp((-2 * Math.LN2) / (terms.halfLifeTrades * slots));
    this.trades = new Float64Array(slots);
    this.wins = new Float64Array(slots);
    this.net = new Float64Array(slots);
  }

  /** One trade of a slot ended, before costs. */
  ended(slot: number, grossReturn: number): void {
    const net = grossReturn - this.terms.costFraction;
    add(this.trades, this.wins, this.net, slot, net, this.decay);
    add(this.sideTrades, this.sideWins, this.sideNet, slot & 1, net, this.sideDecay);
  }

  /** Probability that a trade of the slot ends with a profit. */
  winProbability(slot: number): number {
    const { priorWin, priorTrades } = this.terms;
    return this.estimate(this.wins, this.sideWins, slot, priorWin, priorTrades);
  }

  /** Expected net return of a trade of the slot. */
  expectedNet(slot: number): number {
    const { costFraction, priorTrades } = this.terms;
    return this.estimate(this.net, this.sideNet, slot, -costFraction, priorTrades);
  }

  private estimate(own: Float64Array, side: Float64Array, slot: number, prior: number, k: number): number {
    const which = slot & 1;
    const pooled = ((side[which] as number) + k * prior) / ((this.sideTrades[which] as number) + k);
    return ((own[slot] as number) + k * pooled) / ((this.trades[slot] as number) + k);
  }
}

const add = (trades: Float64Array, wins: Float64Array, nets: Float64Array, at: number, net: number, decay: number): void => {
  trades[at] = decay * (trades[at] as number) + 1;
  wins[at] = decay * (wins[at] as number) + (net > 0 ? 1 : 0);
  nets[at] = decay * (nets[at] as number) + net;
};
