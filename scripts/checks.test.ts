import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import { callProblems } from "./checkCalls.ts";
import { exportProblems } from "./checkExports.ts";
import { importProblems } from "./checkImports.ts";
import { treeProblems } from "./checkTree.ts";

/** Each check is shown a planted violation: a check that cannot fail checks nothing. */

describe("import direction", () => {
  const problems = (path: string, text: string) => importProblems([{ path, text }]);

  it.each([
    ["src/domain/a.ts", 'import { x } from "../risk/limits.ts";'],
    ["src/domain/a.ts", 'import type { Item } from "../../operators/bars.ts";'],
    ["src/domain/a.ts", 'export { x } from "../store/x.ts";'],
    ["src/domain/a.ts", 'import { of } from "rxjs";'],
    ["operators/a.ts", 'import { x } from "../src/venues/simulated/options.ts";'],
    ["operators/a.ts", 'import { readFile } from "node:fs";'],
    ["operators/a.ts", 'const later = () => import("../src/engine/driver.ts");'],
    ["models/signal/a.ts", 'import pino from "pino";'],
    ["src/risk/a.ts", 'import { x } from "../../streams/merge.ts";'],
    ["src/pipeline.ts", 'import { gate } from "./risk/gate.ts";'],
    ["src/pipeline.ts", 'import { x } from "./engine/driver.ts";'],
    ["src/store/a.ts", 'import { x } from "../engine/driver.ts";'],
    ["src/venues/a.ts", 'import type { C } from "../../config/schema.ts";'],
    ["src/lab/a.ts", 'import { load } from "../../config/load.ts";'],
    ["src/venues/a.ts", 'import { x } from "../store/table/interval.ts";'],
    ["src/engine/a.ts", 'import type { Recorder } from "../record/recorder.ts";'],
    ["src/record/a.ts", 'import { x } from "../report/text.ts";'],
    ["src/record/a.ts", 'import type { x } from "../lab/featureTable.ts";'],
    ["src/lab/a.ts", 'import { x } from "../report/csv.ts";'],
    ["src/report/a.ts", 'import { x } from "../sweep/writeSweep.ts";'],
    ["src/report/page/a.js", 'import { x } from "../csv.ts";'],
    ["src/report/page/a.js", 'import { init } from "echarts";'],
    ["src/lab/a.ts", 'import { x } from "../report/page/format.js";'],
    ["config/a.ts", 'import type { x } from "../src/risk/gate.ts";'],
    ["src/engine/a.ts", 'import { x } from "../cli/main.ts";'],
    ["config/a.ts", 'import { x } from "../src/risk/gate.ts";'],
    ["src/cli/a.ts", 'import { x } from "../../bench/x.ts";'],
    ["src/store/a.ts", 'import { x } from "./b.test.ts";'],
    ["src/store/a.test.ts", 'import { x } from "./b.test.ts";'],
    ["src/helpers/a.ts", ""],
  ])("%s refuses %s", (path, text) => {
    expect(problems(path, text)).toHaveLength(1);
  });

  it.each([
    ["src/domain/a.ts", 'import { x } from "./units.ts";'],
    ["operators/a.ts", 'import { map } from "rxjs"; import { x } from "../src/domain/units.ts"; import { g } from "../src/risk/gate.ts";'],
    ["models/runtime/a.ts", 'import { Worker } from "node:worker_threads";'],
    ["src/pipeline.ts", 'import type { RiskLimits } from "./risk/limits.ts"; import { bars } from "../operators/bars.ts";'],
    ["src/store/a.ts", 'import { readFile } from "node:fs"; import { merge } from "../../streams/merge.ts";'],
    ["src/engine/a.ts", 'import { perceive } from "../pipeline.ts"; import { x } from "../store/ownerLock.ts";'],
    ["src/record/a.ts", 'import { x } from "../report/page/format.js"; import { y } from "../store/plainFile.ts";'],
    ["src/lab/a.ts", 'import { x } from "../record/runs/staging.ts";'],
    ["src/sweep/a.ts", 'import { x } from "../report/csv.ts"; import type { R } from "../record/runRecord.ts";'],
    ["config/a.ts", 'import { D } from "../src/risk/limits.ts"; import { z } from "zod";'],
    ["src/cli/a.ts", 'import { l } from "../../config/load.ts"; import { s } from "../store/x.ts"; import p from "../../package.json";'],
    ["src/domain/a.test.ts", 'import { it } from "vitest"; import { x } from "../cli/main.ts";'],
    ["vitest.config.ts", 'import { x } from "./src/cli/main.ts";'],
  ])("%s accepts %s", (path, text) => {
    expect(problems(path, text)).toEqual([]);
  });

  it("goes one way: no room imports a later one, not even types", () => {
    const later = ["src/report/page", "src/record", "src/lab", "src/report", "src/sweep", "config", "src/cli"];
    const rooms = ["src/domain", "streams", "src/venues", "src/store", "src/engine", ...later];
    const accepted = rooms.flatMap((room, at) =>
      rooms
        .slice(at + 1)
        .filter((to) => problems(`${room}/a.ts`, `import type { x } from "${posix.relative(room, `${to}/b.ts`)}";`).length === 0)
        .map((to) => `${room} → ${to}`),
    );
    expect(accepted).toEqual([]);
  });

  it("lets only the gate approve, and only an approval seal a plan", () => {
    const of = (path: string, text: string): string[] => importProblems([{ path, text }]);
    expect(of("operators/riskGate.ts", 'import { approve } from "../src/risk/approval.ts";')).toEqual([
      "operators/riskGate.ts:1: src/risk/approval.ts is for src/risk/gate.ts alone: only the gate approves",
    ]);
    expect(of("src/risk/exits.ts", 'import { SealedPlan } from "./sealedPlan.ts";')).toHaveLength(1);
    expect(of("src/risk/gate.ts", 'import { approve } from "./approval.ts";')).toEqual([]);
    expect(of("operators/execute.ts", 'import { isSealed } from "../src/risk/sealedPlan.ts";')).toEqual([]);
  });

  it("names the line", () => {
    expect(problems("operators/a.ts", '\n\nimport fs from "node:fs";')[0]).toMatch(/^operators\/a\.ts:3: operators may not import node:fs/);
  });
});

