import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import {
  AsyncByteQueue,
  Field,
  Float32,
  Float64,
  Int64,
  Int8,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
} from "apache-arrow";
import type { Data, DataType } from "apache-arrow";
import { writing } from "../../store/output/outputError.ts";
import type { ColumnType, DatasetColumn } from "./columns.ts";
import type { BatchColumn, DatasetBatch, DatasetFile } from "./datasetBatch.ts";

const [INT64, FLOAT64, FLOAT32, INT8] = [new Int64(), new Float64(), new Float32(), new Int8()];
const TYPES: Readonly<Record<ColumnType, DataType>> = { int64: INT64, float64: FLOAT64, float32: FLOAT32, int8: INT8 };

/** The sink that Arrow's writer fills: straight into the file, so that a batch is never held twice. */
class FileSink extends AsyncByteQueue {
  readonly hash = createHash("sha256");
  private readonly file: number;
  constructor(file: number) {
    super();
    this.file = file;
  }
  override write(bytes: Uint8Array): void {
    this.hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.file, bytes, at);
  }
}

/**
 * Opens an Arrow IPC file (the "random access" or Feather 2 format), one record batch for each `append`, uncompressed so that
 * readers can map it into memory; no column has nulls. The columns' arrays are written as they are, without a value object each.
 * Every call throws a `UserError` naming the file as `shownAs` when the system refuses it.
 */
export const arrowFile = (
  path: string,
  shownAs: string,
  columns: readonly DatasetColumn[],
  metadata: Readonly<Record<string, string>>,
): DatasetFile => {
  const fields = columns.map(({ name, type }) => new Field(name, TYPES[type], false));
  const schema = new Schema(fields, new Map(Object.entries(metadata)));
  const file = writing(shownAs, () => openSync(path, "w"));
  const sink = new FileSink(file);
  const writer = new RecordBatchFileWriter();
  let open = true;
  const abandon = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  writing(shownAs, () => {
    writer.reset(sink, schema);
  });
  return {
    append(batch) {
      writing(shownAs, () => {
        writer.write(recordBatch(schema, fields, columns, batch));
      });
      return Promise.resolve();
    },
    close() {
      return Promise.resolve(
        writing(shownAs, () => {
          writer.close();
          fsyncSync(file);
          abandon();
          return sink.hash.digest("hex");
        }),
      );
    },
    abandon,
  };
};

const recordBatch = (
  schema: Schema,
  fields: readonly Field[],
  columns: readonly DatasetColumn[],
  { length, data }: DatasetBatch,
): RecordBatch => {
  const children = columns.map(({ type }, c) => columnData(type, (data[c] as BatchColumn).subarray(0, length)));
  return new RecordBatch(schema, makeData({ type: new Struct([...fields]), length, nullCount: 0, children }));
};

const columnData = (type: ColumnType, values: BatchColumn): Data => {
  const [length, nullCount] = [values.length, 0];
  if (type === "int64") return makeData({ type: INT64, length, nullCount, data: int64Of(values) });
  if (values instanceof Int8Array) return makeData({ type: INT8, length, nullCount, data: values });
  if (values instanceof Float32Array) return makeData({ type: FLOAT32, length, nullCount, data: values });
  return makeData({ type: FLOAT64, length, nullCount, data: values });
};

/** Two words of 32 bits: no bigint is made. */
const WORD = 4_294_967_296;

/** Whole float64 numbers as int64, little-endian (as every machine that Node runs on). */
const int64Of = (values: BatchColumn): BigInt64Array => {
  const words = new Int32Array(values.length * 2);
  for (let row = 0; row < values.length; row += 1) {
    const value = values[row] as number;
    const high = Math.floor(value / WORD);
    words[2 * row] = value - high * WORD;
    words[2 * row + 1] = high;
  }
  return new BigInt64Array(words.buffer);
};
