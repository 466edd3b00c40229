import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

const POSITION = fileURLToPath(new URL("../../../models/position/positionModule.ts", import.meta.url));
const position = (decide: string, top = ""): string => `${top}import { positionModule } from "${POSITION}";
export default positionModule(() => ({ name: "mine", init: () => ({ n: 0 }), decide: (state, view, propose) => {
  ${decide}
} }));
`;
/** Only where it can never be reached does a run not find it. */
const NEVER = "if (state.n > 1e9)";

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("types");
  await mkdir(join(folder, "node_modules/plain"), { recursive: true });
  await writeFile(
    join(folder, "node_modules/plain/package.json"),
    '{ "name": "plain", "version": "1.0.0", "type": "module", "exports": "./index.js" }',
  );
  await writeFile(join(folder, "node_modules/plain/index.js"), "export const one = 1;");
});
afterAll(() => rm(folder, { recursive: true }));

const run = async (source: string, name = "mine.ts"): Promise<Ended> => {
  await writeFile(join(folder, name), source);
  const args = ["backtest", "--simulate", "--days", "0.5", "--regime", "none", "--pattern", "none", "--signal", "trend", "--out", "o"];
  return riposte([...args, "--position", `./${name}`], { cwd: folder, env: { XDG_CACHE_HOME: join(folder, "cache") } });
};
const passes = async (source: string, name?: string): Promise<void> => {
  const { code, stderr } = await run(source, name);
  expect(code, stderr).toBe(0);
};

describe("before the run, the compiler", { timeout: 120_000 }, () => {
  it("finds a property that is not there, with its line and the nearest, and leaves nothing", async () => {
    const ended = await run(position(`state.n += 1;\n  ${NEVER} propose.exit(String(view.bar.clsoe));`));
    expectRefusal(
      ended,
      1,
      /^riposte: module \.\/mine\.ts line 4: Property 'clsoe' does not exist on type 'BarView'\. Did you mean 'close'\? \(TS2551\); mend it, or leave the file unchecked with \/\/ @ts-nocheck in its first line$/,
    );
    expect(await namesIn(folder)).toEqual(["cache", "mine.ts", "node_modules"].filter((name) => name !== "cache"));
  });

  it("finds a value of another type, a missing field and an argument too many, also in a file that the module loads", async () => {
    await writeFile(join(folder, "helper.ts"), "export const lots: number = 1;\nexport const half = (qty: number): number => qty / 2;\n");
    await expect(run(position("const n: number = 'text';"))).resolves.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("line 3: Type 'string' is not assignable to type 'number' (TS2322)") as string,
    });
    expectRefusal(
      await run(position(`${NEVER} propose.enter({ direction: 1, qtyLots: 5 });`)),
      1,
      /line 3: Argument of type .* \(TS2345\)/,
    );
    expectRefusal(await run(position(`${NEVER} half("5");`, 'import { half } from "./helper.js"; ')), 1, /line 3: .* \(TS2345\)/);
    await writeFile(join(folder, "helper.ts"), "export const lots: number = 1;\nexport const half = (qty: number): string => qty / 2;\n");
    expectRefusal(await run(position("void half;", 'import { half } from "./helper"; ')), 1, /module \.\/helper\.ts line 2: .* \(TS2322\)/);
  });

  it("leaves to their authors what is untyped, strict, of Node, of a package, or marked", async () => {
    await passes(
      position(
        `let last = null; last = view.bar; const list = []; list.push(1); const map: Map<string, { x: number }> = new Map();
  void [process.env.HOME, console, structuredClone, new URL("file:///x"), import.meta.url, one, last, () => map.get("a").x];
  // @ts-expect-error: only a strict compiler says so
  const n: number = null;`,
        'import { one } from "plain"; ',
      ),
    );
    await passes(
      "export default () => ({ name: 'p', init: () => null, decide: (state, view) => { if (view.bar.close < 0) state.x.y; } });",
    );
    await passes(`// @ts-nocheck\n${position(`${NEVER} view.bar.clsoe;`)}`);
    await passes(`export default () => ({ name: "p", init: () => null, decide: () => { const n = 1; if (n > 2) n.x.y; } });`, "mine.mjs");
  });

  it("remembers what passed by the content of all files, and looks again when one of them changes", async () => {
    const cached = async (): Promise<number> => (await readdir(join(folder, "cache/riposte/types"))).length;
    await writeFile(join(folder, "helper.ts"), "export const half = (qty: number): number => qty / 2;\n");
    const source = position("void half(2);", 'import { half } from "./helper.ts"; ');
    await passes(source, "kept.ts");
    const before = await cached();
    await passes(source, "kept.ts");
    expect(await cached()).toBe(before);
    await writeFile(join(folder, "helper.ts"), "export const half = (qty: string): string => qty;\n");
    expectRefusal(await run(source, "kept.ts"), 1, /module \.\/kept\.ts line 3: Argument of type 'number' is not assignable/);
  });
});
