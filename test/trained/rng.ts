/** Seeded numbers for drawn models. */
export interface Rng {
  uniform(): number;
  normal(): number;
}

/** mulberry32. */
export const rngOf = (seed: number): Rng => {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { uniform, normal: () => uniform() + uniform() + uniform() + uniform() - 2 };
};
