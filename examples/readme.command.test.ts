import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { riposteEach, scratchFolder } from "../test/cli/riposte.ts";
import type { Ended } from "../test/cli/riposte.ts";
import { exampleLines, pageModules, ROOT } from "../test/ownModules.ts";

/** The code of the pages is run as it stands, and so are the examples. */
const SHORT = ["--simulate", "--days", "30", "--json"];

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("readme");
});
afterAll(() => rm(folder, { recursive: true }));

/** More than a few trades, and no order that the venue refused. */
const expectTrades = ({ code, stdout, stderr }: Ended): void => {
  expect(code, stderr).toBe(0);
  const { trades, rejections } = JSON.parse(stdout) as { trades: number; rejections: readonly unknown[] };
  expect(trades).toBeGreaterThan(5);
  expect(rejections).toEqual([]);
};

describe("the README", () => {
  it("has a signal and a position module that run and trade, and so has the page on positions", { timeout: 60_000 }, async () => {
    const blocks = [...(await pageModules("README.md")), ...(await pageModules("docs/position.md"))];
    expect(blocks.map(({ option }) => option)).toEqual(["--signal", "--position", "--position"]);
    const cases = blocks.map(async ({ option, code }, index) => {
      await writeFile(join(folder, `mine${index}.ts`), code);
      return ["backtest", option, `./mine${index}.ts`, ...SHORT, "--out", `out${index}`];
    });
    for (const ended of await riposteEach(await Promise.all(cases), folder)) expectTrades(ended);
  });

  it("is one with the examples' page: every line there runs and trades", { timeout: 120_000 }, async () => {
    const page = await readFile(join(ROOT, "examples/README.md"), "utf8");
    const lines = await exampleLines();
    const named = new Set([...page.matchAll(/\]\((\w+\.(?:ts|json))\)/g)].map(([, file]) => file));
    const files = (await readdir(join(ROOT, "examples"))).filter((file) => /^(?!.*\.test\.ts$).*\.(ts|json)$/.test(file));
    expect([...named].sort()).toEqual(files.sort());
    const cases = lines.map((options, index) => ["backtest", ...options, ...SHORT, "--out", join(folder, `page${index}`)]);
    expect(cases.length).toBeGreaterThanOrEqual(6);
    for (const ended of await riposteEach(cases, ROOT)) expectTrades(ended);
  });
});
