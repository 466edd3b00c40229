import { formatDay } from "../../domain/time.ts";
import { rowBytes, datasetBatch } from "./datasetBatch.ts";
import type { DatasetColumn } from "./columns.ts";
import type { DatasetBatch, DatasetFile } from "./datasetBatch.ts";

/** A finished file, as `dataset.json` lists it. */
export interface DatasetFileFacts {
  readonly file: string;
  readonly symbol: string;
  readonly rows: number;
  /** First and last `timeMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly sha256: string;
}

interface FullBatch {
  readonly month: string;
  readonly batch: DatasetBatch;
}

const BATCH_BYTES = 4 << 20;
const BATCH_ROWS_MIN = 1024;
const BATCH_ROWS_MAX = 65_536;

/** Rows of one batch: about 4 MB of them. */
const batchRows = (columns: readonly DatasetColumn[]): number =>
  Math.min(BATCH_ROWS_MAX, Math.max(BATCH_ROWS_MIN, Math.floor(BATCH_BYTES / rowBytes(columns))));

/**
 * The files of one symbol, one a month. Rows are put into batches of about 4 MB; full ones wait until `drain`, between two bursts,
 * writes them and takes them back for new rows.
 */
export class SymbolFiles {
  private readonly symbol: string;
  private readonly columns: readonly DatasetColumn[];
  private readonly open: (name: string) => DatasetFile;
  private readonly capacity: number;
  private readonly finished: DatasetFileFacts[] = [];
  private readonly spare: DatasetBatch[] = [];
  private full: FullBatch[] = [];
  private current: FullBatch | null = null;
  private monthEndMs = -Infinity;
  private file: { readonly file: DatasetFile; readonly month: string; rows: number; fromMs: number; toMs: number } | null = null;

  /** `open` opens a file by its name without extension. */
  constructor(symbol: string, columns: readonly DatasetColumn[], open: (name: string) => DatasetFile) {
    this.symbol = symbol;
    this.columns = columns;
    this.open = open;
    this.capacity = batchRows(columns);
  }

  /** The batch that takes the next row, whose bar opened at `openMs`, as its row `length`; the caller fills it and counts it. */
  batch(openMs: number): DatasetBatch {
    const { current } = this;
    if (current !== null && current.batch.length < this.capacity && openMs < this.monthEndMs) return current.batch;
    if (current !== null) this.full.push(current);
    const date = new Date(openMs);
    this.monthEndMs = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
    const batch = this.spare.pop() ?? datasetBatch(this.columns, this.capacity);
    batch.length = 0;
    this.current = { month: formatDay(openMs).slice(0, 7), batch };
    return batch;
  }

  /** Writes what is full. */
  async drain(): Promise<void> {
    if (this.full.length === 0) return;
    const { full } = this;
    this.full = [];
    for (const { month, batch } of full) await this.write(month, batch);
  }

  /** Writes the rest and ends the last file. */
  async close(): Promise<readonly DatasetFileFacts[]> {
    if (this.current !== null) this.full.push(this.current);
    this.current = null;
    await this.drain();
    await this.end();
    return this.finished;
  }

  abandon(): void {
    this.file?.file.abandon();
    this.file = null;
  }

  private async write(month: string, batch: DatasetBatch): Promise<void> {
    if (this.file?.month !== month) await this.end();
    const times = batch.data[0] as Float64Array;
    this.file ??= { file: this.open(`${this.symbol}-${month}`), month, rows: 0, fromMs: times[0] as number, toMs: 0 };
    await this.file.file.append(batch);
    this.file.rows += batch.length;
    this.file.toMs = times[batch.length - 1] as number;
    this.spare.push(batch);
  }

  private async end(): Promise<void> {
    if (this.file === null) return;
    const { file, month, rows, fromMs, toMs } = this.file;
    const sha256 = await file.close();
    this.file = null;
    this.finished.push({ file: `${this.symbol}-${month}`, symbol: this.symbol, rows, fromMs, toMs, sha256 });
  }
}
