import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { InvariantError } from "../../domain/units.ts";
import { Duck } from "../duck/duck.ts";
import { quoted } from "../duck/scanSql.ts";
import type { NumberColumns } from "../table/columns.ts";
import { emptyColumns, sliceRows } from "../table/columns.ts";
import { numberColumns } from "../table/tables.ts";
import { writingParquet } from "./parquetOutput.ts";

/** Numbers held before they go to disk as a part, 8 bytes each: 17 MB. */
const PART_NUMBERS = 1 << 21;
/** A burst has at most 4096 events (docs/architecture.md#bursts), and a kline makes one row. */
const BURST_ROWS = 4096;

interface PartTableOptions {
  /** All float64 while they are collected. The first one is a time in ms. */
  readonly columns: readonly string[];
  /** SQL of columns whose type is another one in the finished file; by default a NaN becomes NULL. */
  readonly typed: Readonly<Record<string, string>>;
  /** Columns behind the others that hold one text in every row. */
  readonly constants?: Readonly<Record<string, string>>;
  /** Where the finished file goes, and how messages name it. */
  readonly file: string;
  readonly shownAs: string;
  /** A folder of its own for the parts; gone when the table is closed. */
  readonly partsDir: string;
}

/**
 * A Parquet file that grows row by row beside the line: a buffer of bounded size that `drain`, between two bursts, writes out as a
 * part; `close` joins the parts.
 */
export class PartTable {
  readonly rows: NumberColumns;
  /** Rows of all parts and the buffer. */
  length = 0;
  readonly #options: PartTableOptions;
  readonly #duck = new Duck();
  readonly #partRows: number;
  /** DuckDB holds a few row groups while it writes: wide tables get short ones. Whole chunks of 2048 rows. */
  readonly #groupRows: number;
  readonly #parts: string[] = [];

  constructor(options: PartTableOptions) {
    this.#options = options;
    this.#partRows = Math.ceil(PART_NUMBERS / options.columns.length);
    this.#groupRows = Math.min(122_880, Math.max(1, Math.floor(PART_NUMBERS / options.columns.length / 2048)) * 2048);
    this.rows = emptyColumns(options.columns.length, this.#partRows + BURST_ROWS);
  }

  /** Begins a row and returns its place in the columns' buffers. */
  next(): number {
    const at = this.rows.length;
    if (at >= this.#partRows + BURST_ROWS)
      throw new InvariantError(`${at} rows between two drains: a burst has at most ${BURST_ROWS} events`);
    this.rows.length = at + 1;
    this.length += 1;
    return at;
  }

  /** Writes a part when there is enough for one; call it between two bursts. True: the buffer is empty now. */
  async drain(): Promise<boolean> {
    if (this.rows.length < this.#partRows) return false;
    await writingParquet(this.#options.shownAs, () => this.#part());
    return true;
  }

  /** Writes what is left, joins the parts into the file and removes them. */
  async close(): Promise<void> {
    const { file, shownAs } = this.#options;
    await writingParquet(shownAs, async () => {
      if (this.rows.length > 0 || this.#parts.length === 0) await this.#part();
      await this.#duck.copy(this.#joined(), file, { rows: this.length, groupRows: this.#groupRows, compression: "snappy" });
    });
    await this.abandon();
  }

  /** Removes what is unfinished; harmless after `close`. */
  async abandon(): Promise<void> {
    await this.#duck.close();
    await rm(this.#options.partsDir, { recursive: true, force: true });
  }

  async #part(): Promise<void> {
    await mkdir(this.#options.partsDir, { recursive: true });
    const file = join(this.#options.partsDir, `${this.#parts.length}.parquet`);
    await this.#duck.write(numberColumns(this.#options.columns), sliceRows(this.rows, 0, this.rows.length), file);
    this.#parts.push(file);
    this.rows.length = 0;
  }

  /** The parts as one table with proper types. */
  #joined(): string {
    const { columns, typed, constants = {} } = this.#options;
    const selected = columns.map((name) => {
      const column = identifier(name);
      return `${typed[name] ?? `CASE WHEN isnan(${column}) THEN NULL ELSE ${column} END`} AS ${column}`;
    });
    const fixed = Object.entries(constants).map(([name, text]) => `${quoted(text)} AS ${identifier(name)}`);
    return `SELECT ${[...selected, ...fixed].join(", ")} FROM read_parquet([${this.#parts.map(quoted).join(", ")}])`;
  }
}

/** SQL of a column that holds an index into texts; −1 becomes NULL. */
export const textOf = (column: string, texts: readonly string[]): string =>
  `list_extract([${texts.map(quoted).join(", ")}]::VARCHAR[], "${column}"::INTEGER + 1)`;

/** A name as SQL takes it, whatever is in it. */
const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
