import type { OperatorFunction } from "rxjs";
import type { FeatureSet } from "../../operators/features/featureSet.ts";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import type { FeatureRow } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import { PartTable, textOf } from "../store/output/partTable.ts";

interface FeatureTableOptions {
  readonly instruments: readonly Instrument[];
  readonly set: FeatureSet;
  /** Rows known up to this time only warm up. */
  readonly fromMs: number;
  readonly file: string;
  readonly shownAs: string;
  readonly partsDir: string;
}

/** Every feature row as a row of a Parquet file: when it was known, `symbol`, and the columns; what is not warm is NULL. */
export class FeatureTable {
  readonly #table: PartTable;
  readonly #fromMs: number;

  constructor({ instruments, set, fromMs, ...files }: FeatureTableOptions) {
    this.#fromMs = fromMs;
    const symbols = instruments.map(({ symbol }) => symbol);
    this.#table = new PartTable({
      ...files,
      columns: ["timeMs", "symbol", ...set.columns.map(({ name }) => name)],
      typed: { timeMs: "timeMs", symbol: textOf("symbol", symbols) },
    });
  }

  get rows(): number {
    return this.#table.length;
  }

  add({ knownAtMs, instrument, values, row, features }: FeatureRow): void {
    if (knownAtMs <= this.#fromMs) return;
    const at = this.#table.next();
    const { data } = this.#table.rows;
    (data[0] as Float64Array)[at] = knownAtMs;
    (data[1] as Float64Array)[at] = instrument;
    const from = row * features;
    for (let c = 0; c < features; c += 1) (data[c + 2] as Float64Array)[at] = values[from + c] as number;
  }

  /** Writes a part when there is enough for one; call it between two bursts. */
  async drain(): Promise<void> {
    await this.#table.drain();
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  /** Removes what is unfinished; harmless after `close`. */
  abandon(): Promise<void> {
    return this.#table.abandon();
  }
}

const HANDLERS: StepHandlers<FeatureTable> = {
  [Kind.featureRow]: (table, row) => {
    table.add(row);
  },
};

/** The end of a line: every feature row goes into the table, nothing passes on. */
export const tableFeatures = (table: FeatureTable): OperatorFunction<Item, Item> =>
  stepOperator("featureTable", () => table, HANDLERS, { passing: "none" });
