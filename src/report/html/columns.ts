import type { PackedColumn } from "../page/pageData.js";

/**
 * A column of numbers as differences of integers, for a page that stays small: 20,000 times in ms are 60 kB instead of
 * 280. Exact where every value has at most `maxDecimals` decimals; else rounded to that many (the CSV files hold the
 * exact numbers). Values that are not finite become null. `page/columns.js` reads it.
 */
export const packColumn = (values: readonly number[], maxDecimals = 8): PackedColumn => {
  const divisor = 10 ** decimalsOf(values, maxDecimals);
  const whole = values.map((value) => Math.round(value * divisor));
  const multiplier = divisor === 1 ? commonFactor(whole) : 1;
  let previous = 0;
  const steps = whole.map((value) => {
    if (!Number.isFinite(value)) return null;
    const step = value / multiplier - previous;
    previous += step;
    return step;
  });
  return [multiplier, divisor, steps];
};

const decimalsOf = (values: readonly number[], maxDecimals: number): number => {
  let decimals = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    while (decimals < maxDecimals && Math.round(value * 10 ** decimals) / 10 ** decimals !== value) decimals += 1;
    if (decimals === maxDecimals) break;
  }
  return decimals;
};

/** Greatest common divisor of the finite values; 1 when all are 0. */
const commonFactor = (values: readonly number[]): number => {
  let factor = 0;
  for (const value of values) {
    let rest = Math.abs(value);
    if (!Number.isFinite(rest)) continue;
    while (rest > 0) [factor, rest] = [rest, factor % rest];
    if (factor === 1) break;
  }
  return factor === 0 ? 1 : factor;
};
