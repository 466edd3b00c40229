/** A series of `scripts/statistics_fixture.py`: an autoregression of uniform noise from Park and Miller's generator, and a drift. */
export const parkMiller = (length: number, phi: number, drift: number, seed = 20_230_101): Float64Array => {
  let [state, last] = [seed, 0];
  return Float64Array.from({ length }, () => {
    state = (state * 16_807) % 2_147_483_647;
    last = phi * last + 0.02 * (state / 2_147_483_647 - 0.5);
    return last + drift;
  });
};
