import type { CsvRows } from "./csv.ts";
import { decimalsOf } from "./decimal.ts";

/**
 * How many decimals a column shows. Nine of ten numbers end in their last decimal, so one that less than a hundredth of
 * them reaches is not the column's (sums of old spot trades show a digit too many in one row of a thousand).
 */
export class DecimalCount {
  readonly #rows = new Int32Array(32);
  #total = 0;

  add({ bytes, starts, ends }: CsvRows, cell: number): void {
    const decimals = Math.min(decimalsOf(bytes, starts[cell]!, ends[cell]!), this.#rows.length - 1);
    this.#rows[decimals]! += 1;
    this.#total += 1;
  }

  typical(): number {
    return Math.max(
      0,
      this.#rows.findLastIndex((rows) => rows * 100 >= this.#total && rows > 0),
    );
  }
}
