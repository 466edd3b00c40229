import { inject } from "vitest";
import type { SqlRow } from "../../src/store/questdb/connection.ts";
import { Connection } from "../../src/store/questdb/connection.ts";
import type { QuestDbSettings } from "../../src/store/questdb/settings.ts";
import { QUEST_TABLES } from "../../src/store/questdb/tables.ts";

let tests = 0;

/** Settings for the server that all tests share, with a prefix of this test's own: an empty store. */
export const freshSettings = (): QuestDbSettings => ({
  host: "127.0.0.1",
  httpPort: inject("questdb").httpPort,
  prefix: `t${process.pid}_${process.hrtime.bigint().toString(36)}_${tests++}_`,
});

/** Runs statements on a server, one after the other; the rows of the last. */
export const sql = async (settings: QuestDbSettings, ...statements: readonly string[]): Promise<readonly SqlRow[]> => {
  const connection = new Connection(settings);
  let rows: readonly SqlRow[] = [];
  try {
    for (const statement of statements) rows = await connection.query(statement);
  } finally {
    connection.close();
  }
  return rows;
};

/** Removes a store's tables. */
export const dropTables = async (settings: QuestDbSettings): Promise<void> => {
  await sql(settings, ...QUEST_TABLES.map(({ name }) => `DROP TABLE IF EXISTS ${settings.prefix}${name}`));
};
