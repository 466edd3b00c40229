import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checksumOf, klineLines, zipOf } from "../../../test/contract/archiveFiles.ts";
import { localArchive } from "../archive/localArchive.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import { backfill } from "./backfill.ts";
import type { BackfillOptions } from "./options.ts";
import type { BackfillReport } from "./report.ts";

const DAY = 86_400_000;
const JANUARY = Date.UTC(2023, 0);
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-heal-"));
});
afterEach(() => rm(folder, { recursive: true }));

const put = async (path: string, lines: readonly string[]): Promise<void> => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const zip = zipOf(name.replace(".zip", ".csv"), `${lines.join("\n")}\n`);
  const target = join(folder, "archive", path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, zip);
  await writeFile(`${target}.CHECKSUM`, checksumOf(zip, name));
};
const run = async (options: Partial<BackfillOptions> = {}): Promise<BackfillReport> => {
  const store = parquetStore({ root: join(folder, "h") });
  try {
    return await backfill({
      store,
      symbols: ["AUSDT"],
      interval: "1m",
      market: "um",
      kinds: ["kline", "funding"],
      archive: await localArchive(join(folder, "archive")),
      nowMs: Date.UTC(2024, 0),
      ...options,
    });
  } finally {
    await store.close();
  }
};
const KLINES = "klines/market=um/symbol=AUSDT/interval=1m";
const stored = async (): Promise<Record<string, string>> => {
  const files = (await readdir(join(folder, "h"), { recursive: true })).filter((name) => /\.(?:parquet|json|sha256)$/.test(name)).sort();
  return Object.fromEntries(
    await Promise.all(files.map(async (name) => [name, (await readFile(join(folder, "h", name))).toString("hex")] as const)),
  );
};
const damage = async (name: string): Promise<void> => {
  const path = join(folder, "h", name);
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  await writeFile(path, bytes.fill(9, middle, middle + 1));
};
const DAILY = "futures/um/daily/klines/AUSDT/1m/AUSDT-1m-2023";

describe("a plain backfill of a store that is damaged", () => {
  beforeEach(async () => {
    await put("futures/um/monthly/klines/AUSDT/1m/AUSDT-1m-2023-01.zip", klineLines(JANUARY, 100));
    for (const day of ["01", "02", "03"]) await put(`${DAILY}-02-${day}.zip`, klineLines(Date.UTC(2023, 1, Number(day)), 50));
    for (const month of ["01", "02"])
      await put(`futures/um/monthly/fundingRate/AUSDT/AUSDT-fundingRate-2023-${month}.zip`, [
        `${Date.UTC(2023, Number(month) - 1, 3)},8,0.0001`,
      ]);
    await run();
  });

  it.each([
    ["a month from one file", `${KLINES}/2023-01.parquet`, 1],
    ["a month from daily files, all of it", `${KLINES}/2023-02.parquet`, 3],
    ["a year of funding, all of it", "funding/market=um/symbol=AUSDT/2023.parquet", 2],
    ["the rules, for which the files are read again", "instruments/market=um/symbol=AUSDT.json", 4],
  ])("brings anew: %s", async (_, name, files) => {
    const before = await stored();
    await damage(name);
    expect(await run()).toMatchObject({ filesLanded: files, dropped: [expect.stringContaining(name)] });
    expect(await stored()).toEqual(before);
    expect(await run()).toMatchObject({ filesLanded: 0, filesSkipped: 6, dropped: [] });
    expect(await readdir(join(folder, "h", dirname(name)))).toContain(`${name.slice(name.lastIndexOf("/") + 1)}.damaged`);
  });

  it("brings all of a period anew, though only a part of it is asked for, and leaves the rest alone", async () => {
    const before = await stored();
    await damage(`${KLINES}/2023-02.parquet`);
    await damage(`${KLINES}/2023-01.parquet`);
    const fromMs = Date.UTC(2023, 1, 2);
    expect(await run({ fromMs, toMs: fromMs + DAY })).toMatchObject({ filesLanded: 3 });
    expect((await stored())[`${KLINES}/2023-02.parquet`]).toBe(before[`${KLINES}/2023-02.parquet`]);
    expect(await run()).toMatchObject({ filesLanded: 1 });
    expect(await stored()).toEqual(before);
  });

  it("brings anew what is gone, and what an interrupted healing has left out", async () => {
    const before = await stored();
    await rm(join(folder, "h", KLINES, "2023-02.parquet"));
    const stop = new AbortController();
    const report = await run({ signal: stop.signal, onProgress: ({ label }) => label === "2023-02-01" && stop.abort() });
    expect(report).toMatchObject({ aborted: true, filesLanded: 1 });
    expect(await run()).toMatchObject({ filesLanded: 2 });
    expect(await stored()).toEqual(before);
  });

  it("is told of a damaged list before it does anything", async () => {
    await damage(`${KLINES}/files.sha256`);
    await expect(run()).rejects.toThrow(/the list .*files\.sha256 is damaged: delete it/);
  });

  it("of files without a hash finds those that cannot be read", async () => {
    await rm(join(folder, "h", KLINES, "files.sha256"));
    const path = join(folder, "h", KLINES, "2023-01.parquet");
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length >> 1));
    expect(await run()).toMatchObject({ filesLanded: 1, dropped: [expect.stringContaining("2023-01.parquet")] });
  });

  it("of files without a hash finds those that hold another month than their name says", async () => {
    const before = await stored();
    const file = (name: string): string => join(folder, "h", KLINES, name);
    await rm(file("files.sha256"));
    for (const [from, to] of [
      ["2023-01.parquet", "aside"],
      ["2023-02.parquet", "2023-01.parquet"],
      ["aside", "2023-02.parquet"],
    ] as const)
      await rename(file(from), file(to));
    expect(await run()).toMatchObject({ filesLanded: 4, dropped: [expect.anything(), expect.anything()] });
    expect(await stored()).toEqual(before);
  });
});
