import { DECIMALS_MAX } from "./written.ts";

/** One for each number of decimals that is told apart. */
export const BUCKETS = DECIMALS_MAX + 1;

/** Rows with a price between the ticks, of how many, and the first of them. */
export interface OffTick {
  readonly rows: number;
  readonly ofRows: number;
  readonly firstMs: number;
  readonly price: number;
}

/** Rows by the significant decimals of their finest number, with the first of each. */
export class Fineness {
  private readonly rows = new Float64Array(BUCKETS);
  private readonly firstMs = new Float64Array(BUCKETS).fill(Infinity);
  private readonly example = new Float64Array(BUCKETS);

  add(decimals: number, timeMs: number, value: number, rows = 1): void {
    this.rows[decimals] = (this.rows[decimals] as number) + rows;
    if (timeMs >= (this.firstMs[decimals] as number)) return;
    this.firstMs[decimals] = timeMs;
    this.example[decimals] = value;
  }

  /** Adds the rows of another count. */
  absorb({ rows, firstMs, example }: Fineness): void {
    for (const [decimals, count] of rows.entries())
      if (count > 0) this.add(decimals, firstMs[decimals] as number, example[decimals] as number, count);
  }

  get total(): number {
    return this.rows.reduce((sum, rows) => sum + rows, 0);
  }

  /** Rows that need more decimals than these; null: none. */
  finerThan(decimals: number): OffTick | null {
    let [rows, firstMs, price] = [0, Infinity, NaN];
    for (const [each, count] of this.rows.entries()) {
      if (each <= decimals || count === 0) continue;
      rows += count;
      if ((this.firstMs[each] as number) >= firstMs) continue;
      firstMs = this.firstMs[each] as number;
      price = this.example[each] as number;
    }
    return rows === 0 ? null : { rows, ofRows: this.total, firstMs, price };
  }
}
