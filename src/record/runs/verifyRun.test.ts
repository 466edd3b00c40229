import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { sampleRecord } from "../../report/testing/sampleRecord.ts";
import { verifyRun } from "./verifyRun.ts";
import { writeRun } from "../../report/writeRun.ts";

let out = "";
const record = sampleRecord({ trades: 5, days: 3 });
beforeEach(() => {
  out = join(mkdtempSync(join(tmpdir(), "riposte-sealed-")), "run");
  writeRun(out, record, ['{"bar":1}']);
});
afterEach(() => {
  rmSync(join(out, ".."), { recursive: true });
});

describe("the folder of a run", () => {
  it("is as it was written, which sha256sum says too", async () => {
    expect(await verifyRun(out)).toEqual({ files: 6, decisionsSha256: record.identity.decisionsSha256, faults: [] });
    expect(execFileSync("sha256sum", ["--check", "--quiet", "files.sha256"], { cwd: out, encoding: "utf8" })).toBe("");
  });

  it("shows every file that is changed, gone, or of another run", async () => {
    const trades = readFileSync(join(out, "trades.csv"));
    writeFileSync(join(out, "trades.csv"), trades.fill(0x37, 300, 301));
    rmSync(join(out, "fills.csv"));
    writeFileSync(join(out, "decisions.parquet"), "of an earlier run");
    writeFileSync(join(out, "notes.txt"), "mine");
    expect((await verifyRun(out)).faults).toEqual([
      expect.stringMatching(/fills\.csv is gone; run the backtest again$/),
      expect.stringMatching(/trades\.csv is not as it was written \(SHA-256\)/),
      expect.stringMatching(/decisions\.parquet was not written with this run; delete it/),
    ]);
  });

  it("is refused where its list is damaged, another's, or not there", async () => {
    const list = join(out, "files.sha256");
    const text = readFileSync(list, "utf8");
    for (const other of [text.replace("summary.json", "summarx.json"), text.replace("run, ", "ran, "), ""]) {
      writeFileSync(list, other);
      await expect(verifyRun(out)).rejects.toThrow(/files\.sha256 is damaged, or none of a run: run the backtest again$/);
    }
    rmSync(list);
    await expect(verifyRun(out)).rejects.toThrow(UserError);
    mkdirSync(join(out, "empty"));
    await expect(verifyRun(join(out, "empty"))).rejects.toThrow(/has no files\.sha256, so there is nothing to compare it with/);
  });
});
