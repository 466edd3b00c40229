import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { openStaging } from "./staging.ts";

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-staging-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const userError = (action: () => unknown): UserError => {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error("expected a UserError");
};

describe("openStaging", () => {
  it("shows nothing at the destination before the commit and everything after it", () => {
    const out = join(root, "deep", "run");
    const staging = openStaging(out);
    writeFileSync(staging.file("a.csv"), "1");
    expect(existsSync(out)).toBe(false);
    expect(staging.commit()).toEqual([join(out, "a.csv")]);
    expect(readdirSync(out)).toEqual(["a.csv"]);
    expect(readdirSync(join(root, "deep"))).toEqual(["run"]);
    expect(statSync(out).mode & 0o700).toBe(0o700);
  });

  it("leaves no trace after a discard, not even the folders made on the way", () => {
    const staging = openStaging(join(root, "deep", "er", "run"));
    writeFileSync(staging.file("a.csv"), "1");
    staging.discard();
    staging.discard();
    expect(readdirSync(root)).toEqual([]);
  });

  it("keeps a folder made on the way when something else was put there meanwhile", () => {
    const staging = openStaging(join(root, "deep", "run"));
    writeFileSync(join(root, "deep", "other.txt"), "kept");
    staging.discard();
    expect(readdirSync(join(root, "deep"))).toEqual(["other.txt"]);
  });

  it("replaces an earlier run in the same folder, its stale files too, and keeps the user's own", () => {
    const out = join(root, "run");
    mkdirSync(out);
    for (const name of ["summary.json", "decisions.parquet", "notes.txt"]) writeFileSync(join(out, name), "old");
    const staging = openStaging(out);
    writeFileSync(staging.file("summary.json"), "new");
    writeFileSync(staging.file("trades.csv"), "new");
    staging.commit();
    expect(readdirSync(out).sort()).toEqual(["notes.txt", "summary.json", "trades.csv"]);
    expect(readFileSync(join(out, "summary.json"), "utf8")).toBe("new");
  });

  it("puts an earlier run back when a file cannot be moved into place", () => {
    const out = join(root, "run");
    mkdirSync(join(out, "trades.csv"), { recursive: true });
    writeFileSync(join(out, "summary.json"), "old");
    const staging = openStaging(out);
    writeFileSync(staging.file("summary.json"), "new");
    writeFileSync(staging.file("trades.csv"), "new");
    expect(userError(() => staging.commit()).message).toContain("a folder has the name of the file");
    staging.discard();
    expect(readFileSync(join(out, "summary.json"), "utf8")).toBe("old");
    expect(readdirSync(out).sort()).toEqual(["summary.json", "trades.csv"]);
  });

  it("refuses a destination that is a file, or lies below one, with one line that says what to do", () => {
    const file = join(root, "file");
    writeFileSync(file, "");
    const isFile = userError(() => openStaging(file));
    expect(isFile.message).toBe(
      `cannot write ${file}: it is a file, not a folder; move it away or choose another folder with --out. Nothing was changed there`,
    );
    expect(isFile.exitCode).toBe(1);
    for (const below of [join(file, "run"), join(file, "deep", "run")]) {
      expect(userError(() => openStaging(below)).message).toContain("a part of the path is a file, not a folder");
    }
    expect(readdirSync(root)).toEqual(["file"]);
  });

  it("commits once, and refuses names that are no plain file names", () => {
    const staging = openStaging(join(root, "run"));
    for (const name of ["", ".", "..", "../x", "a/b", ".hidden"]) expect(() => staging.file(name)).toThrow("plain file name");
    staging.commit();
    expect(() => staging.commit()).toThrow("closed already");
    staging.discard();
    expect(existsSync(join(root, "run"))).toBe(true);
  });
});
