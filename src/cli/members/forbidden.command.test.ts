import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, riposte, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** What a module may not do, in its functions, at its top, in files that it loads; the line names the call, the file and the line in it. */
const signal = (decide: string, top = "", init = ""): string => `${top}
export default () => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => { ${init} return { n: 0 }; }, decide: (state, bar, out, seen) => {
  ${decide}
} });`;

/** In `decide`, on line 3 of the file. */
const REFUSED: readonly (readonly [code: string, line: RegExp])[] = [
  ["Math.random()", /: Math\.random\(\) gives something else in every run/],
  ["globalThis.Math.random()", /: Math\.random\(\) gives/],
  ["[1].map(Math.random)", /: Math\.random\(\) gives/],
  ["new Function('return Math.random()')()", /: Math\.random\(\) gives/],
  ["crypto.randomUUID()", /: crypto\.randomUUID\(\) gives/],
  ["crypto.getRandomValues(new Uint8Array(4))", /: crypto\.getRandomValues\(\) gives/],
  ["Date.now()", /: Date\.now\(\) reads the machine's clock: the time of a bar is bar\.knownAtMs/],
  ["new Date()", /: new Date\(\) reads the machine's clock.*; new Date\(ms\) is fine/],
  ["Date()", /: Date\(\) reads/],
  ["new (class extends Date {})()", /: new Date\(\) reads/],
  ["performance.now()", /: performance\.now\(\) reads/],
  ["performance.timeOrigin", /: performance\.timeOrigin reads/],
  ["process.hrtime.bigint()", /: process\.hrtime\.bigint\(\) reads/],
  ["process.uptime()", /: process\.uptime\(\) reads/],
  ["process.memoryUsage()", /: process\.memoryUsage\(\) depends on the machine/],
  ["new WeakRef({})", /: WeakRef\(\) depends on the machine/],
  ["(1234.5).toLocaleString()", /: toLocaleString\(\) depends on the machine's language: name the locale/],
  ["[1234.5].toLocaleString()", /: toLocaleString\(\) depends/],
  ['"a".localeCompare("b")', /: localeCompare\(\) depends/],
  ['["b", "a"].sort((x, y) => x.localeCompare(y))', /: localeCompare\(\) depends/],
  ['"I".toLocaleLowerCase()', /: toLocaleLowerCase\(\) depends/],
  ["new Intl.NumberFormat()", /: Intl\.NumberFormat depends/],
  ["Intl.Collator([])", /: Intl\.Collator depends/],
  ['new Intl.DateTimeFormat("en-US")', /: Intl\.DateTimeFormat depends on the machine's time zone/],
  ['new Date(5).toLocaleString("en-US")', /: toLocaleString\(\) of a Date depends on the machine's time zone/],
  ["new Date(bar.openTimeMs).getHours()", /: getHours\(\) of a Date depends on the machine's time zone: use the functions with UTC/],
  ["new Date(5).setMonth(3)", /: setMonth\(\) of a Date/],
  ["`${new Date(5)}`", /: toString\(\) of a Date/],
  ["new Date(2023, 1, 1)", /: new Date\(year, month, …\) depends.*Date\.UTC/],
  ['new Date("2023-01-01 10:00")', /: new Date of a time without a zone/],
  ['Date.parse("2023-01-01T10:00")', /: Date\.parse of a time without a zone/],
  ["setTimeout(() => {}, 1)", /: setTimeout\(\) acts at a moment of its own/],
  ["setInterval(() => {}, 1)", /: setInterval\(\) acts/],
  ["setImmediate(() => {})", /: setImmediate\(\) acts/],
  ["queueMicrotask(() => {})", /: queueMicrotask\(\) acts/],
  ["process.nextTick(() => {})", /: process\.nextTick\(\) acts/],
  ['fetch("http://127.0.0.1")', /: fetch\(\) reaches for the network/],
  ["process.exit(0)", /: process\.exit\(\) ends the program: throw an Error/],
  ["process.abort()", /: process\.abort\(\) ends/],
  ["return Promise.resolve()", /: decide returned a promise/],
  ["return { then: () => undefined }", /: decide returned a promise/],
];
const ALLOWED: readonly string[] = [
  "new Date(bar.openTimeMs).toISOString(); new Date(5).getUTCHours(); new Date(new Date(5)); Date.UTC(2023, 1)",
  'new Date("2023-01-01"); new Date("2023-01-01T10:00Z"); new Date("2023-01-01 10:00 +02:00"); Date.parse("2023-06")',
  '(5).toLocaleString("en-US"); "a".localeCompare("b", "en"); new Intl.NumberFormat("en-US"); "I".toLocaleLowerCase("tr")',
  'new Date(5).toLocaleString("en-US", { timeZone: "UTC" }); new Intl.DateTimeFormat("en-US", { timeZone: "UTC" })',
  "Math.max(1, 2); structuredClone({ a: 1 }); console.assert(true); new Map(); Object.freeze([]); new Error().stack",
];

type Case = readonly [name: string, line: RegExp | null, files: Readonly<Record<string, string>>];
/** By file; the module is `mine.ts`. */
const CASES: readonly Case[] = [
  [
    "at its top",
    /^riposte: module \.\/\S+mine\.ts does not load \(by tsx\): Math\.random\(\) .* \(line 1\)$/,
    { "mine.ts": signal("", "const seed = Math.random();") },
  ],
  ["in init", /failed in init: Date\.now\(\) .* \(line 2\)$/, { "mine.ts": signal("", "", "Date.now();") }],
  [
    "in its options",
    /^riposte: module \.\/\S+mine\.ts: Math\.random\(\) .* \(line 1\)$/,
    { "mine.ts": "export default () => ({ name: String(Math.random()) });" },
  ],
  [
    "in a file that it loads",
    /failed at the bar .*: Math\.random\(\) .* \(parts\/helper\.ts line 2\)$/,
    {
      "mine.ts": signal("draw();", 'import { draw } from "./parts/helper.js";'),
      "parts/helper.ts": "// draws\nexport const draw = (): number => Math.random();",
    },
  ],
  [
    "in a package that it calls",
    /failed at the bar .*: Math\.random\(\) .* \(line 3\)$/,
    {
      "mine.ts": signal("draw();", 'import { draw } from "dice";'),
      "node_modules/dice/package.json": '{"name": "dice", "version": "1.0.0", "type": "module", "exports": "./index.js"}',
      "node_modules/dice/index.js": "export const draw = () => Math.random();",
    },
  ],
  [
    "and catches it",
    /^riposte: module \.\/\S+mine\.ts line 3: Math\.random\(\) gives/,
    { "mine.ts": signal("try { Math.random(); } catch {}") },
  ],
  [
    "by import of files",
    /mine\.ts does not load \(by tsx\): it imports node:fs \(mine\.ts line 1\): a module may not reach for files, the network or the system/,
    { "mine.ts": signal("", 'import { readFileSync } from "fs"; void readFileSync;') },
  ],
  [
    "by import of promises of files",
    /it imports node:fs\/promises \(mine\.ts line 1\)/,
    { "mine.ts": signal("", 'import "node:fs/promises";') },
  ],
  [
    "by import of the network",
    /it imports node:https \(mine\.ts line 1\)/,
    { "mine.ts": signal("", 'import https from "node:https"; void https;') },
  ],
  [
    "by import of randomness",
    /it imports node:crypto \(mine\.ts line 1\)/,
    { "mine.ts": signal("", 'import { randomInt } from "node:crypto"; void randomInt;') },
  ],
  [
    "by import of timers",
    /it imports node:timers\/promises/,
    { "mine.ts": signal("", 'import { setTimeout } from "node:timers/promises"; void setTimeout;') },
  ],
  [
    "by import in a file that it loads",
    /it imports node:child_process \(helper\.ts line 2\)/,
    { "mine.ts": signal("", 'import "./helper";'), "helper.ts": 'export {};\nimport "node:child_process";' },
  ],
  ["by import when it is needed", /it imports node:fs/, { "mine.ts": signal("", 'await import("node:fs");') }],
  [
    "by import of what is pure",
    null,
    { "mine.ts": signal("inspect(bar);", 'import { inspect } from "node:util";\nimport { join } from "path";') },
  ],
];

let folder: string;
let ended: Ended[];
const all = [
  ...REFUSED.map(([code]) => ({ "mine.ts": signal(code) })),
  ...ALLOWED.map((code) => ({ "mine.ts": signal(code) })),
  ...CASES.map(([, , files]) => files),
];
beforeAll(async () => {
  folder = await scratchFolder("forbidden");
  for (const [index, files] of all.entries())
    for (const [name, text] of Object.entries(files)) {
      const path = join(folder, `c${index}`, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    }
  ended = await riposteEach(
    all.map((_, index) => [
      ...["backtest", "--simulate", "--days", "0.25", "--regime", "none", "--pattern", "none", "--position", "follow"],
      ...["--signal", `./c${index}/mine.ts`, "--out", "o"],
    ]),
    folder,
  );
}, 300_000);
afterAll(() => rm(folder, { recursive: true }));

const endOf = (index: number): Ended => ended[index] as Ended;

describe("a module may not", () => {
  it.each(REFUSED.map(([code, line], index) => [code, line, index] as const))("%s", (_, line, index) => {
    const at = /promise/.test(line.source) ? /$/ : / \(line 3\)$/;
    expectRefusal(endOf(index), 1, line);
    expectRefusal(endOf(index), 1, at);
    expectRefusal(endOf(index), 1, /^riposte: signal module \.\/c\d+\/mine\.ts failed at the bar that closed at 2023-01-01T00:01:00Z: /);
  });

  it.each(CASES.flatMap(([name, line], index) => (line === null ? [] : [[name, line, index] as const])))("do so %s", (_, line, index) => {
    expectRefusal(endOf(REFUSED.length + ALLOWED.length + index), 1, line);
  });
});

describe("a module may", () => {
  it.each(ALLOWED.map((code, index) => [code, index] as const))("%s", (_, index) => {
    const { code, stderr } = endOf(REFUSED.length + index);
    expect(code, stderr).toBe(0);
  });

  it.each(CASES.flatMap(([name, line], index) => (line === null ? [[name, index] as const] : [])))("do so %s", (_, index) => {
    const { code, stderr } = endOf(REFUSED.length + ALLOWED.length + index);
    expect(code, stderr).toBe(0);
  });
});

it("a module may not do so by require, in a process of its own", async () => {
  await writeFile(join(folder, "old.cjs"), 'module.exports = require("node:fs");');
  await writeFile(join(folder, "requires.ts"), 'import read from "./old.cjs"; void read; export default () => 1;');
  const ended = await riposte(["backtest", "--simulate", "--days", "1", "--signal", "./requires.ts", "--out", "o"], { cwd: folder });
  expectRefusal(ended, 1, /requires\.ts does not load \(by tsx\): node:fs is not for modules: .* \(old\.cjs line 1\)$/);
});
