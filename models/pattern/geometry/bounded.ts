/** x, no farther than 1 from 0. */
export const clamped = (x: number): number => (x > 1 ? 1 : x < -1 ? -1 : x);

/** x between 0 and 1. */
export const share = (x: number): number => (x > 1 ? 1 : x > 0 ? x : 0);

/** x / √(1 + x²): like x near 0, ±1 far away. */
export const softened = (x: number): number => x / Math.sqrt(1 + x * x);
