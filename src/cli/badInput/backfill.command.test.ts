import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import type { ChildProcess } from "node:child_process";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder, smallDisk } from "../../../test/cli/riposte.ts";
import { checksumOf, klineLines, zipOf } from "../../../test/contract/archiveFiles.ts";
import { body, WireServer } from "../../../test/contract/wireServer.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";

const KLINES = "spot/monthly/klines/BTCUSDT/1m";
const MONTHS = ["2023-01", "2023-02", "2023-03"];
const zipOfMonth = (month: string, lines: readonly string[]): Buffer => zipOf(`BTCUSDT-1m-${month}.csv`, lines.join("\n"));
const good = (month: string): string[] => klineLines(Date.parse(`${month}-01`), 50);
/** A local archive of one month in a folder of this name. */
const archive = async (name: string, lines: readonly string[]): Promise<void> => {
  const zip = zipOfMonth("2023-01", lines);
  const path = join(folder, name, KLINES, "BTCUSDT-1m-2023-01.zip");
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, zip);
  await writeFile(`${path}.CHECKSUM`, checksumOf(zip, "BTCUSDT-1m-2023-01.zip"));
};
const withCell = (line: number, column: number, text: string): string[] =>
  good("2023-01").map((row, index) =>
    index === line - 1
      ? row
          .split(",")
          .map((cell, at) => (at === column ? text : cell))
          .join(",")
      : row,
  );
const local = (from: string, to: string): string[] => [
  "backfill",
  "--archive",
  from,
  "--market",
  "spot",
  "--kinds",
  "klines",
  "--data",
  to,
];

let folder: string;
const disk = await smallDisk("1m");
beforeAll(async () => {
  folder = await scratchFolder("bad-backfill");
  await Promise.all([archive("good", good("2023-01")), archive("nan", withCell(7, 4, "NaN")), archive("negative", withCell(3, 2, "-1.5"))]);
  await writeFile(join(folder, "afile"), "");
});
afterAll(async () => {
  await disk?.unmount();
  await rm(folder, { recursive: true });
});

describe("riposte backfill", { timeout: 90_000 }, () => {
  it("refuses what it cannot store, in one line each, and nothing lands", async () => {
    disk?.readOnly();
    const readOnly = disk === undefined ? [] : [local("good", join(disk.folder, "h"))];
    const [nan, negative, isFile, missing, unwritable] = await riposteEach(
      [local("nan", "h1"), local("negative", "h2"), local("good", "afile"), local("nowhere", "h3"), ...readOnly],
      folder,
    );
    if (!nan || !negative || !isFile || !missing) throw new Error("fewer results than cases");
    expectRefusal(nan, 1, /BTCUSDT-1m-2023-01\.zip line 7.*NaN.*; nothing of this file was imported; /);
    expectRefusal(negative, 1, /BTCUSDT-1m-2023-01\.zip line 3.*-1\.5.*; nothing of this file was imported; /);
    expectRefusal(isFile, 1, /the history afile is a file, not a folder: name the folder with --data$/);
    expectRefusal(missing, 1, /the archive folder nowhere does not exist: give --archive the folder that holds futures\/ or spot\/$/);
    if (unwritable)
      expectRefusal(
        unwritable,
        1,
        /cannot write to the store .*: the file system is read-only; nothing was changed; choose another folder/,
      );
    for (const store of ["h1", "h2"])
      expect((await readdir(join(folder, store), { recursive: true })).filter((name) => name.endsWith(".parquet"))).toEqual([]);
  });

  it("refuses a store that another process writes", async () => {
    const writer = parquetStore({ root: join(folder, "locked") });
    await writer.lock();
    try {
      const [refused, written] = await Promise.all([
        riposte(local("good", "locked"), { cwd: folder }),
        riposte(["simulate", "--days", "1", "--data", "locked"], { cwd: folder }),
      ]);
      for (const ended of [refused, written])
        expectRefusal(
          ended,
          1,
          new RegExp(`store ./locked is locked by process ${process.pid} on .*: wait for it or stop it, then run again$`),
        );
    } finally {
      await writer.close();
    }
  });

  it("stops at Ctrl-C: says what has landed, keeps it, leaves no temporary file, and goes on from there", async () => {
    const wire = await WireServer.start();
    try {
      let child: ChildProcess | undefined;
      for (const month of MONTHS) {
        const zip = zipOfMonth(month, good(month));
        const path = `/data/${KLINES}/BTCUSDT-1m-${month}.zip`;
        wire.on(`${path}.CHECKSUM`, body(checksumOf(zip, `BTCUSDT-1m-${month}.zip`)));
        wire.on(path, (request, response) => {
          if (month === "2023-03" && child !== undefined) child.kill("SIGINT");
          body(zip)(request, response);
        });
      }
      wire.on("/api/v3/exchangeInfo", body('{"symbols":[]}'));
      const range = ["--market", "spot", "--kinds", "klines", "--from", "2023-01-01", "--to", "2023-04-01"];
      const command = ["backfill", "--data", "h", "--archive-url", wire.url, "--rest-url", wire.url, ...range];
      const ended = await riposte(command, { cwd: folder, started: (process) => (child = process) });
      expect(ended.code).toBe(130);
      const landed = /riposte: stopped: (\d) files \((\d+) rows\) have landed in h and stay; the same command goes on from there\n$/.exec(
        ended.stderr,
      );
      expect(landed, ended.stderr).not.toBeNull();
      const kept = Number(landed?.[1]);
      expect(kept).toBeLessThan(3);
      const files = await readdir(join(folder, "h"), { recursive: true, withFileTypes: true });
      expect(files.filter((file) => file.isFile() && file.name.endsWith(".parquet"))).toHaveLength(kept);
      expect(
        files
          .filter((file) => file.isFile())
          .map((file) => file.name)
          .filter((name) => /^\.|tmp|partial/.test(name)),
      ).toEqual([]);

      child = undefined;
      const again = await riposte(command, { cwd: folder });
      expect(again.code, again.stderr).toBe(0);
      expect(again.stdout).toMatch(new RegExp(`^${3 - kept} files landed .*${kept === 0 ? "" : `, ${kept} had landed before`}`));
      expect(await namesIn(join(folder, "h", "klines/market=spot/symbol=BTCUSDT/interval=1m"))).toEqual([
        ...MONTHS.map((month) => `${month}.parquet`),
        "files.sha256",
      ]);
    } finally {
      await wire.stop();
    }
  });
});
