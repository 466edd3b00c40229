import { FatTails, MeanReverting, randomStream } from "./random.ts";
import type { Random } from "./random.ts";
import { RegimeChain } from "./regimes.ts";
import { minuteOfWeek, volatilitySeason } from "./seasonality.ts";

/** Standard deviations of log-volatility around the state's level, fast (half-life 30 min) and slow (12 h). */
const FAST_SD = 0.3;
const SLOW_SD = 0.3;
/** E[exp(2h)] = exp(2·Var h) for normal h: taking the variance off keeps the mean square at the state's level. */
const LOG_COMPENSATION = FAST_SD * FAST_SD + SLOW_SD * SLOW_SD;

/**
 * What all symbols share: the regime, the level of volatility and one innovation a minute. It is a function of the seed
 * alone, so each symbol runs its own copy and none depends on which others are simulated.
 */
export class MarketFactor {
  private random: Random;
  private tails: FatTails;
  private readonly regimes = new RegimeChain();
  private readonly fast = new MeanReverting(30, FAST_SD);
  private readonly slow = new MeanReverting(720, SLOW_SD);

  /** Of the minute of the last `step`: volatility as a multiple of a symbol's base, seasonality included. */
  volatility = 1;
  /** Expected return of the minute in units of its volatility. */
  drift = 0;
  innovation = 0;
  /** Mixing variance of the innovation. */
  variance = 1;
  /** Position in `REGIME_STATES`. */
  regime = 0;

  constructor(seed: number) {
    this.random = randomStream(seed, "market factor");
    this.tails = new FatTails(this.random);
  }

  /** Goes on with another seed from the next minute: state stays, chance changes. */
  reseed(seed: number): void {
    this.random = randomStream(seed, "market factor");
    this.tails = new FatTails(this.random);
  }

  step(openTimeMs: number): void {
    const state = this.regimes.step(this.random);
    this.regime = this.regimes.index;
    const logVolatility = this.fast.step(this.random) + this.slow.step(this.random) - LOG_COMPENSATION;
    this.volatility = state.volatility * Math.exp(logVolatility) * (volatilitySeason[minuteOfWeek(openTimeMs)] as number);
    // Hourly drift / hourly volatility = 60 μ / (√60 σ).
    this.drift = state.driftPerHour / SQRT_HOUR;
    this.innovation = this.tails.next();
    this.variance = this.tails.variance;
  }
}

export const SQRT_HOUR = Math.sqrt(60);
