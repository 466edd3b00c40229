import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stageSweep } from "../../sweep/writeSweep.ts";
import { sampleSweep } from "../../sweep/testing/sampleSweep.ts";
import { OWN_RUN_FILES, OWN_SWEEP_FILES, requireOwnFiles, requireParquet } from "./ownFiles.ts";
import { openStaging, RUN_FILES } from "./staging.ts";
import { sampleRecord } from "../../report/testing/sampleRecord.ts";
import { writeRun } from "../../report/writeRun.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "riposte-own-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const check = (): void => {
  requireOwnFiles(folder, OWN_RUN_FILES);
};

describe("requireOwnFiles", () => {
  it("knows the files of a run and of a sweep, and takes empty ones for nobody's", () => {
    expect(Object.keys(OWN_RUN_FILES)).toEqual([...RUN_FILES]);
    writeRun(folder, sampleRecord({ trades: 3, days: 2 }), ['{"timeMs":1}']);
    check();
    stageSweep(openStaging(folder, []), sampleSweep(2));
    requireOwnFiles(folder, OWN_SWEEP_FILES);
    writeFileSync(join(folder, "trades.csv"), "");
    check();
    requireOwnFiles(join(folder, "not there"), OWN_RUN_FILES);
  });

  it.each(RUN_FILES)("refuses a folder with somebody else's %s", (name) => {
    writeFileSync(join(folder, name), "<html>my own,notes</html>\n");
    expect(check).toThrow(`cannot write ${join(folder, name)}: there is a file that Riposte did not write; move it away or choose`);
  });

  it("refuses a link and a folder of such a name", () => {
    symlinkSync("elsewhere.csv", join(folder, "fills.csv"));
    expect(check).toThrow(/fills\.csv: it is a link; move it away or choose another folder with --out$/);
    rmSync(join(folder, "fills.csv"));
    mkdirSync(join(folder, "trades.csv"));
    expect(check).toThrow(/trades\.csv: it is a folder/);
  });
});

it("knows the decisions of a run by its summary", () => {
  writeRun(folder, sampleRecord({ trades: 3, days: 2 }));
  writeFileSync(join(folder, "decisions.parquet"), "of an earlier run");
  check();
});

it("requireParquet looks at the file behind a link, and leaves what is called Parquet to its user", () => {
  const parquet = (name: string): void => {
    requireParquet(join(folder, name));
  };
  writeFileSync(join(folder, "notes"), "my notes");
  symlinkSync("notes", join(folder, "link"));
  expect(() => {
    parquet("link");
  }).toThrow(/link: there is a file that Riposte did not write/);
  writeFileSync(join(folder, "notes"), "PAR1…");
  writeFileSync(join(folder, "a.parquet"), "old");
  for (const name of ["link", "a.parquet", "not there"]) parquet(name);
});
