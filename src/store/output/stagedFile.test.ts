import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scratchFolder } from "../../../test/cli/riposte.ts";
import { UserError } from "../../domain/units.ts";
import { stagedFile } from "./stagedFile.ts";

let folder: string;
beforeEach(async () => {
  folder = await scratchFolder("staged");
});
afterEach(() => rm(folder, { recursive: true }));

describe("stagedFile", () => {
  it("appears at the commit and not before, over what was there", () => {
    const target = join(folder, "a.txt");
    writeFileSync(target, "old");
    const staged = stagedFile(target);
    writeFileSync(staged.path, "new");
    expect(readFileSync(target, "utf8")).toBe("old");
    staged.commit();
    expect(readFileSync(target, "utf8")).toBe("new");
    staged.discard();
    expect(readdirSync(folder)).toEqual(["a.txt"]);
  });

  it("leaves nothing when it is discarded, folders made for it included", () => {
    const staged = stagedFile(join(folder, "x/y/a.txt"));
    writeFileSync(staged.path, "new");
    mkdirSync(join(staged.dir, "parts"));
    staged.discard();
    staged.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it("leaves folders that were there, and what others put into new ones", () => {
    mkdirSync(join(folder, "x"));
    const staged = stagedFile(join(folder, "x/y/a.txt"));
    stagedFile(join(folder, "x/b.txt")).discard();
    writeFileSync(join(folder, "x/y/other"), "");
    staged.discard();
    expect(readdirSync(join(folder, "x/y"))).toEqual(["other"]);
  });

  it("follows a link to the file that it means, there or not", () => {
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync("elsewhere/a.txt", join(folder, "link"));
    for (const text of ["first", "second"]) {
      const staged = stagedFile(join(folder, "link"));
      writeFileSync(staged.path, text);
      staged.commit();
      expect(readFileSync(join(folder, "elsewhere/a.txt"), "utf8")).toBe(text);
    }
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["elsewhere", "link"]);
  });

  it("refuses a device, and leaves it", () => {
    expect(() => stagedFile("/dev/null")).toThrow(new UserError("cannot write /dev/null: it is a device; name a file with --out"));
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });

  it("refuses a folder and a place below a file, in one line", () => {
    writeFileSync(join(folder, "file"), "");
    expect(() => stagedFile(folder)).toThrow(new UserError(`cannot write ${folder}: it is a folder; name a file with --out`));
    expect(() => stagedFile(join(folder, "file/a.txt"))).toThrow(/a part of the path is a file/);
    expect(() => stagedFile(join(folder, "file/x/a.txt"))).toThrow(UserError);
    expect(existsSync(join(folder, "file"))).toBe(true);
  });
});
