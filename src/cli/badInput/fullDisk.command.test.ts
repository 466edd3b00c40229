import { readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, scratchFolder, smallDisk } from "../../../test/cli/riposte.ts";

const RUN = ["backtest", "--simulate", "--days", "3", "--set", "data.warmUp=false"];
let folder: string;
const disk = await smallDisk("4m");
beforeAll(async () => {
  folder = await scratchFolder("full-disk");
});
afterAll(async () => {
  await disk?.unmount();
  await rm(folder, { recursive: true });
});

describe("a disk that is full", { timeout: 90_000 }, () => {
  it("is one line that names the file, and leaves no partial report (a limit on the file's size)", async () => {
    const [report, decisions] = await Promise.all([
      riposte([...RUN, "--out", "o"], { cwd: folder, maxFileBlocks: 200 }),
      riposte([...RUN, "--out", "p"], { cwd: folder, maxFileBlocks: 1 }),
    ]);
    expectRefusal(
      report,
      1,
      /cannot write .*o\/report\.html: the file grew larger than the system allows; raise the limit .*--out\. Nothing was changed there$/,
    );
    expectRefusal(
      decisions,
      1,
      /cannot write p\/decisions\.jsonl: the file grew larger than the system allows; .*Nothing was changed there$/,
    );
    expect(await namesIn(folder)).toEqual(["out"]);
  });

  it.skipIf(disk === undefined)("keeps the report that was there, and a journal as far as it came (a real one)", async () => {
    const out = join(disk?.folder ?? "", "o");
    expect((await riposte([...RUN, "--out", out], { cwd: folder })).code).toBe(0);
    const before = await readFile(join(out, "report.html"));
    const names = await namesIn(out);
    const spare =
      4 * 1024 * 1024 -
      (await Promise.all(names.map((name) => stat(join(out, name))))).reduce((sum, { size }) => sum + Math.ceil(size / 4096) * 4096, 0);
    await writeFile(join(disk?.folder ?? "", "filler"), Buffer.alloc(spare - 200 * 1024));
    const [report, journal] = await Promise.all([
      riposte([...RUN, "--seed", "2", "--out", out], { cwd: folder }),
      riposte([...RUN, "--out", "elsewhere", "--journal", join(disk?.folder ?? "", "j")], { cwd: folder }),
    ]);
    expectRefusal(
      report,
      1,
      /cannot write .*o\/[a-z]+\.[a-z]+: no space left on the device; free some space or choose .*--out\. Nothing was changed there$/,
    );
    expectRefusal(
      journal,
      1,
      /cannot write the journal .*j: no space left on the device; make room .*What it holds is kept: --resume goes on from there$/,
    );
    expect(await namesIn(out)).toEqual(names);
    expect(before.equals(await readFile(join(out, "report.html")))).toBe(true);
    expect(await namesIn(folder)).toEqual(["out"]);

    disk?.readOnly();
    const refused = await riposte([...RUN, "--out", join(disk?.folder ?? "", "new")], { cwd: folder });
    expectRefusal(refused, 1, /cannot write .*new: the file system is read-only; choose a writable folder with --out/);
  });
});
