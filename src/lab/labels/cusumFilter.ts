/**
 * Symmetric CUSUM filter (López de Prado, Advances in Financial Machine Learning, 2.5.2.1, snippet 2.4): an event when the log
 * returns since the last event on that side, never below zero, add up to more than the threshold.
 */
export class CusumFilter {
  private up = 0.5;
  private down = 0.5;

  constructor() {
    this.restart();
  }

  /** Takes the next bar's log return; true at an event. Without a threshold (NaN or ≤ 0) both sums start anew and nothing happens. */
  bar(logReturn: number, threshold: number): boolean {
    if (!(threshold > 0)) {
      this.restart();
      return false;
    }
    this.up = Math.max(0, this.up + logReturn);
    this.down = Math.min(0, this.down + logReturn);
    if (this.down < -threshold) {
      this.down = 0;
      return true;
    }
    if (this.up > threshold) {
      this.up = 0;
      return true;
    }
    return false;
  }

  private restart(): void {
    this.up = 0;
    this.down = 0;
  }
}
