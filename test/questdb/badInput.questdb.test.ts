import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { freePort, QuestDbServer } from "../../scripts/questdb/server.ts";
import { createSql } from "../../src/store/questdb/schema.ts";
import { questTableOf } from "../../src/store/questdb/tables.ts";
import { tableOf } from "../../src/store/table/marketTables.ts";
import type { Table } from "../../src/store/table/tables.ts";
import { KLINE_TABLE } from "../../src/store/table/tables.ts";
import { expectRefusal, riposte, scratchFolder, smallDisk } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { body, WireServer } from "../contract/wireServer.ts";
import { dropTables, freshSettings, sql } from "./sharedServer.ts";

const BACKTEST = ["backtest", "--store", "questdb", "--out", "o"];
const SIMULATE = ["simulate", "--store", "questdb", "--from", "2023-01-01", "--days", "3"];
let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("questdb-bad");
});
afterAll(() => rm(folder, { recursive: true }));
const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> => riposte(args, { cwd: folder, env });

describe("a server that cannot be had", () => {
  it("absent: says where nothing answers, and how to start one", async () => {
    const port = String(await freePort());
    for (const args of [BACKTEST, SIMULATE, ["backfill", "--store", "questdb", "--from", "2023-01-01"]])
      expectRefusal(
        await run(args, { RIPOSTE_DATA_QUESTDB_HTTPPORT: port }),
        1,
        new RegExp(`QuestDB does not answer at http://127\\.0\\.0\\.1:${port} \\(ECONNREFUSED\\): start it .*data\\.questdb\\.host`),
      );
  });

  it("a host that does not exist, and a server that is another program", async () => {
    expectRefusal(
      await run(BACKTEST, { RIPOSTE_DATA_QUESTDB_HOST: "no-such-host.invalid" }),
      1,
      /QuestDB does not answer at http:\/\/no-such-host\.invalid:9000 \((ENOTFOUND|EAI_AGAIN)\)/,
    );
    const other = await WireServer.start();
    try {
      other.on("/exec", body("<html>hello</html>"));
      const port = new URL(other.url).port;
      expectRefusal(
        await run(BACKTEST, { RIPOSTE_DATA_QUESTDB_HTTPPORT: port }),
        1,
        /what answers at http.* is no QuestDB: check data\.questdb\.host/,
      );
    } finally {
      await other.stop();
    }
  });

  it("wrong password, none, and half of the two", async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "riposte-questdb-login-"));
    const server = await QuestDbServer.start({ jar: inject("questdb").jar, dataDir, user: "ada", password: "s3cret" });
    try {
      const at = { RIPOSTE_DATA_QUESTDB_HTTPPORT: String(server.httpPort), RIPOSTE_QUESTDB_USER: "ada" };
      const right = await run(SIMULATE, { ...at, RIPOSTE_QUESTDB_PASSWORD: "s3cret" });
      expect(right.code).toBe(0);
      const wrong = await run(BACKTEST, { ...at, RIPOSTE_QUESTDB_PASSWORD: "guess" });
      expectRefusal(wrong, 1, /QuestDB at .* refuses user ada with this password: set RIPOSTE_QUESTDB_USER and RIPOSTE_QUESTDB_PASSWORD/);
      expect(wrong.stderr).not.toContain("guess");
      expectRefusal(
        await run(BACKTEST, { ...at, RIPOSTE_QUESTDB_USER: "" }),
        1,
        /refuses a request without a user: set RIPOSTE_QUESTDB_USER/,
      );
      expectRefusal(await run(BACKTEST, at), 1, /RIPOSTE_QUESTDB_PASSWORD is not set: set both variables for QuestDB, or neither$/);
    } finally {
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe("tables that are not ours", () => {
  const settings = freshSettings();
  const at = { RIPOSTE_DATA_QUESTDB_HTTPPORT: String(settings.httpPort), RIPOSTE_DATA_QUESTDB_PREFIX: settings.prefix };
  const table = `${settings.prefix}klines`;
  afterEach(() => dropTables(settings));
  const ours = createSql(settings.prefix, questTableOf(KLINE_TABLE));

  it.each([
    ["fewer columns", ours.replace("trades LONG, ", ""), "it lacks trades LONG"],
    ["another type", ours.replace("trades LONG", "trades INT"), "column trades is INT instead of LONG"],
    ["a column more", ours.replace("trades LONG", "note VARCHAR, trades LONG"), "it has a column note of which Riposte knows nothing"],
    ["no deduplication", ours.replace(/ DEDUP.*/, ""), "it does not deduplicate"],
    [
      "another key",
      ours.replace(/KEYS\(.*/, "KEYS(ts, symbol)"),
      "its rows are deduplicated by ts, symbol instead of ts, symbol, market, interval",
    ],
    ["a table of something else", `CREATE TABLE ${table} (a INT)`, "it lacks ts TIMESTAMP, symbol SYMBOL"],
  ])("%s: reading and writing say what differs, and nothing is written", async (_, statement, difference) => {
    await sql(settings, statement);
    const line = new RegExp(
      `^riposte: table ${table} of QuestDB at http.* has another schema: ${difference.replace(/[()]/g, "\\$&")}.*; rename or drop it \\(DROP TABLE ${table}\\)`,
    );
    expectRefusal(await run(BACKTEST, at), 1, line);
    expectRefusal(await run(SIMULATE, at), 1, line);
    expect(await sql(settings, `SELECT count() FROM ${table}`)).toEqual([[0]]);
  });

  it("a table with a time to live is refused by reading and writing, and the remedy that is named works", async () => {
    const migrate = ["migrate", "--from-store", "parquet", "--to-store", "questdb", "--data", "sixty"];
    await run(["simulate", "--data", "sixty", "--from", "2023-01-01", "--days", "60"], at);
    await run(migrate, at);
    await sql(settings, `ALTER TABLE ${table} SET TTL 1 MONTH`);
    const line = new RegExp(
      `^riposte: table ${table} of QuestDB at http.* throws rows away when they are older than 1 MONTH \\(its TTL\\): run ALTER TABLE ${table} SET TTL 100 YEARS on the server`,
    );
    for (const args of [
      BACKTEST,
      SIMULATE,
      ["features", "--store", "questdb"],
      migrate,
      ["backfill", "--store", "questdb", "--from", "2023-01-01"],
    ])
      expectRefusal(await run(args, at), 1, line);
    const verified = await run(["verify", "--store", "questdb"], at);
    expect([verified.code, verified.stdout]).toEqual([1, expect.stringMatching(/^fault: table \S+klines of QuestDB .* \(its TTL\)/m)]);
    const whole = async (): Promise<string> => (await run(["verify", "--store", "questdb"], at)).stderr;
    // The server applies the statement a moment after it has taken it.
    const mended = { timeout: 30_000 };
    await sql(settings, `ALTER TABLE ${table} SET TTL 100 YEARS`);
    await expect.poll(whole, mended).not.toContain("riposte: ");
    expect((await run(migrate, at)).stderr).not.toContain("riposte: ");
    expect(await sql(settings, `SELECT count() FROM ${table}`)).toEqual([[60 * 1440]]);
    // Each way in which tables are cut takes the remedy.
    for (const name of ["trades", "funding"]) {
      await sql(settings, createSql(settings.prefix, questTableOf(tableOf(name === "trades" ? "trade" : "funding") as Table)));
      await sql(settings, `ALTER TABLE ${settings.prefix}${name} SET TTL 1 YEAR`);
      await expect.poll(whole, mended).toContain("older than 1 YEAR");
      await sql(settings, `ALTER TABLE ${settings.prefix}${name} SET TTL 100 YEARS`);
      await expect.poll(whole, mended).not.toContain("riposte: ");
    }
  });

  it("an empty server: says what there is and how to fill it", async () => {
    expectRefusal(
      await run(BACKTEST, at),
      1,
      /BTCUSDT is not in the history in QuestDB at .*: it holds nothing; run riposte backfill --symbol BTCUSDT --store questdb$/,
    );
  });

  it("options that contradict", async () => {
    expectRefusal(
      await run(["migrate", "--from-store", "parquet", "--to-store", "parquet"], at),
      2,
      /--from-store and --to-store are both parquet/,
    );
    expectRefusal(await run(["migrate", "--from-store", "parquet"], at), 2, /--to-store is missing: give parquet or questdb/);
    expectRefusal(
      await run(["migrate", "--from-store", "csv", "--to-store", "parquet"], at),
      2,
      /--from-store csv: give parquet or questdb/,
    );
    expectRefusal(
      await run(["migrate", "--from-store", "questdb", "--to-store", "parquet"], at),
      1,
      /there is nothing to copy in QuestDB at /,
    );
    expectRefusal(await run(["backtest", "--store", "questb"], at), 2, /--store questb: data\.store/);
  });
});

const disk = await smallDisk("24m");
afterAll(() => disk?.unmount());
describe.skipIf(disk === undefined)("a server whose disk is full", () => {
  it("is one line with the remedy, which helps: afterwards the same command writes everything once", async () => {
    const server = await QuestDbServer.start({ jar: inject("questdb").jar, dataDir: disk?.folder ?? "" });
    try {
      const settings = { host: "127.0.0.1", httpPort: server.httpPort, prefix: "full_" };
      const at = { RIPOSTE_DATA_QUESTDB_HTTPPORT: String(server.httpPort), RIPOSTE_DATA_QUESTDB_PREFIX: settings.prefix };
      const write = (): Promise<Ended> => run(["simulate", "--store", "questdb", "--from", "2023-01-01", "--days", "90"], at);
      let ended = await write();
      expectRefusal(ended, 1, /the disk of QuestDB at .* is full \(.*No space left.*\): free space there|has suspended table full_/);
      disk?.grow("300m");
      for (let tables = 0; tables < 4 && ended.code !== 0; tables++) {
        ended = await write();
        const resume = /run (ALTER TABLE full_\w+ RESUME WAL) on the server and the command again$/m.exec(ended.stderr)?.[1];
        if (resume !== undefined) await sql(settings, resume);
      }
      expect(ended.code).toBe(0);
      expect(await sql(settings, "SELECT count() FROM full_klines")).toEqual([[90 * 1440]]);
    } finally {
      await server.stop();
    }
  });
});
