import type { Direction } from "./units.ts";

/** A decimal: `digits` / 10^`places`. */
interface Decimal {
  readonly digits: bigint;
  readonly places: number;
}

/**
 * The whole tick nearest to `fromTicks` × (1 + `fraction`). A half goes up (`halvesTo` 1) or down (−1). Both numbers are taken as the
 * decimals that they print as: 300 × 1.005 is 301.5, though the product of the doubles is less. The product must be below 2⁵³.
 */
export const nearestTick = (fromTicks: number, fraction: number, halvesTo: Direction): number => {
  const product = fromTicks * (1 + fraction);
  // Sum and product of doubles each err by at most 2⁻⁵³ of their result (IEEE 754), and so did reading the decimal.
  const mayBeHalf = Math.abs(product - Math.floor(product) - 0.5) <= (fromTicks + product) * 2 * Number.EPSILON;
  return mayBeHalf ? exactly(fromTicks, fraction, halvesTo) : Math.round(product);
};

const exactly = (fromTicks: number, fraction: number, halvesTo: Direction): number => {
  const from = decimalOf(fromTicks);
  const by = decimalOf(fraction);
  const one = powerOfTen(by.places);
  const twice = 2n * from.digits * (one + by.digits);
  const unit = 2n * one * powerOfTen(from.places);
  // Round half down is the ceiling of x − ½, round half up the floor of x + ½; nothing here is negative.
  return Number(halvesTo > 0 ? (twice + unit / 2n) / unit : (twice + unit / 2n - 1n) / unit);
};

/** The shortest decimal that reads as this double. */
const decimalOf = (value: number): Decimal => {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const [whole = "", part = ""] = mantissa.split(".");
  const digits = BigInt(whole + part);
  const places = part.length - Number(exponent);
  return places >= 0 ? { digits, places } : { digits: digits * powerOfTen(-places), places: 0 };
};

const powerOfTen = (places: number): bigint => BigInt(`1${"0".repeat(places)}`);
