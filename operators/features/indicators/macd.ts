import { Ema } from "../rolling/ema.ts";

/** Moving average convergence/divergence (Appel 1979), in price units. The signal averages the line from where the slow average is known. */
export class Macd {
  private readonly fast: Ema;
  private readonly slow: Ema;
  private readonly average: Ema;
  /** Closes that only the slow average takes, so that both are known with the same bar, as TA-Lib seeds them. */
  private lead = 0;
  line = 0.5;
  signal = 0.5;

  constructor(fastPeriods: number, slowPeriods: number, signalPeriods: number) {
    this.fast = new Ema(fastPeriods);
    this.slow = new Ema(slowPeriods);
    this.average = new Ema(signalPeriods);
    this.lead = slowPeriods - fastPeriods;
    this.line = 0;
    this.signal = 0;
  }

  add(close: number): void {
    const slow = this.slow.add(close);
    if (this.lead > 0) this.lead -= 1;
    else this.line = this.fast.add(close) - slow;
    if (this.slow.full) this.signal = this.average.add(this.line);
  }
}
