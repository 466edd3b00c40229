import { tooManyFiles } from "../../domain/tooManyFiles.ts";
import { UserError } from "../../domain/units.ts";
import type { TableFiles } from "./scanSql.ts";
import { quoted, selectSql } from "./scanSql.ts";

/** What `Duck` is asked here. */
interface Engine {
  readonly memoryMb: number;
  query(sql: string): Promise<readonly (readonly unknown[])[]>;
  reason(sql: string): Promise<string | undefined>;
}

/** What DuckDB says of a query that broke, in one line. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

const OUT_OF_MEMORY = /^Out of Memory/i;
const TOO_MANY_FILES = /Too many open files/i;

/** The error of a table's files that broke off with `why`: a file that cannot be read, by name, where there is one. */
export const unreadableFile = async (duck: Engine, held: TableFiles, why: string): Promise<UserError> => {
  if (OUT_OF_MEMORY.test(why))
    return new UserError(
      `reading the history needs more than the ${duck.memoryMb} MB of memory that DuckDB may take: read fewer symbols at once`,
    );
  if (TOO_MANY_FILES.test(why)) return tooManyFiles();
  const found = await firstUnreadable(duck, held);
  return found ?? new UserError(`the history from ${held.files[0] ?? ""} on was not read to its end: ${why}; run the command again`);
};

/** The error of the first file that cannot be read alone; undefined where all can. */
export const firstUnreadable = async (duck: Engine, held: TableFiles): Promise<UserError | undefined> => {
  for (const file of held.files) {
    const found = await problemOf(duck, { ...held, files: [file] });
    if (found !== undefined) return new UserError(`cannot read the history file ${file}: ${found}; ${held.remedyOf(file)}`);
  }
  return undefined;
};

/** What is wrong with one file: its footer, its columns, a cell, a page; undefined: nothing. */
const problemOf = async (duck: Engine, { table, files }: TableFiles): Promise<string | undefined> => {
  const names = table.columns.map(({ name }) => name);
  try {
    const described = await duck.query(`DESCRIBE SELECT * FROM read_parquet(${quoted(files[0] ?? "")}, hive_partitioning = false)`);
    const found = described.map(([name]) => String(name));
    const missing = names.find((name) => !found.includes(name));
    if (missing !== undefined) return `it has no column ${missing} (it has ${found.join(", ")})`;
    const sql = selectSql({ table, files, fromMs: -Infinity, toMs: Infinity });
    const [[rows, ...filled] = []] = await duck.query(`SELECT count(*)::DOUBLE, count(COLUMNS(*))::DOUBLE FROM (${sql})`);
    const empty = names.find((_, column) => filled[column] !== rows);
    return empty === undefined ? await duck.reason(sql) : `column ${empty} has an empty cell`;
  } catch (error) {
    return reasonOf(error);
  }
};
