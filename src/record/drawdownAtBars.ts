import { MINUTE_MS } from "../domain/units.ts";

/** The deepest fall of equity as it is marked at the close of every bar: what the kill switch sees, deeper than that of daily rows. */
export class DrawdownAtBars {
  /** Deepest fall from a peak, a fraction ≤ 0. */
  deepest = 0;
  private deepestPeakMs = NaN;
  /** End of the deepest fall: the bar that reached its peak again, or the last one so far. */
  private deepestEndMs = NaN;
  private peakUsdt = -Infinity;
  private peakMs = NaN;

  /** Equity at the start, then at the close of every bar, in the order of time; several bars may close at once. */
  add(timeMs: number, equityUsdt: number): void {
    if (this.peakMs === this.deepestPeakMs) this.deepestEndMs = timeMs;
    if (equityUsdt >= this.peakUsdt) {
      this.peakUsdt = equityUsdt;
      this.peakMs = timeMs;
      return;
    }
    const depth = equityUsdt / this.peakUsdt - 1;
    if (depth >= this.deepest) return;
    this.deepest = depth;
    this.deepestPeakMs = this.peakMs;
    this.deepestEndMs = timeMs;
  }

  /** Minutes that equity stayed below the peak of the deepest fall; 0 without one. */
  get minutes(): number {
    return this.deepest < 0 ? (this.deepestEndMs - this.deepestPeakMs) / MINUTE_MS : 0;
  }
}
