/** One bar in ticks; minutes may be missing. */
interface RandomBar {
  readonly minute: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** In lots. */
  readonly volumeLots: number;
}

/** Seeded uniform numbers in [0, 1) (mulberry32): one call, one number, the same everywhere. */
export const randomOf = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Seeded bars that are mean to a venue: gaps between close and open, holes in time, flat bars, spikes, no volume. */
export class RandomMarket {
  readonly random: () => number;
  readonly #volatility: number;
  #close: number;
  #minute = -1;

  constructor(seed: number, startTicks: number, volatility: number) {
    this.random = randomOf(seed);
    this.#close = startTicks;
    this.#volatility = volatility;
  }

  next(): RandomBar {
    const { random } = this;
    this.#minute += random() < 0.05 ? 1 + Math.floor(random() * 90) : 1;
    const open = this.#moved(this.#close, random() < 0.15 ? 1 : 0.05);
    const close = random() < 0.1 ? open : this.#moved(open, 1);
    const high = Math.max(open, close, random() < 0.2 ? open : this.#moved(Math.max(open, close), random() < 0.05 ? 5 : 0.6));
    const low = Math.min(open, close, random() < 0.2 ? open : this.#moved(Math.min(open, close), random() < 0.05 ? 5 : 0.6));
    this.#close = close;
    const volumeLots = random() < 0.05 ? 0 : Math.floor(random() * random() * 400);
    return { minute: this.#minute, open, high, low, close, volumeLots };
  }

  #moved(ticks: number, scale: number): number {
    const step = (this.random() + this.random() + this.random() - 1.5) * 2 * scale * this.#volatility;
    return Math.max(2, Math.round(ticks * (1 + step)));
  }
}
