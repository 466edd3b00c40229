import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testInstrument, testKlines } from "../../../../test/contract/testMarket.ts";
import { FILE_LIST } from "../../hashing/fileList.ts";
import { instrumentRulesEvent } from "../../rules/defaultInstruments.ts";
import type { VerifyReport } from "../../verifyReport.ts";
import { parquetStore } from "../parquetStore.ts";

const MONTHS = [Date.UTC(2023, 0), Date.UTC(2023, 1), Date.UTC(2023, 2)];
let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "riposte-verify-"));
  const store = parquetStore({ root });
  for (const fromMs of MONTHS) await store.write("AUSDT", "um", testKlines(fromMs, 30));
  await store.write("AUSDT", "um", [instrumentRulesEvent(testInstrument("AUSDT", 0))]);
  await store.write("BUSDT", "um", testKlines(MONTHS[0] ?? 0, 30, 3));
  await store.close();
});
afterEach(() => rm(root, { recursive: true }));

const verify = async (adopt = false, symbols?: readonly string[]): Promise<VerifyReport> => {
  const store = parquetStore({ root });
  try {
    return await store.verify({ adopt, symbols, signal: new AbortController().signal, onProgress: () => undefined });
  } finally {
    await store.close();
  }
};
const file = (name: string): string => join(root, "klines/market=um/symbol=AUSDT/interval=1m", name);
const whole = { checked: 5, unhashed: 0, adopted: 0, forgotten: 0, faults: [] };

describe("the check of a store", () => {
  it("finds nothing in a store as it was written, and looks at some symbols only where it is told to", async () => {
    expect(await verify()).toEqual(whole);
    expect(await verify(false, ["BUSDT"])).toEqual({ ...whole, checked: 1 });
  });

  it("names every fault: damaged, gone, foreign, a list", async () => {
    const bytes = await readFile(file("2023-01.parquet"));
    await writeFile(file("2023-01.parquet"), bytes.fill(7, 100, 101));
    await rm(file("2023-02.parquet"));
    await copyFile(file("2023-03.parquet"), file("2023-04.parquet"));
    await writeFile(join(root, "klines/market=um/symbol=BUSDT/interval=1m", FILE_LIST), "nothing");
    const { faults } = await verify();
    expect(faults).toEqual([
      expect.stringMatching(/the list .*BUSDT.*files\.sha256 is damaged/),
      expect.stringMatching(/2023-01\.parquet is damaged/),
      expect.stringMatching(/2023-02\.parquet is gone/),
      expect.stringMatching(/2023-04\.parquet was not written by Riposte/),
    ]);
  });

  it("takes in what has no hash, and leaves out what is gone; afterwards all is well", async () => {
    await rm(file(FILE_LIST));
    await rm(join(root, "instruments/market=um", FILE_LIST));
    expect(await verify()).toEqual({ ...whole, unhashed: 4 });
    expect(await verify(true)).toEqual({ ...whole, checked: 1, adopted: 4 });
    expect(await verify()).toEqual(whole);
    await rm(file("2023-02.parquet"));
    expect(await verify(true)).toEqual({ ...whole, checked: 4, forgotten: 1 });
    expect(await verify()).toEqual({ ...whole, checked: 4 });
    // A file of a colleague's store.
    await copyFile(file("2023-03.parquet"), join(root, "aside"));
    const store = parquetStore({ root });
    expect(await store.count("kline", "AUSDT", "um", 0, Infinity)).toBe(60);
    await store.close();
  });

  it("gives the lists that the writer had given, byte by byte", async () => {
    const before = await readFile(file(FILE_LIST));
    await rm(file(FILE_LIST));
    await verify(true);
    expect(await readFile(file(FILE_LIST))).toEqual(before);
    expect(await readdir(join(root, ".staging"))).toEqual([]);
  });

  it("takes in no file that cannot be read, or is of another month", async () => {
    await writeFile(file("2023-06.parquet"), "no Parquet");
    await copyFile(file("2023-03.parquet"), file("2023-07.parquet"));
    const { adopted, faults } = await verify(true);
    expect([adopted, faults]).toEqual([
      0,
      [
        expect.stringMatching(/cannot read the history file .*2023-06\.parquet/),
        expect.stringMatching(/2023-07\.parquet holds rows of another time/),
      ],
    ]);
  });

  it("never takes in other bytes for those that were written", async () => {
    const bytes = await readFile(file("2023-01.parquet"));
    await writeFile(file("2023-01.parquet"), bytes.fill(7, 100, 101));
    expect((await verify(true)).faults).toEqual([expect.stringMatching(/2023-01\.parquet is damaged/)]);
    expect((await verify()).faults).toHaveLength(1);
  });
});
