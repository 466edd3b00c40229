import { homedir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { shownArgument, shownPath } from "./shownPath.ts";

const [cwd, home] = [process.cwd(), homedir()];

it("shows of a path no more than its reader needs", () => {
  expect(shownPath("history")).toBe("history");
  expect(shownPath(join(cwd, "captures/a.jsonl.gz"))).toBe("captures/a.jsonl.gz");
  expect(shownPath(join(home, "data/a.jsonl.gz"))).toBe("~/data/a.jsonl.gz");
  expect(shownPath("/mnt/of-somebody/a.jsonl.gz")).toBe("…/a.jsonl.gz");
  expect(shownPath(`${cwd}-other/a.jsonl`)).toMatch(/^(…|~)\//);
});

it("keeps a command line that works", () => {
  expect(shownArgument("--from=2023-01-01")).toBe("--from=2023-01-01");
  expect(shownArgument(join(cwd, "history"))).toBe("history");
  expect(shownArgument(join(home, "x.json"))).toBe("~/x.json");
  expect(shownArgument("/mnt/of-somebody/a.jsonl.gz")).toBe("/mnt/of-somebody/a.jsonl.gz");
});
