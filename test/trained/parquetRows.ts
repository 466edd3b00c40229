import { DuckDBInstance } from "@duckdb/node-api";

/** Columns of a Parquet file, a row an object. */
export const rowsOf = async (file: string, columns: string): Promise<Record<string, unknown>[]> => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(`SELECT ${columns} FROM read_parquet('${file}')`)).getRowObjects();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};
