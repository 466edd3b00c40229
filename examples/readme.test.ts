import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { riposteEach, scratchFolder } from "../test/cli/riposte.ts";

/** The README's code is run as it stands, and so are the examples. */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const readme = await readFile(join(ROOT, "README.md"), "utf8");
const blocks = [...readme.matchAll(/<!-- run by examples\/readme\.test\.ts: (--\w+) -->\n```ts\n(.*?)```/gs)];
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
    const shipped = ["emaCross", "breakout"].map((name) => [
      "backtest",
      "--config",
      join(ROOT, `examples/${name}.json`),
      ...SHORT,
      "--out",
      join(folder, name),
    ]);
    const [own, examples] = await Promise.all([riposteEach(await Promise.all(cases), folder), riposteEach(shipped, ROOT)]);
    for (const { code, stdout, stderr } of [...own, ...examples]) {
      expect(code, stderr).toBe(0);
      expect((JSON.parse(stdout) as { trades: number }).trades).toBeGreaterThan(5);
    }
  });

  it("names folders and pages that exist", () => {
    const links = [...readme.matchAll(/\]\(([^):]+)\)/g)].map(([, path = ""]) => path);
    const rooms = [...readme.matchAll(/^\| ((?:`[\w/]+\/`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) =>
      cell.replaceAll("`", "").split(", "),
    );
    expect(rooms.length).toBeGreaterThan(10);
    expect([...links, ...rooms].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
