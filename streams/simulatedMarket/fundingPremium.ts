import { MeanReverting } from "./random.ts";
import type { Random } from "./random.ts";

/** Interest part of a settlement and its band (Binance, "Introduction to funding rates"): 0.01 % and ±0.05 % per 8 hours. */
const INTEREST = 0.0001;
const BAND = 0.0005;
const CAP = 0.0075;
/** How much of the recent return stands in the premium, and how fast it is forgotten (mean life in minutes). */
const CHASE = 0.03;
const MEAN_LIFE_MINUTES = 960;

/**
 * Premium of the perpetual over its index: chases recent returns, reverts to zero within a day, plus noise. The rate
 * follows Binance's formula: mean premium + clamp(interest − mean premium, ±0.05 %), capped at ±0.75 %.
 */
export class FundingPremium {
  private chased = 0;
  private readonly noise = new MeanReverting(240, 0.0003);
  private sum = 0;
  private minutes = 0;

  /** One minute with the bar's return as a fraction. */
  step(barReturn: number, random: Random): void {
    this.chased += CHASE * barReturn - this.chased / MEAN_LIFE_MINUTES;
    this.sum += this.chased + this.noise.step(random);
    this.minutes += 1;
  }

  /** Rate of the interval that ends now, a fraction of notional rounded to 1e-8 as the exchange prints it; starts the next. */
  settle(): number {
    const premium = this.minutes > 0 ? this.sum / this.minutes : 0;
    this.sum = 0;
    this.minutes = 0;
    const rate = premium + clamp(INTEREST - premium, BAND);
    return Math.round(clamp(rate, CAP) * 1e8) / 1e8;
  }
}

const clamp = (value: number, bound: number): number => (value > bound ? bound : value < -bound ? -bound : value);
