import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import { marketEvents } from "../../../test/contract/marketEvents.ts";
import type { Event, Trade } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import { UserError } from "../../domain/units.ts";
import { FILE_LIST } from "../hashing/fileList.ts";
import { parquetStore } from "./parquetStore.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-foreign-"));
});
afterEach(() => rm(dir, { recursive: true }));

const trades = marketEvents().filter((event): event is Trade => event.kind === Kind.trade && event.tradeCount === undefined);

/** The trades of the store, in a file that another program has written. */
const rewritten = async (columns: string): Promise<void> => {
  const store = parquetStore({ root: dir });
  await store.write("BTCUSDT", "um", trades);
  await store.close();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const files = (await connection.runAndReadAll(`SELECT file FROM glob('${dir}/trades/*/*/*.parquet')`)).getRows();
  expect(files.length).toBeGreaterThan(0);
  for (const [file] of files) {
    await rm(join(dirname(String(file)), FILE_LIST), { force: true });
    await connection.run(
      `CREATE OR REPLACE TABLE t AS SELECT * REPLACE (${columns}) FROM read_parquet('${String(file)}', hive_partitioning = false)`,
    );
    await connection.run(`COPY t TO '${String(file)}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
};

const read = async (): Promise<Event[]> => {
  const store = parquetStore({ root: dir });
  try {
    await store.spans(["trade"]);
    const events: Event[] = [];
    const query = { instruments: [testInstrument("BTCUSDT", 0)], kinds: ["trade" as const], fromMs: 0, toMs: Infinity, burstEvents: 4096 };
    for await (const burst of store.read(query)) events.push(...burst);
    return events;
  } finally {
    await store.close();
  }
};

describe("a file of trades that another program has written", () => {
  it.each([
    ["ids as text", `"tradeId"::VARCHAR AS "tradeId"`],
    ["prices as text", `"price"::VARCHAR AS "price"`],
    ["flags as numbers", `"buyerIsMaker"::INTEGER AS "buyerIsMaker"`],
  ])("is read with %s", async (_, columns) => {
    await rewritten(columns);
    const expected = [...trades].sort((a, b) => a.eventTimeMs - b.eventTimeMs || (BigInt(a.tradeId) < BigInt(b.tradeId) ? -1 : 1));
    expect((await read()).map((event) => (event as Trade).tradeId)).toEqual(expected.map(({ tradeId }) => tradeId));
  });

  it.each([
    [
      "words for prices",
      `'much' AS "price"`,
      /could not convert string 'much' to DOUBLE.*; delete it and run the same riposte import again/i,
    ],
    ["a price missing", `NULL::DOUBLE AS "price"`, /column price has an empty cell; delete it/],
    ["dates for ms", `make_timestamp("eventTimeMs" * 1000) AS "eventTimeMs"`, /eventTimeMs has no bounds in ms; delete it/],
  ])("is refused by name with %s", async (_, columns, said) => {
    await rewritten(columns);
    const refused: unknown = await read().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(said);
    expect((refused as Error).message).toMatch(/^cannot read the history file .*\.parquet: /);
  });
});
