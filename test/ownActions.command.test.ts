import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { riposteEach, scratchFolder } from "./cli/riposte.ts";

const ROOT = join(import.meta.dirname, "..");
let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("own-actions");
});
afterAll(() => rm(folder, { recursive: true }));

/** The module of a page's example, as a user would copy it to a file in the root of the clone. */
const fileOf = async (page: string): Promise<string> => {
  const text = await readFile(join(ROOT, "docs", page), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(text)?.[1] ?? "";
  const file = join(folder, page.replace(".md", ".ts"));
  await writeFile(file, code.replaceAll('"./', `"${ROOT}/`));
  return file;
};

describe("signal and position modules of one's own, as the pages show them", () => {
  it("run and trade in the place of the shipped ones", { timeout: 120_000 }, async () => {
    const own = ["--signal", await fileOf("signal.md"), "--position", await fileOf("position.md")];
    const layers = ["--regime", "rule", "--pattern", "geometry"];
    const [run] = await riposteEach([["backtest", ...layers, ...own, "--simulate", "--days", "20", "--json", "--out", "out"]], folder);
    expect(run?.code, run?.stderr).toBe(0);
    expect((JSON.parse(run?.stdout ?? "") as { trades: number }).trades).toBeGreaterThan(5);
  });
});
