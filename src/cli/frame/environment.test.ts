import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { environment } from "./environment.ts";

it("puts the process over .env, and takes only our names from the file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "riposte-env-"));
  const file = join(folder, ".env");
  await writeFile(file, '# ours\nRIPOSTE_NAME="from file"\nRIPOSTE_FROM=2023-01-01\nPATH=/nowhere\n');
  expect(environment({ RIPOSTE_NAME: "own", PATH: "/bin" }, file)).toEqual({
    RIPOSTE_NAME: "own",
    RIPOSTE_FROM: "2023-01-01",
    PATH: "/bin",
  });
  expect(environment({ PATH: "/bin" }, join(folder, "none"))).toEqual({ PATH: "/bin" });
  expect(environment({ PATH: "/bin" }, folder)).toEqual({ PATH: "/bin" });
  const notes: string[] = [];
  await writeFile(file, "RIPOSTE_NAME=a$b\nRIPOSTE_FROM='2023$'\nOTHER=$x\n");
  expect(environment({}, file, (line) => notes.push(line))).toEqual({ RIPOSTE_NAME: "a$b", RIPOSTE_FROM: "2023$" });
  expect(notes).toEqual([expect.stringMatching(/line 1: the \$ in RIPOSTE_NAME is taken as it stands; docker compose would replace it/)]);
  await rm(folder, { recursive: true });
});
