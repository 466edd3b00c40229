import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plainFile, requirePlain } from "./plainFile.ts";

let folder = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "riposte-plain-")));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const at = (...names: string[]): string => join(folder, ...names);

describe("plainFile", () => {
  it("is the file itself, there or not", () => {
    writeFileSync(at("there"), "");
    expect([plainFile(at("there"), ""), plainFile(at("not"), "")]).toEqual([at("there"), at("not")]);
  });

  it("is where links lead, also to what is not there yet, relative ones from their own folder", () => {
    mkdirSync(at("a"));
    mkdirSync(at("b"));
    symlinkSync("../b/file", at("a", "link"));
    symlinkSync("a/link", at("link"));
    symlinkSync("a", at("folder"));
    for (const name of [at("link"), at("a", "link"), at("folder", "link")]) expect(plainFile(name, "")).toBe(at("b", "file"));
    writeFileSync(at("b", "file"), "x");
    expect(readFileSync(plainFile(at("link"), ""), "utf8")).toBe("x");
  });

  it("refuses what is no plain file, by a link too, with the remedy", () => {
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("/dev/null", at("null"));
    symlinkSync("round", at("round"));
    const refused = (name: string): void => void plainFile(name, "name a file with --out");
    expect(() => {
      refused(at("pipe"));
    }).toThrow(`cannot write ${at("pipe")}: it is a pipe; name a file with --out`);
    expect(() => {
      refused("/dev/null");
    }).toThrow("cannot write /dev/null: it is a device; name a file with --out");
    expect(() => {
      refused(at("null"));
    }).toThrow(/it is a device/);
    expect(() => {
      refused(folder);
    }).toThrow(/it is a folder/);
    expect(() => {
      refused(at("round"));
    }).toThrow(/its links lead in a circle/);
  });
});

it("requirePlain refuses links, and lets pass what is a file or not there", () => {
  writeFileSync(at("there"), "");
  symlinkSync("there", at("link"));
  for (const name of ["there", "not"]) requirePlain(at(name), "");
  expect(() => {
    requirePlain(at("link"), "move it away");
  }).toThrow(`cannot write ${at("link")}: it is a link; move it away`);
});
