import type { DatasetColumn } from "./columns.ts";

export type BatchColumn = Float64Array | Float32Array | Int8Array;

/** Rows of a dataset file, column by column; times are float64 here (exact) and int64 on disk. */
export interface DatasetBatch {
  length: number;
  readonly data: readonly BatchColumn[];
}

/** Bytes of one row of a batch. */
export const rowBytes = (columns: readonly DatasetColumn[]): number =>
  columns.reduce((bytes, { type }) => bytes + (type === "int8" ? 1 : type === "float32" ? 4 : 8), 0);

/** An empty batch. */
export const datasetBatch = (columns: readonly DatasetColumn[], capacity: number): DatasetBatch => ({
  length: 0,
  data: columns.map(({ type }) => {
    if (type === "int8") return new Int8Array(capacity);
    return type === "float32" ? new Float32Array(capacity) : new Float64Array(capacity);
  }),
});

/** A file that grows by batches, in time order. */
export interface DatasetFile {
  append(batch: DatasetBatch): Promise<void>;
  /** Ends the file; resolves to its SHA-256. */
  close(): Promise<string>;
  /** Lets go of an unfinished file; harmless after `close`. */
  abandon(): void;
}
