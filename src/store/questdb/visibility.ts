import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../domain/units.ts";
import type { Connection } from "./connection.ts";
import { suspended } from "./failures.ts";

const LONGEST_WAIT_MS = 50;
/** A log that does not advance for this long is not being applied. */
const STUCK_MS = 120_000;

/** How many transactions a table's log holds; NaN when there is no such table. */
const loggedTransactions = async (connection: Connection, table: string): Promise<number> => {
  const [row] = await connection.query(`SELECT sequencerTxn FROM wal_tables() WHERE name = '${table}'`);
  return row === undefined ? NaN : Number(row[0]);
};

/**
 * Hands lines to the server and looks whether its log has grown: to the first rows that a connection brings for a table which
 * was dropped and made anew since its last ones, 9.3.4 answers as to any, and forgets them. The second time it keeps them.
 */
export const writeLogged = async (connection: Connection, table: string, lines: readonly Buffer[]): Promise<void> => {
  const before = await loggedTransactions(connection, table);
  for (let attempt = 0; attempt < 2; attempt++) {
    await connection.write(lines);
    if ((await loggedTransactions(connection, table)) !== before) return;
  }
  throw new UserError(`${connection.shown} took rows of table ${table} and did not keep them: restart it and run the command again`);
};

/** The line for rows that were accepted and applied, and are not there. */
export const rowsLost = (connection: Connection, table: string, given: number, held: number): UserError =>
  new UserError(
    `${connection.shown} took ${given} rows of table ${table} and holds ${held} of them: see its log and the retention of the table, then run the command again`,
  );

/**
 * Resolves when every transaction that a table's log holds now can be read: an answer to a write only means that the rows
 * are in the log. Usually 3 to 70 ms; a suspended table is a `UserError`.
 */
export const visible = async (connection: Connection, table: string): Promise<void> => {
  let wanted = -1;
  let last = -1;
  let movedMs = performance.now();
  for (let waitMs = 1; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    const [row] = await connection.query(
      `SELECT writerTxn, sequencerTxn, suspended, errorTag, errorMessage FROM wal_tables() WHERE name = '${table}'`,
    );
    if (row === undefined) return; // no such table: nothing to wait for
    const [written, logged, isSuspended, tag, message] = row;
    if (isSuspended === true)
      throw suspended(connection.settings, table, [tag, message].filter((part) => part !== null && part !== "").join(": "));
    if (wanted < 0) wanted = Number(logged);
    if (Number(written) >= wanted) return;
    if (Number(written) !== last) [last, movedMs] = [Number(written), performance.now()];
    if (performance.now() - movedMs > STUCK_MS)
      throw new UserError(
        `${connection.shown} has not applied the log of table ${table} for ${STUCK_MS / 1000} s: see its log, restart it and run the command again; nothing is lost`,
      );
    await sleep(waitMs);
  }
};
