/** How fine the written numbers of a column are (`DecimalCount`). */
export interface Decimals {
  /** Without trailing zeros. */
  readonly significant: number;
  /** As written. */
  readonly shown: number;
  /** The zeros behind the significant decimals are padding: so many different numbers end in them. */
  readonly padded: boolean;
}

/** Decimals of a symbol's prices and quantities; null: none was seen, which is not the same as whole numbers. */
export interface SeenDecimals {
  readonly price: Decimals | null;
  readonly qty: Decimals | null;
}

export const NOTHING_SEEN: SeenDecimals = { price: null, qty: null };

/** Decimals of the step that a column's numbers are multiples of. */
export const stepDecimals = ({ significant, shown, padded }: Decimals): number => (padded ? significant : shown);

/** The step itself: 2 → 0.01, as the double nearest to the decimal. */
export const stepOf = (decimals: Decimals): number => Number(`1e-${stepDecimals(decimals)}`);

/** What a step shows that was written without saying how it was found: the inverse of `stepOf`. */
export const decimalsOfStep = (step: number): Decimals => {
  const decimals = Math.max(0, Math.round(-Math.log10(step)));
  return { significant: decimals, shown: decimals, padded: false };
};

/** The decimals of both together: independent of order, grouping and repetition. */
export const mergedSeen = (a: SeenDecimals, b: SeenDecimals): SeenDecimals => ({
  price: merged(a.price, b.price),
  qty: merged(a.qty, b.qty),
});

const merged = (a: Decimals | null, b: Decimals | null): Decimals | null =>
  a === null || b === null
    ? (a ?? b)
    : {
        significant: Math.max(a.significant, b.significant),
        shown: Math.max(a.shown, b.shown),
        padded: a.padded || b.padded,
      };
