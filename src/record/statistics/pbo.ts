/** Probability of backtest overfitting, and what it was counted from. */
interface Overfitting {
  /** Share of splits in which the trial that was best in one half was at the median of the other or below it. */
  readonly probability: number;
  /** By split: ln(ω / (1 − ω)) of the best trial's relative rank ω in the other half. */
  readonly logits: Float64Array;
  readonly splits: number;
}

/**
 * Probability of backtest overfitting by combinatorially symmetric cross-validation: returns `[trials][periods]` are cut into `blocks`
 * consecutive blocks (even; the first ones a period longer where it does not divide), every half of them is once the sample that the best
 * trial is chosen by, and the rest the one that its rank is read off (Bailey, Borwein, López de Prado and Zhu, "The probability of
 * backtest overfitting", Journal of Computational Finance 20(4), 2017). Trials are judged by their Sharpe ratio; one without a spread has
 * 0. ω = rank / (trials + 1), ties by their mean rank. Throws `RangeError` for fewer than two trials, fewer periods than blocks, an odd
 * number of blocks, or more than 24.
 */
export const pbo = (returns: readonly Float64Array[], blocks = 16): Overfitting => {
  const trials = returns.length;
  const periods = returns[0]?.length ?? 0;
  if (trials < 2) throw new RangeError(`${trials} trials: it takes two or more`);
  if (blocks % 2 !== 0 || blocks < 2 || blocks > 24) throw new RangeError(`${blocks} blocks: give an even number from 2 to 24`);
  if (periods < blocks) throw new RangeError(`${periods} periods: it takes ${blocks} or more`);
  if (returns.some(({ length }) => length !== periods)) throw new RangeError("trials of different lengths: pair them by their days");
  const sums = blockSums(returns, blocks);
  const [one, other] = [new Float64Array(trials), new Float64Array(trials)];
  const logits: number[] = [];
  // The first block is in one of the two halves: each pair of halves is judged once, both ways.
  for (let half = 1; half < 1 << blocks; half += 2) {
    const chosen = blocksOf(half, blocks);
    if (chosen.length !== blocks / 2) continue;
    sharpes(sums, blocks, chosen, one);
    sharpes(sums, blocks, blocksOf(~half, blocks), other);
    logits.push(logitOf(one, other), logitOf(other, one));
  }
  const probability = logits.filter((logit) => logit <= 0).length / logits.length;
  return { probability, logits: Float64Array.from(logits), splits: logits.length };
};

/** Blocks whose bit is set. */
const blocksOf = (half: number, blocks: number): number[] => {
  const chosen: number[] = [];
  for (let block = 0; block < blocks; block += 1) if (((half >> block) & 1) === 1) chosen.push(block);
  return chosen;
};

/** ln(ω / (1 − ω)), ω being the relative rank in `outside` of the trial that is best in `inside`. */
const logitOf = (inside: Float64Array, outside: Float64Array): number => {
  const rank = rankOf(outside, bestOf(inside)) / (inside.length + 1);
  return Math.log(rank / (1 - rank));
};

/** By trial and block: number of returns, their sum and sum of squares. */
const blockSums = (returns: readonly Float64Array[], blocks: number): Float64Array => {
  const periods = (returns[0] as Float64Array).length;
  const [length, longer] = [Math.floor(periods / blocks), periods % blocks];
  const sums = new Float64Array(returns.length * blocks * 3);
  for (const [trial, series] of returns.entries())
    for (let block = 0, at = 0; block < blocks; block += 1) {
      const end = at + length + (block < longer ? 1 : 0);
      const to = 3 * (trial * blocks + block);
      sums[to] = end - at;
      for (; at < end; at += 1) {
        const value = series[at] as number;
        sums[to + 1] = (sums[to + 1] as number) + value;
        sums[to + 2] = (sums[to + 2] as number) + value * value;
      }
    }
  return sums;
};

/** Sharpe ratio of every trial over the chosen blocks. */
const sharpes = (sums: Float64Array, blocks: number, chosen: readonly number[], out: Float64Array): void => {
  for (let trial = 0; trial < out.length; trial += 1) {
    let [count, sum, squares] = [0, 0, 0];
    for (let i = 0; i < chosen.length; i += 1) {
      const at = 3 * (trial * blocks + (chosen[i] as number));
      count += sums[at] as number;
      sum += sums[at + 1] as number;
      squares += sums[at + 2] as number;
    }
    const mean = sum / count;
    const variance = (squares - count * mean * mean) / (count - 1);
    out[trial] = variance > 1e-28 ? mean / Math.sqrt(variance) : 0;
  }
};

const bestOf = (values: Float64Array): number => {
  let best = 0;
  for (let i = 1; i < values.length; i += 1) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};

/** Rank of one among all, from 1; ties share the mean of their ranks. */
const rankOf = (values: Float64Array, at: number): number => {
  const own = values[at] as number;
  let [below, like] = [0, 0];
  for (const value of values) {
    if (value < own) below += 1;
    else if (value === own) like += 1;
  }
  return below + (like + 1) / 2;
};
