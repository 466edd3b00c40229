import { UserError } from "../../domain/units.ts";
import type { Connection } from "./connection.ts";
import { isMissingTable } from "./connection.ts";
import type { QuestTable } from "./tables.ts";

/** The statement that makes a table. A later row of the same key replaces the earlier one, so that rows may be sent twice. */
export const createSql = (prefix: string, { name, columns, keys, partition }: QuestTable): string =>
  `CREATE TABLE IF NOT EXISTS ${prefix}${name} (${columns.map((column) => `${column.name} ${column.type}`).join(", ")}) ` +
  `TIMESTAMP(ts) PARTITION BY ${partition} WAL DEDUP UPSERT KEYS(${keys.join(", ")})`;

/** A century by the units of a time to live. It is more than any history has; 9.3.4 cannot take a TTL off a table cut by months or years. */
const ENDLESS: Readonly<Record<string, number>> = { HOUR: 876_600, DAY: 36_525, WEEK: 5218, MONTH: 1200, YEAR: 100 };

interface Found {
  readonly name: string;
  readonly type: string;
  readonly designated: boolean;
  readonly key: boolean;
}

/**
 * Whether a table is there. One that is there but would lose or garble rows (a column missing, of another type or too many,
 * another key, no deduplication, a time to live) is a `UserError` that names the difference.
 */
export const checkedTable = async (connection: Connection, prefix: string, table: QuestTable): Promise<boolean> => {
  const full = `${prefix}${table.name}`;
  let rows;
  try {
    rows = await connection.query(`SELECT "column", "type", "designated", "upsertKey" FROM table_columns('${full}')`);
  } catch (error) {
    if (isMissingTable(error)) return false;
    throw error;
  }
  const found = rows.map(([name, type, designated, key]) => ({
    name: String(name),
    type: String(type),
    designated: designated === true,
    key: key === true,
  }));
  const difference = differenceOf(table, found);
  if (difference !== undefined)
    throw new UserError(
      `table ${full} of ${connection.shown} has another schema: ${difference}; rename or drop it (DROP TABLE ${full}), or choose another data.questdb.prefix`,
    );
  const [[value, unit] = [0, ""]] = await connection.query(`SELECT ttlValue, ttlUnit FROM tables() WHERE table_name = '${full}'`);
  if (Number(value) === 0 || Number(value) >= (ENDLESS[String(unit)] ?? Infinity)) return true;
  throw new UserError(
    `table ${full} of ${connection.shown} throws rows away when they are older than ${String(value)} ${String(unit)} (its TTL): run ALTER TABLE ${full} SET TTL 100 YEARS on the server, ` +
      "then write again what it has thrown away, or choose another data.questdb.prefix",
  );
};

/** The first difference that matters, in words. */
const differenceOf = ({ columns, keys }: QuestTable, found: readonly Found[]): string | undefined => {
  const byName = new Map(found.map((column) => [column.name, column]));
  const lacking = columns.filter(({ name }) => !byName.has(name)).map(({ name, type }) => `${name} ${type}`);
  if (lacking.length > 0) return `it lacks ${lacking.join(", ")}`;
  const other = columns.find(({ name, type }) => byName.get(name)?.type !== type);
  if (other !== undefined) return `column ${other.name} is ${byName.get(other.name)?.type ?? ""} instead of ${other.type}`;
  const more = found.find(({ name }) => !columns.some((column) => column.name === name));
  if (more !== undefined) return `it has a column ${more.name} of which Riposte knows nothing`;
  if (byName.get("ts")?.designated !== true) return "ts is not its designated timestamp";
  const foundKeys = found.filter(({ key }) => key).map(({ name }) => name);
  const wanted = keys.join(", ");
  if (foundKeys.length === 0) return `it does not deduplicate (want DEDUP UPSERT KEYS(${wanted}))`;
  if (foundKeys.length !== keys.length || keys.some((key) => !foundKeys.includes(key)))
    return `its rows are deduplicated by ${foundKeys.join(", ")} instead of ${wanted}`;
  return undefined;
};

/** Makes the table where it is not there, and checks it where it is. */
export const ensureTable = async (connection: Connection, prefix: string, table: QuestTable): Promise<void> => {
  if (await checkedTable(connection, prefix, table)) return;
  await connection.query(createSql(prefix, table));
  await checkedTable(connection, prefix, table); // another process may have made it in the meantime, otherwise
};