describe("circles of imports", () => {
  const circles = (files: Readonly<Record<string, string>>) =>
    importProblems(Object.entries(files).map(([name, text]) => ({ path: `src/store/${name}.ts`, text })));
  const from = (...names: readonly string[]): string => names.map((name) => `import { x } from "./${name}.ts";`).join(" ");

  it("are refused, those of types and re-exports too, with the way round", () => {
    expect(circles({ a: from("b"), b: from("a") })).toEqual([
      "src/store/a.ts: imports itself by way of src/store/b.ts → src/store/a.ts; move what both need into a file of its own",
    ]);
    expect(circles({ a: from("b"), b: from("c", "d"), c: from("d"), d: 'import type { x } from "./a.ts";' })).toEqual([
      expect.stringContaining("by way of src/store/b.ts → src/store/d.ts → src/store/a.ts;"),
    ]);
    expect(circles({ a: 'export * from "./b.ts";', b: 'type A = import("./a.ts").A;' })).toHaveLength(1);
    expect(circles({ a: 'const a = () => import("./a.ts");' })).toHaveLength(1);
    expect(circles({ a: from("b"), b: from("a"), c: from("a", "d"), d: from("c") })).toHaveLength(2);
  });

  it("are none where files meet again without coming back", () => {
    expect(circles({ a: from("b", "c"), b: from("d"), c: from("d", "b"), d: "" })).toEqual([]);
    expect(circles({ d: "", c: from("d", "b"), b: from("d"), a: from("b", "c") })).toEqual([]);
  });
});

describe("banned calls", () => {
  const problems = (path: string, text: string) => callProblems([{ path, text }]);

  it.each([
    "const t = Date.now();",
    "const t = new Date(0);",
    "const t = new Date();",
    "const t = Date();",
    "const r = Math.random();",
    "const p = Math.pow(2, 3);",
    "const p = 2 ** 3;",
    "let p = 2; p **= 3;",
    "const t = performance.now();",
    "setTimeout(() => 1, 1);",
    "setInterval(() => 1, 1);",
    "setImmediate(() => 1);",
    "const later = setTimeout;",
    "console.log(1);",
    "const e = process.env;",
    "void fetch('x');",
    "const g = globalThis;",
    'import fs from "node:fs";',
    'const fs = await import("node:fs");',
    "try { f(); } catch {}",
    "p.catch(() => undefined);",
  ])("pure code refuses %s", (text) => {
    for (const path of ["operators/a.ts", "models/signal/a.ts", "src/domain/a.ts", "src/risk/a.ts", "src/pipeline.ts"]) {
      expect(problems(path, text), path).toHaveLength(1);
    }
  });

  it.each([
    "try { f(); } catch { /* fine */ }",
    "try { f(); } catch (error) {}",
    "s.pipe(catchError(() => EMPTY));",
    "s.pipe(catchError(() => of(1)));",
    "p.catch(() => {});",
  ])("any code, tests too, refuses %s", (text) => {
    for (const path of ["src/cli/a.ts", "src/store/a.test.ts", "test/a.ts"]) expect(problems(path, text), path).toHaveLength(1);
  });

  it.each([
    "// Date.now() and Math.random() in a comment",
    'const text = "setTimeout(console.log) 2 ** 3";',
    "const t = Date.UTC(2020, 0);",
    "const x = order.process(item); const y = { console: 1, process: 2 }; f(y.console);",
    "const run = (process: () => number) => process();",
    "interface Edge { fetch(): void; performance: number }",
    "const a = Math.sqrt(2) * Math.exp(1);",
    "try { f(); } catch (error) { g(error); }",
    "s.pipe(catchError((error) => of(fault(error))));",
  ])("pure code accepts %s", (text) => {
    expect(problems("operators/a.ts", text)).toEqual([]);
  });

  it("leaves the edges and tests alone", () => {
    for (const path of ["src/cli/a.ts", "models/runtime/a.ts", "operators/a.test.ts", "src/store/a.ts"]) {
      expect(problems(path, "const t = Date.now() + Math.random();"), path).toEqual([]);
    }
  });
});

