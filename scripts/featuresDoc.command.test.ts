import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { riposteEach, scratchFolder } from "../test/cli/riposte.ts";

const doc = await readFile(new URL("../docs/features.md", import.meta.url), "utf8");

it("docs/features.md has a family of one's own that runs as it stands", { timeout: 60_000 }, async () => {
  const code = /```ts\n(.*?)```/s.exec(doc)?.[1] ?? "";
  const folder = await scratchFolder("features-doc");
  await writeFile(join(folder, "myFeatures.ts"), code);
  const asked = ["features", "--set", "features.modules=./myFeatures.ts", "--set", "features.columns=open_gap"];
  const [ended] = await riposteEach([[...asked, "--simulate", "--days", "2", "--out", "f.parquet", "--json"]], folder);
  expect([ended?.code, ended?.stderr]).toEqual([0, expect.any(String)]);
  expect(JSON.parse(ended?.stdout ?? "")).toMatchObject({ rows: 2880, columns: ["open_gap"] });
  await rm(folder, { recursive: true });
});
