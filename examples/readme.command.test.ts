import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { riposteEach, scratchFolder } from "../test/cli/riposte.ts";

/** The README's code is run as it stands, and so are the examples. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(ROOT, "README.md"), "utf8");
const blocks = [...readme.matchAll(/<!-- run by examples\/readme\.command\.test\.ts: (--\w+) -->\n```ts\n(.*?)```/gs)];
const SHORT = ["--simulate", "--days", "30", "--json"];

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("readme");
});
afterAll(() => rm(folder, { recursive: true }));

describe("the README", () => {
  it("has a signal and a position module that run and trade", { timeout: 60_000 }, async () => {
    expect(blocks.map(([, option]) => option)).toEqual(["--signal", "--position"]);
    const cases = blocks.map(async ([, option = "", code = ""], index) => {
      // In the clone `./models/` is right there; here the file lies elsewhere.
      await writeFile(join(folder, `mine${index}.ts`), code.replaceAll('"./models/', `"${ROOT}models/`));
      return ["backtest", option, `./mine${index}.ts`, ...SHORT, "--out", `out${index}`];
    });
    for (const { code, stdout, stderr } of await riposteEach(await Promise.all(cases), folder)) {
      expect(code, stderr).toBe(0);
      expect((JSON.parse(stdout) as { trades: number }).trades).toBeGreaterThan(5);
    }
  });

  it("is one with the examples' page: every line there runs and trades", { timeout: 120_000 }, async () => {
    const page = await readFile(join(ROOT, "examples/README.md"), "utf8");
    const lines = [...page.matchAll(/^\|.*\| `npm run backtest -- ([^`]+)` \|$/gm)].map(([, options = ""]) => options.split(" "));
    const named = new Set([...page.matchAll(/\]\((\w+\.(?:ts|json))\)/g)].map(([, file]) => file));
    const files = (await readdir(join(ROOT, "examples"))).filter((file) => /^(?!.*\.test\.ts$).*\.(ts|json)$/.test(file));
    expect([...named].sort()).toEqual(files.sort());
    const cases = lines.map((options, index) => ["backtest", ...options, ...SHORT, "--out", join(folder, `page${index}`)]);
    expect(cases.length).toBeGreaterThanOrEqual(6);
    for (const { code, stdout, stderr } of await riposteEach(cases, ROOT)) {
      expect(code, stderr).toBe(0);
      expect((JSON.parse(stdout) as { trades: number }).trades).toBeGreaterThan(5);
    }
  });
});
