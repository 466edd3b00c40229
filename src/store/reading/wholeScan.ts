import { UserError } from "../../domain/units.ts";
import { numbersAt } from "../table/columns.ts";
import type { Columns } from "../table/columns.ts";
import type { Table } from "../table/tables.ts";
import { timeText } from "./catalog.ts";
import type { Holdings } from "./holdings.ts";

/**
 * The rows of a series in a range, as `Holdings.scan` gives them, and an error in place of their end where the catalogue knows of more
 * rows, or of a later one: the last word on a read is not left to the layer that read.
 */
export async function* wholeScan(
  holdings: Holdings,
  table: Table,
  market: string,
  symbol: string,
  fromMs: number,
  toMs: number,
): AsyncGenerator<Columns, void, undefined> {
  const before = await holdings.known(table, market, symbol, fromMs, toMs);
  let rows = 0;
  let lastMs = -Infinity;
  for await (const chunk of holdings.scan(table, market, symbol, fromMs, toMs)) {
    rows += chunk.length;
    if (chunk.length > 0) lastMs = numbersAt(chunk, 0)[chunk.length - 1] as number;
    yield chunk;
  }
  if (rows >= before.rows && lastMs >= before.lastMs) return;
  // A writer may have replaced rows meanwhile by fewer.
  const known = await holdings.known(table, market, symbol, fromMs, toMs);
  if (rows >= known.rows && lastMs >= known.lastMs) return;
  const read = rows === 0 ? "none was read" : `${rows} were read, the last of ${timeText(lastMs)}`;
  throw new UserError(
    `the ${table.kind} rows of ${symbol} (${market}) in ${holdings.shown} are cut short: there are at least ${known.rows}, the last of ${timeText(known.lastMs)}, and ${read}; run riposte verify, then the command again`,
  );
}
