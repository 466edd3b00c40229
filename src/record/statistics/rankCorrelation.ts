/** Spearman's rank correlation of two series, ties by their mean rank. NaN below two pairs, and where a series has one value only. */
export const rankCorrelation = (a: readonly number[], b: readonly number[]): number => {
  const [ranksA, ranksB] = [ranksOf(a), ranksOf(b)];
  const middle = (a.length + 1) / 2;
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [i, rank] of ranksA.entries()) {
    const [x, y] = [rank - middle, (ranksB[i] as number) - middle];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return both / Math.sqrt(ofA * ofB);
};

/** From 1, the smallest first; ties share the mean of their ranks. */
const ranksOf = (values: readonly number[]): number[] => {
  const sorted = [...values].sort((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
};
