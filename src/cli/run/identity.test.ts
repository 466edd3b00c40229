import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeVersion } from "./identity.ts";

let root: string;
let commit: string;
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", root, "-c", "user.name=t", "-c", "user.email=t@t", ...args], { encoding: "utf8" }).trim();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "riposte-code-"));
  await mkdir(join(root, "src/deep"), { recursive: true });
  await Promise.all([
    writeFile(join(root, "src/a.ts"), "1"),
    writeFile(join(root, "README.md"), "1"),
    writeFile(join(root, ".gitignore"), "out/"),
  ]);
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "first");
  commit = git("rev-parse", "HEAD");
});
afterAll(() => rm(root, { recursive: true }));

describe("codeVersion", () => {
  it("is the commit where nothing differs from it, whatever lies beside the code", async () => {
    await mkdir(join(root, "out/x"), { recursive: true });
    await Promise.all([writeFile(join(root, "mine.ts"), ""), writeFile(join(root, "out/x/y"), "")]);
    expect(await codeVersion(root)).toEqual({ commit, warnings: [] });
  });

  it.each([
    ["a file of the code is changed", "src/a.ts"],
    ["another file of the tree is changed", "README.md"],
    ["there is a new file among the code", "src/deep/new.ts"],
    ["there is a new folder among the code", "models/own/rule.ts"],
    ["the name of the new file is an odd one", 'src/deep/n "w é.ts'],
  ])("is dirty when %s", async (_, name) => {
    await mkdir(join(root, name, ".."), { recursive: true });
    await writeFile(join(root, name), "2");
    expect(await codeVersion(root)).toEqual({ commit: `${commit}+dirty`, warnings: [] });
    git("checkout", "-q", ".");
    git("clean", "-qfd", "src", "models");
  });

  it("is the version without a repository of its own, though one lies above it", async () => {
    const version = { commit: expect.stringMatching(/^v\d+\.\d+\.\d+$/) as string, warnings: [] };
    expect(await codeVersion(join(root, "src"))).toEqual(version);
    await mkdir(join(root, "out/empty/.git"), { recursive: true });
    expect(await codeVersion(join(root, "out/empty"))).toEqual(version);
  });

  it("says that it is unknown, and why, when git does not answer", async () => {
    await writeFile(join(root, "src/.git"), "gitdir: nowhere");
    expect(await codeVersion(join(root, "src"))).toEqual({
      commit: expect.stringMatching(/^v\d.*\+unknown$/) as string,
      warnings: [
        expect.stringMatching(/^The commit of the code is unknown: git could not be asked \(fatal: not a git repository/) as string,
      ],
    });
  });
});
