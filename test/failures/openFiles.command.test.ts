import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, riposte, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { checksumOf, klineLines, zipOf } from "../contract/archiveFiles.ts";

const SYMBOLS = Array.from({ length: 300 }, (_, i) => `A${String(i).padStart(3, "0")}USDT`);

describe("a store of more symbols than a process may open files", { timeout: 300_000 }, () => {
  let folder = "";
  const run = (args: readonly string[], maxOpenFiles = 256): Promise<Ended> =>
    riposte([...args, "--symbol", SYMBOLS.join(","), "--data", "h"], { cwd: folder, maxOpenFiles });
  beforeAll(async () => {
    folder = await scratchFolder("open-files");
    const csv = klineLines(Date.UTC(2023, 0), 30).join("\n");
    for (const symbol of SYMBOLS) {
      const [path, name] = [join(folder, "archive/futures/um/monthly/klines", symbol, "1m"), `${symbol}-1m-2023-01`];
      const zip = zipOf(`${name}.csv`, csv);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, `${name}.zip`), zip);
      await writeFile(join(path, `${name}.zip.CHECKSUM`), checksumOf(zip, `${name}.zip`));
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is filled, filled again and verified", async () => {
    const backfill = ["backfill", "--archive", "archive", "--kinds", "klines"];
    expect(await run(backfill)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^300 files landed/) as unknown });
    expect(await run(backfill)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 files landed .*, 300 had landed before/) as unknown,
    });
    expect(await run(["verify"])).toMatchObject({ code: 0, stdout: expect.stringContaining("600 files checked") as unknown });
  });

  it("is read where the limit lets a file of each symbol be open, else the line says how to raise it", async () => {
    const features = ["features", "--set", "features.columns=return_1", "--set", "data.warmUp=false", "--out", "o.parquet"];
    const refused = await run(features);
    const stderr = refused.stderr.replaceAll(/^features .*\n/gm, "");
    expectRefusal(
      { ...refused, stderr },
      1,
      /more files are open at once than the system allows this process: raise the limit \(ulimit -n 4096\)/,
    );
    expect((await run(features, 2048)).code).toBe(0);
  });
});
