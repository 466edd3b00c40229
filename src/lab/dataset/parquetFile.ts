import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Duck } from "../../store/duck/duck.ts";
import { quoted } from "../../store/duck/scanSql.ts";
import { numberColumns } from "../../store/table/tables.ts";
import { writingParquet } from "../../store/output/parquetOutput.ts";
import type { ColumnType, DatasetColumn } from "./columns.ts";
import type { DatasetFile } from "./datasetBatch.ts";

const SQL_TYPES: Readonly<Record<ColumnType, string>> = { int64: "BIGINT", float64: "DOUBLE", float32: "FLOAT", int8: "TINYINT" };
/** Small groups: DuckDB holds one in memory while it writes, and a row may have hundreds of columns. */
const GROUP_ROWS = 16_384;

/**
 * A Parquet file that DuckDB writes: each batch as a part beside it, all in float64; `close` joins them with their proper types.
 * Throws a `UserError` naming the file as `shownAs` when the disk refuses it.
 */
export const parquetFile = (duck: Duck, path: string, shownAs: string, columns: readonly DatasetColumn[]): DatasetFile => {
  const partsDir = `${path}.parts`;
  const parts: string[] = [];
  let rows = 0;
  const names = numberColumns(columns.map(({ name }) => name));
  const typed = columns.map(({ name, type }) => `"${name}"::${SQL_TYPES[type]} AS "${name}"`).join(", ");
  return {
    async append({ length, data }) {
      const part = `${partsDir}/${String(parts.length)}.parquet`;
      await writingParquet(shownAs, async () => {
        await mkdir(partsDir, { recursive: true });
        const doubles = data.map((column) =>
          column instanceof Float64Array ? column.subarray(0, length) : Float64Array.from(column.subarray(0, length)),
        );
        await duck.write(names, { length, data: doubles }, part);
      });
      parts.push(part);
      rows += length;
    },
    async close() {
      await writingParquet(shownAs, async () => {
        const sql = `SELECT ${typed} FROM read_parquet([${parts.map(quoted).join(", ")}])`;
        await duck.copy(sql, path, { rows, groupRows: GROUP_ROWS, compression: "zstd" });
        await rm(partsDir, { recursive: true, force: true });
      });
      const hash = createHash("sha256");
      await pipeline(createReadStream(path), hash);
      return hash.digest("hex");
    },
    abandon() {
      // The parts lie in the staging folder and go with it.
    },
  };
};
