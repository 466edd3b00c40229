/**
 * Money recomputed without rounding that could matter: integers in units of 2⁻⁹⁶, about 1e-29. A double of money size is
 * exact in it, sums have no error, and a division loses one unit.
 */
const BITS = 96;
const UNITS = 2 ** BITS;

export type Fixed = bigint;

/** Throws a `RangeError` on a number that is not finite. */
export const fixed = (value: number): Fixed => BigInt(Math.trunc(value * UNITS));
export const fixedInteger = (value: bigint): Fixed => value << BigInt(BITS);
export const toNumber = (value: Fixed): number => Number(value) / UNITS;

/** The decimal fraction that a double stands for: 0.1 is a tenth. */
export interface Decimal {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const decimal = (value: number): Decimal => {
  const [digits = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = digits.split(".");
  const power = Number(exponent) - fraction.length;
  const numerator = BigInt(whole + fraction);
  return power >= 0 ? { numerator: numerator * 10n ** BigInt(power), denominator: 1n } : { numerator, denominator: 10n ** BigInt(-power) };
};

export const times = (value: Fixed, { numerator, denominator }: Decimal): Fixed => (value * numerator) / denominator;
export const over = (value: Fixed, { numerator, denominator }: Decimal): Fixed => (value * denominator) / numerator;
