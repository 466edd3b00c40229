import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { Manifest } from "./manifest.ts";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "riposte-landed-"));
});
afterEach(() => rm(root, { recursive: true }));
const path = (): string => join(root, "landed.json");

const ENTRIES = new Map([
  ["spot/monthly/klines/AUSDT/1m/AUSDT-1m-2023-01.zip", { sha256: "ab".repeat(32), rows: 44_640 }],
  ["spot/monthly/klines/AUSDT/1m/AUSDT-1m-2023-02.zip", { sha256: "cd".repeat(32), rows: 40_320 }],
]);

describe("the list of landed files", () => {
  beforeEach(async () => {
    const manifest = await Manifest.open(root);
    await manifest.change(ENTRIES);
  });

  it("is there the next time", async () => {
    expect((await Manifest.open(root)).all()).toEqual(ENTRIES);
  });

  it("is the same or refused, whichever of its bits is changed", async () => {
    const bytes = await readFile(path());
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (bytes[at] as number) ^ (1 << (at % 8));
      await writeFile(path(), changed);
      const found: unknown = await Manifest.open(root).catch((error: unknown) => error);
      if (found instanceof Manifest) expect(found.all()).toEqual(ENTRIES);
      else {
        expect(found).toBeInstanceOf(UserError);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(0.8 * bytes.length);
  });

  it("of an older version, which had entries alone, is read, and written with a seal when it grows", async () => {
    await writeFile(path(), JSON.stringify(Object.fromEntries(ENTRIES)));
    const older = await Manifest.open(root);
    expect(older.all()).toEqual(ENTRIES);
    const [[file, landed]] = [...ENTRIES] as [[string, { sha256: string; rows: number }]];
    await older.change([[file, { ...landed, rows: 1 }]]);
    expect((await Manifest.open(root)).get(file)).toEqual({ ...landed, rows: 1 });
    expect(JSON.parse(await readFile(path(), "utf8"))).toHaveProperty("sha256");
  });
});
