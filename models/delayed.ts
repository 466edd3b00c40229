/** What `Delayed.due` says when no decision has come due. */
export const NOTHING_DUE = -1;

/**
 * Remembers the cell of every decision bar and hands it back `horizonBars` bars later, exactly once, when its outcome is known. A bar
 * that does not follow the one before by one bar's time is behind a hole: all that is pending spans it and is dropped. A ring of
 * `horizonBars` cells, O(1) a bar.
 */
export class Delayed {
  readonly horizonBars: number;
  /**
   * Place of the present bar, 0 to `horizonBars` − 1: the decision that comes due with a bar stood at the same place, so a caller may
   * keep numbers of its own there between `due` and `put`.
   */
  slot = 0;
  private readonly cells: Int32Array;
  private lastMs = NaN;

  constructor(horizonBars: number) {
    this.horizonBars = horizonBars;
    this.cells = new Int32Array(horizonBars).fill(NOTHING_DUE);
  }

  /**
   * Goes on to a bar (open time and length in ms) and gives the cell of the decision `horizonBars` bars before it, or `NOTHING_DUE`.
   * Call it once at every bar, and `put` after it where there is a decision.
   */
  due(openTimeMs: number, barMs: number): number {
    const whole = openTimeMs - this.lastMs === barMs;
    this.lastMs = openTimeMs;
    if (!whole) this.cells.fill(NOTHING_DUE);
    this.slot = this.slot + 1 === this.horizonBars ? 0 : this.slot + 1;
    const cell = this.cells[this.slot] as number;
    this.cells[this.slot] = NOTHING_DUE;
    return cell;
  }

  /** The cell (≥ 0) of the decision at the present bar. */
  put(cell: number): void {
    this.cells[this.slot] = cell;
  }

  /** Drops all that is pending. */
  clear(): void {
    this.cells.fill(NOTHING_DUE);
    this.lastMs = NaN;
  }
}
