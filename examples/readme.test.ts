import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { ROOT } from "../test/ownModules.ts";

/** That the README's code and the examples run is shown by `readme.command.test.ts`. */
it("the README names folders and pages that exist", async () => {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\(([^):]+)\)/g)].map(([, path = ""]) => path);
  const rooms = [...readme.matchAll(/^\| ((?:`[\w/]+\/`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) => cell.replaceAll("`", "").split(", "));
  expect(rooms.length).toBeGreaterThan(10);
  expect([...links, ...rooms].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