describe("exports", () => {
  const problems = (text: string, user = "", path = "src/store/a.ts") =>
    exportProblems([
      { path, text },
      { path: "src/store/b.ts", text: user },
    ]);

  it.each([
    ["export const a = 1;", ""],
    ["export const a = 1;", 'import { b } from "./a.ts";'],
    ["export const a = 1;", 'import { a } from "./c.ts";'],
    ["export const a = 1; const c = a;", ""],
    ["export interface A { b: number }", ""],
    ["export type A = 1;", 'import { B as A } from "./a.ts";'],
    ["export class A {}", ""],
    ["export function a(): void {}", ""],
    ["export const { a, ...b } = c;", 'import { b } from "./a.ts";'],
    ["export default 1;", 'import { a } from "./a.ts";'],
    ["const a = 1; export { a as b };", 'import { a } from "./a.ts";'],
    ['export { b } from "../b.ts";', ""],
  ])("that nobody imports are refused: %s beside %s", (text, user) => {
    expect(problems(text, user)).toEqual([expect.stringMatching(/^src\/store\/a\.ts:1: nobody imports (a|A|b|default); do not export it/)]);
  });

  it.each([
    ["export const a = 1;", 'import { a } from "./a.ts";'],
    ["export const a = 1;", 'import { a as b } from "./a.ts";'],
    ["export type A = 1;", 'import type { A } from "./a.ts";'],
    ["export default 1;", 'import a from "./a.ts";'],
    ["export const a = 1;", 'import * as all from "./a.ts";'],
    ["export const a = 1;", 'export { a as default } from "./a.ts"; import { default as c } from "./b.ts";'],
    ["export const a = 1;", 'const { a } = await import("./a.ts");'],
    ["export type A = 1;", 'type B = import("./a.ts").A;'],
    ["const a = 1;", ""],
  ])("that somebody imports are accepted: %s beside %s", (text, user) => {
    expect(problems(text, user)).toEqual([]);
  });

  it("for users, and those that are found by other means, are accepted, and they alone", () => {
    expect(problems("export interface A {}", "", "models/signal/signalModule.ts")).toEqual([]);
    expect(problems("export default 1;", "", "examples/a.ts")).toEqual([]);
    expect(problems("export const a = 1;", "", "examples/a.ts")).toHaveLength(1);
    expect(problems("export const a = 1;", "", "src/lab/page/a.js")).toHaveLength(1);
    expect(problems("export const a: number;", "", "src/lab/page/a.d.ts")).toEqual([]);
  });
});

describe("tree", () => {
  const problems = (path: string, text: string) => treeProblems([{ path, text }]);
  const folders = ["work", "root", "home"].map((name) => `/${name}/`);

  it.each([
    ...folders.map((folder) => ["docs/a.md", `see ${folder}x`]),
    ...folders.map((folder) => ["a.sh", `${folder}x`]),
    ["package-lock.json", `"resolved": "https://registry.npm${"js"}.org/x"`],
    ["training/requirements.txt", `--index-url https://py${"pi"}.org/simple`],
    ["a.test.ts", `it.on${"ly"}("x", f);`],
    ["a.test.ts", `describe.ski${"p"}("x", f);`],
    ["a.test.ts", `it.concurrent.tod${"o"}("x");`],
    ["src/a.ts", "x\n".repeat(351)],
    ["training/a.py", "x\n".repeat(351)],
  ])("%s refuses %s", (path, text) => {
    expect(problems(path, text)).toHaveLength(1);
  });

  it.each([
    ["docs/a.md", "https://example.org/home/page and ./work/x and ~/work/x"],
    ["a.test.ts", "describe.skipIf(missing)('x', f); it.each([1])('y', f); list.skip(3);"],
    ["src/a.ts", "x\n".repeat(350)],
    ["src/a.test.ts", "x\n".repeat(2000)],
    ["docs/a.md", "x\n".repeat(2000)],
  ])("%s accepts %s", (path, text) => {
    expect(problems(path, text)).toEqual([]);
  });
});
