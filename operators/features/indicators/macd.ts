import { Ema } from "../rolling/ema.ts";

/** Moving average convergence/divergence (Appel 1979), in price units. The signal averages the line from where the slow average is known. */
export class Macd {
  private readonly fast: Ema;
  private readonly slow: Ema;
  private readonly average: Ema;
  line = 0.5;
  signal = 0.5;

  constructor(fastPeriods: number, slowPeriods: number, signalPeriods: number) {
    this.fast = new Ema(fastPeriods);
    this.slow = new Ema(slowPeriods);
    this.average = new Ema(signalPeriods);
    this.line = 0;
    this.signal = 0;
  }

  add(close: number): void {
    this.line = this.fast.add(close) - this.slow.add(close);
    if (this.slow.full) this.signal = this.average.add(this.line);
  }
}
