import type { Random } from "./random.ts";

/**
 * One state of the market. Volatility is a multiple of the symbol's base volatility. Drift is the expected return of an
 * hour in units of the state's hourly volatility. Spells last a geometric number of minutes with the stated mean.
 */
interface RegimeState {
  readonly name: string;
  readonly volatility: number;
  readonly driftPerHour: number;
  readonly meanMinutes: number;
  /** Relative odds of the next state, in the order of the table; 0 for itself. */
  readonly next: readonly number[];
}

/** The seven states of L1 (docs/architecture.md#what-each-layer-says). Up and down mirror each other, so the long-run drift is zero. */
export const REGIME_STATES: readonly RegimeState[] = [
  { name: "strong up", volatility: 1.15, driftPerHour: 0.4, meanMinutes: 360, next: [0, 40, 20, 8, 7, 25, 0] },
  { name: "weak up", volatility: 0.9, driftPerHour: 0.15, meanMinutes: 600, next: [25, 0, 45, 10, 3, 5, 12] },
  { name: "ranging", volatility: 0.75, driftPerHour: 0, meanMinutes: 720, next: [8, 24, 0, 24, 8, 8, 28] },
  { name: "weak down", volatility: 0.9, driftPerHour: -0.15, meanMinutes: 600, next: [3, 10, 45, 0, 25, 5, 12] },
  { name: "strong down", volatility: 1.15, driftPerHour: -0.4, meanMinutes: 360, next: [7, 8, 20, 40, 0, 25, 0] },
  { name: "high volatility", volatility: 2.2, driftPerHour: 0, meanMinutes: 240, next: [25, 12, 24, 12, 25, 0, 2] },
  { name: "low volatility", volatility: 0.45, driftPerHour: 0, meanMinutes: 480, next: [3, 22, 50, 22, 3, 0, 0] },
];

const RANGING = 2;

/** The share of time that the chain spends in each state: the stationary law of its jumps, weighted by mean spell length. */
export const regimeFrequencies = (states: readonly RegimeState[] = REGIME_STATES): number[] => {
  let visits = states.map(() => 1 / states.length);
  const rowSums = states.map((state) => state.next.reduce((sum, odds) => sum + odds, 0));
  for (let sweep = 0; sweep < 500; sweep++) {
    const jumped = states.map((_, to) =>
      states.reduce((sum, from, at) => sum + ((visits[at] as number) * (from.next[to] as number)) / (rowSums[at] as number), 0),
    );
    // Half a step at a time, so that a chain that alternates between two states converges too.
    visits = visits.map((share, to) => (share + (jumped[to] as number)) / 2);
  }
  const minutes = states.map((state, at) => (visits[at] as number) * state.meanMinutes);
  const total = minutes.reduce((sum, value) => sum + value, 0);
  return minutes.map((value) => value / total);
};

/** The chain: starts in `ranging`; one or two uniforms a minute. */
export class RegimeChain {
  index = RANGING;
  private readonly leave = REGIME_STATES.map((state) => 1 / state.meanMinutes);

  step(random: Random): RegimeState {
    if (random.uniform() < (this.leave[this.index] as number)) this.index = drawNext(REGIME_STATES[this.index] as RegimeState, random);
    return REGIME_STATES[this.index] as RegimeState;
  }
}

const drawNext = (state: RegimeState, random: Random): number => {
  const total = state.next.reduce((sum, odds) => sum + odds, 0);
  let left = random.uniform() * total;
  let last = 0;
  for (let to = 0; to < state.next.length; to++) {
    const odds = state.next[to] as number;
    if (odds === 0) continue;
    last = to;
    left -= odds;
    if (left < 0) return to;
  }
  return last;
};
