import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PatternFactory } from "../models/pattern/patternModule.ts";
import type { RegimeFactory } from "../models/regime/regimeModule.ts";
import { DEFAULT_MARKET, simulatedMarket } from "../streams/simulatedMarket.ts";
import { believed } from "./beliefScore.ts";
import { BTC } from "./items.ts";

const ROOT = join(import.meta.dirname, "..");
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-own-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** The module of a page's example, as a user would copy it to a file in the root of the clone. */
const exampleOf = async (page: string): Promise<unknown> => {
  const text = await readFile(join(ROOT, "docs", page), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  const file = join(folder, page.replace(".md", ".ts"));
  await writeFile(file, code.replaceAll('"./', `"${pathToFileURL(ROOT).href}/`));
  return ((await import(/* @vite-ignore */ file)) as { default: unknown }).default;
};

describe("modules of one's own, as the pages show them", () => {
  it("run on the line in the place of the shipped ones", async () => {
    const regime = (await exampleOf("regime.md")) as RegimeFactory;
    const pattern = (await exampleOf("pattern.md")) as PatternFactory;
    const said = await believed(simulatedMarket({ ...DEFAULT_MARKET, days: 2 }), BTC, regime({}), pattern({}));
    const [l1 = [], l2 = []] = [said.regime.at(-1), said.pattern.at(-1)];
    expect(said.regime.length).toBe(2 * 1440);
    expect(l1.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect((l1[0] as number) + (l1[4] as number)).toBeGreaterThan(0);
    expect(l2.length).toBe(3);
    expect((l2[0] as number) + (l2[1] as number)).toBeCloseTo(0.5, 12);
    expect(said.regime[0]).toEqual([]);
  });
});
