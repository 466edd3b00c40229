import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { riposte, scratchFolder } from "../../test/cli/riposte.ts";
import { signalMember, writeMember } from "../../test/trained/member.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { featureSet } from "../../operators/features/featureSet.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
const IN_SAMPLE = { fromMs: Date.UTC(2022, 0, 1), toMs: Date.UTC(2023, 5, 1) };

let folder: string;
beforeAll(async () => {
  folder = await scratchFolder("sweepMembers");
});
afterAll(() => Promise.all([folder, `${folder}.state`].map((each) => rm(each, { recursive: true, force: true }))));

interface Document {
  readonly models: Readonly<Record<string, string>>;
  readonly inSample: readonly string[];
  readonly ledger: { readonly added: number; readonly known: number };
}
const sweep = async (member = "one@1"): Promise<Document> => {
  const data = [
    "--simulate",
    "--days",
    "2",
    "--set",
    "data.warmUp=false",
    "--set",
    "models.dir=models",
    "--set",
    `models.serve.signal=${member}`,
  ];
  const { stdout, stderr } = await riposte(
    ["sweep", ...data, "--set", "venue.slippageFraction=0,0.001", "--jobs", "1", "--out", "s", "--json"],
    { cwd: folder },
  );
  expect(stdout, stderr).not.toBe("");
  await rm(join(folder, "s"), { recursive: true });
  return JSON.parse(stdout) as Document;
};

it("a sweep names its trained members, says IN-SAMPLE, and counts another member of the same name as other trials", async () => {
  const write = (seed: number): string => writeMember(join(folder, "models"), signalMember("one", ["rsi_14"], { ...IN_SAMPLE, seed }), SET);
  const sha256 = write(1);
  const said = await sweep();
  expect(said.models).toEqual({ "signal/one@1": sha256 });
  expect(said.inSample).toEqual([expect.stringMatching(/^signal member one@1 serves from /)]);
  expect(said.ledger).toMatchObject({ added: 2, known: 0 });
  expect((await sweep()).ledger).toMatchObject({ added: 0, known: 2 });
  write(2);
  await riposte(["models", "promote", "signal=one@1", "--override", "a test", "--set", "models.dir=models"], { cwd: folder });
  expect((await sweep("promoted")).ledger).toMatchObject({ added: 2, known: 0 });
  const trials = (await readFile(join(`${folder}.state`, "riposte", "trials.jsonl"), "utf8")).trim().split("\n");
  // Who is promoted stands in the configs by name: they are those of the sweeps before.
  expect(new Set(trials.map((line) => (JSON.parse(line) as { configSha256: string }).configSha256)).size).toBe(2);
  expect(new Set(trials.map((line) => (JSON.parse(line) as Document).models["signal/one@1"])).size).toBe(2);
}, 180_000);
