import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

/** That the README's code and the examples run is shown by `readme.command.test.ts`. */
it("the README names folders and pages that exist", async () => {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const readme = await readFile(join(root, "README.md"), "utf8");
  const links = [...readme.matchAll(/\]\(([^):]+)\)/g)].map(([, path = ""]) => path);
  const rooms = [...readme.matchAll(/^\| ((?:`[\w/]+\/`(?:, )?)+) \|/gm)].flatMap(([, cell = ""]) => cell.replaceAll("`", "").split(", "));
  expect(rooms.length).toBeGreaterThan(10);
  expect([...links, ...rooms].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
