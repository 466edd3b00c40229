import { appendFile, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, riposte, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** What a module loads is part of it, however TypeScript and Node let one say so. */
const FILES: Readonly<Record<string, string>> = {
  "mine.ts": `import { one } from "./one.js"; // the way of TypeScript's own documentation
import { two } from "./two";
import { three } from "./three";
import levels from "./levels.json" with { type: "json" };
import six from "./six.cjs";
import { seven } from "./seven.js"; // no package.json says what it is
import eight from "./eight.js";
import { packed } from "locked";
import { loose } from "loose";
import type { Unseen } from "./types.ts";
import { signalModule } from "${new URL("../../../models/signal/signalModule.ts", import.meta.url).pathname}";
const { four } = await import("./four.ts");
const name = "./fi" + "ve.ts";
const { five } = (await import(name)) as { five: number };
const sum: number = one + two + three + levels.zero + four + five + six + seven + eight + packed + loose;
export default signalModule(() => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => null as Unseen, decide: (_, bar, out) => {
  const up = Math.floor(bar.openTimeMs / 60_000) % 60 < sum;
  out.pLong = up ? 0.9 : 0; out.pShort = up ? 0 : 0.9; out.pNeutral = 0.1;
} }));
`,
  "one.ts": 'import { deep } from "./deep/deeper.js"; export const one: number = deep;',
  "deep/deeper.ts": "export const deep: number = 1;",
  "two.ts": "export const two: number = 2;",
  "three/index.ts": "export const three: number = 3;",
  "levels.json": '{ "zero": 0 }',
  "four.ts": "export const four: number = 4;",
  "five.ts": "export const five: number = 5;",
  "six.cjs": 'module.exports = require("./inner.cjs");',
  "inner.cjs": "module.exports = 6;",
  "seven.js": "export const seven = 7;",
  "eight.js": "module.exports = 8;",
  "types.ts": "export type Unseen = null;",
  "beside.ts": "export const beside = 1;",
  "package-lock.json": '{ "packages": { "node_modules/locked": { "version": "1.0.0", "integrity": "sha512-a" } } }',
  "node_modules/locked/package.json": '{ "name": "locked", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  "node_modules/locked/index.js": "export const packed = 1;",
  "node_modules/loose/package.json": '{ "name": "loose", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  "node_modules/loose/index.js": 'import "./more.js"; export const loose = 1;',
  "node_modules/loose/more.js": "",
};
const RUN = [
  "backtest",
  "--simulate",
  "--days",
  "0.5",
  "--regime",
  "none",
  "--pattern",
  "none",
  "--signal",
  "./mine.ts",
  "--out",
  "o",
  "--json",
];

let folder: string;
const moduleOf = ({ stdout, stderr }: Ended): string => {
  expect(stdout, stderr).not.toBe("");
  const { modules } = JSON.parse(stdout) as { modules: Record<string, string> };
  expect(Object.keys(modules)).toEqual(["./mine.ts"]);
  return modules["./mine.ts"] as string;
};
const sha256 = async (): Promise<string> => moduleOf(await riposte(RUN, { cwd: folder }));
const restored = async (name: string): Promise<void> => {
  await mkdir(dirname(join(folder, name)), { recursive: true });
  await writeFile(join(folder, name), FILES[name] as string);
};

let before: string;
beforeAll(async () => {
  folder = await scratchFolder("module-files");
  for (const name of Object.keys(FILES)) await restored(name);
  before = await sha256();
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

describe("the hash of a module", () => {
  it.each([
    "mine.ts",
    "one.ts",
    "deep/deeper.ts",
    "two.ts",
    "three/index.ts",
    "levels.json",
    "four.ts",
    "five.ts",
    "six.cjs",
    "inner.cjs",
    "seven.js",
    "eight.js",
  ])("is another one when %s changes", async (name) => {
    await appendFile(join(folder, name), "\n");
    expect(await sha256()).not.toBe(before);
    await restored(name);
  });

  it("is another one when what is installed of a package changes", async () => {
    for (const [name, text] of [
      ["package-lock.json", '{ "packages": { "node_modules/locked": { "version": "1.0.0", "integrity": "sha512-b" } } }'],
      ["node_modules/locked/package.json", (FILES["node_modules/locked/package.json"] as string).replace("1.0.0", "1.0.1")],
      ["node_modules/loose/more.js", "// a package that no lock file has counts by its files\n"],
    ] as const) {
      await writeFile(join(folder, name), text);
      expect(await sha256(), name).not.toBe(before);
      await restored(name);
    }
  });

  it("is the same when it loads the same, wherever the module and its files lie", async () => {
    await appendFile(join(folder, "types.ts"), "export type More = 1;\n");
    await appendFile(join(folder, "beside.ts"), "\n");
    expect(await sha256()).toBe(before);
    const other = join(folder, "moved");
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(other, name)), { recursive: true });
      await writeFile(join(other, name), text);
    }
    expect(moduleOf(await riposte(RUN, { cwd: other }))).toBe(before);
  });

  it("is of what was loaded first: two modules that share a file both know it", async () => {
    await writeFile(
      join(folder, "position.ts"),
      'import { one } from "./one"; export default () => ({ name: "p", init: () => null, decide: () => { void one; } });',
    );
    const both = async (): Promise<Record<string, string>> =>
      (JSON.parse((await riposte([...RUN, "--position", "./position.ts"], { cwd: folder })).stdout) as { modules: Record<string, string> })
        .modules;
    const first = await both();
    await appendFile(join(folder, "deep/deeper.ts"), "\n");
    const second = await both();
    await restored("deep/deeper.ts");
    expect([first["./mine.ts"] !== second["./mine.ts"], first["./position.ts"] !== second["./position.ts"]]).toEqual([true, true]);
  });

  it("refuses what is not found, and what is imported when the module is loaded already", async () => {
    await writeFile(join(folder, "lost.ts"), 'import "./nowhere";\nexport default () => 1;');
    await writeFile(
      join(folder, "late.ts"),
      `export default () => ({ name: "late", warmUpBars: 0, onGap: "keep", init: () => { void import("./beside.ts"); }, decide: () => undefined });`,
    );
    const run = (module: string): Promise<Ended> =>
      riposte(["backtest", "--simulate", "--days", "0.5", "--regime", "none", "--pattern", "none", "--signal", module, "--out", "x"], {
        cwd: folder,
      });
    expectRefusal(await run("./lost.ts"), 1, /module \.\/lost\.ts does not load \(by tsx\): Cannot find module .*nowhere/);
    const late = await run("./late.ts");
    expect(late.stderr).toMatch(/late\.ts imports \.\/beside\.ts after it was loaded: a module imports what it needs at its top/);
    expect(late.code).toBe(1);
  });
});
