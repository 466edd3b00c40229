import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../domain/units.ts";
import { writePieces } from "../store/output/fileWriter.ts";
import { outputError } from "../store/output/outputError.ts";
import { openStaging } from "../record/runs/staging.ts";
import { SUMMARY_KEYS, summaryJson } from "./summaryJson.ts";
import { sampleRecord } from "./testing/sampleRecord.ts";
import { writeRun } from "./writeRun.ts";

const FULL_DISK = "/dev/full";
let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-report-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe("writeRun", () => {
  it("writes every file of a run and nothing else", () => {
    const out = join(root, "run");
    const paths = writeRun(out, sampleRecord({ trades: 20, days: 30 }), ['{"bar":1}', '{"bar":2}']);
    const names = ["decisions.jsonl", "equity.csv", "files.sha256", "fills.csv", "report.html", "summary.json", "trades.csv"];
    expect(readdirSync(out).sort()).toEqual(names);
    expect([...paths].sort()).toEqual(names.map((name) => join(out, name)));
    expect(readdirSync(root)).toEqual(["run"]);
    expect(readFileSync(join(out, "decisions.jsonl"), "utf8")).toBe('{"bar":1}\n{"bar":2}\n');
    expect(readFileSync(join(out, "trades.csv"), "utf8").split("\n")).toHaveLength(22);
    expect(readFileSync(join(out, "fills.csv"), "utf8").split("\n")).toHaveLength(42);
    expect(readFileSync(join(out, "equity.csv"), "utf8").split("\n")).toHaveLength(33);
  });

  it("keeps what was streamed into the staging folder before", () => {
    const staging = openStaging(join(root, "run"));
    writeFileSync(staging.file("decisions.jsonl"), "streamed\n");
    writeRun(staging, sampleRecord({ trades: 1, days: 2 }));
    expect(readFileSync(join(root, "run", "decisions.jsonl"), "utf8")).toBe("streamed\n");
  });

  it("gives the same files for the same record", () => {
    const read = (name: string): string[] => {
      writeRun(join(root, name), sampleRecord({ trades: 50, days: 20 }));
      return readdirSync(join(root, name)).map((file) => readFileSync(join(root, name, file), "utf8"));
    };
    expect(read("a")).toEqual(read("b"));
  });

  it.runIf(existsSync(FULL_DISK)).each(["trades.csv", "fills.csv", "equity.csv", "report.html", "summary.json"])(
    "leaves an earlier run as it was when the disk is full at %s",
    (name) => {
      const out = join(root, "run");
      mkdirSync(out);
      writeFileSync(join(out, "summary.json"), "earlier");
      const staging = openStaging(out);
      symlinkSync(FULL_DISK, staging.file(name));
      const write = (): unknown => writeRun(staging, sampleRecord({ trades: 5, days: 3 }));
      expect(write).toThrow(UserError);
      expect(readdirSync(out)).toEqual(["summary.json"]);
      expect(readFileSync(join(out, "summary.json"), "utf8")).toBe("earlier");
    },
  );

  it("leaves nothing when the stream of decisions fails", () => {
    const failing = function* (): Generator<string> {
      yield "{}";
      throw new Error("module failed");
    };
    expect(() => writeRun(join(root, "run"), sampleRecord({ trades: 1, days: 1 }), failing())).toThrow("module failed");
    expect(readdirSync(root)).toEqual([]);
  });
});

describe("writePieces", () => {
  it.runIf(existsSync(FULL_DISK))("says in one line that the disk is full, which file, and what to do", () => {
    expect(() => writePieces(FULL_DISK, ["text"], "out/trades.csv")).toThrow(
      "cannot write out/trades.csv: no space left on the device; free some space or choose a folder on another disk with --out. Nothing was changed there",
    );
  });

  it("writes more than one chunk whole, whatever its characters", () => {
    const path = join(root, "long.txt");
    const pieces = Array.from({ length: 5000 }, (_, index) => `${index} → ${"é".repeat(30)}\n`);
    writePieces(path, pieces);
    expect(readFileSync(path, "utf8")).toBe(pieces.join(""));
  });
});

describe("outputError", () => {
  const systemError = (code: string): Error => Object.assign(new Error(code), { code });

  it("turns what the system refuses into one line with a remedy", () => {
    for (const code of ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOENT", "ENOTHEARDOF"]) {
      const error = outputError(systemError(code), "out/report.html") as UserError;
      expect(error).toBeInstanceOf(UserError);
      expect(error.message).toMatch(/^cannot write out\/report\.html: [^\n]+; [^\n]+$/);
      expect(error.exitCode).toBe(1);
    }
  });

  it("lets other errors be what they are", () => {
    const bug = new TypeError("undefined is not a function");
    expect(outputError(bug, "x")).toBe(bug);
    expect(outputError("text", "x")).toBe("text");
  });
});

describe("summaryJson", () => {
  it("has every key in its order; what JSON cannot hold is null", () => {
    const { identity, summary, verdict, intervals, targets, refusals, rejections } = sampleRecord({ trades: 0, days: 1, halts: false });
    const text = summaryJson({
      identity: { ...identity, modules: { "./mine.ts": "m" } },
      verdict,
      intervals,
      targets,
      refusals,
      rejections,
      summary: { ...summary, profitFactor: Infinity },
    });
    const read = JSON.parse(text) as Record<string, unknown>;
    expect(Object.keys(read)).toEqual([
      ...SUMMARY_KEYS,
      "verdict",
      "intervals",
      "targets",
      "warnings",
      "refusals",
      "rejections",
      "commit",
      "modules",
    ]);
    expect(read).toMatchObject({ warnings: identity.warnings, commit: identity.commit, modules: { "./mine.ts": "m" } });
    expect(Object.keys(summary)).toEqual([...SUMMARY_KEYS]);
    expect(read["verdict"]).toEqual({ is: "none", sentence: "none: 0 trades, and it takes 30", psr: null, moreYears: null });
    expect(read["sharpe"]).toBeNull();
    expect(read["profitFactor"]).toBeNull();
    expect(read["haltedAtMs"]).toBeNull();
    expect(read["equityEndUsdt"]).toBe(summary.equityEndUsdt);
  });

  it("holds plans that risk refused by rule, and orders that the venue refused by code with its words", () => {
    const { refusals: _, rejections: _rejections, ...record } = sampleRecord({ trades: 0, days: 1 });
    const refusals = [{ rule: "position.maxStopFraction", count: 3, nearest: Infinity, limit: 0.005 }];
    const rejections = [{ code: -4164, count: 2, reason: "too small", firstMs: 5 }];
    const read = JSON.parse(summaryJson({ ...record, refusals, rejections })) as Record<string, unknown>;
    expect(read).toMatchObject({ refusals: [{ ...refusals[0], nearest: null }], rejections });
  });
});
