import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../../operators/features/table.ts";
import { featureSet } from "../../../operators/features/featureSet.ts";
import { filesOf, listed, regimeMember, writeFiles, SHIPPED_RULES } from "../../../test/trained/member.ts";
import { REGIME_NETWORK } from "../../../test/windowNetwork.ts";
import type { VerifiedMember } from "../../store/models/verifyMember.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import { networkOf } from "./networks.ts";
import { closeMembers, networkTroubles } from "./trained.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
const { model, golden, manifest: network } = REGIME_NETWORK;
const OF = { layer: "regime", member: "net@1" } as const;
const dir = mkdtempSync(join(tmpdir(), "riposte-networks-"));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

/** A member of L1 that is the network of the fixtures, with these golden numbers. */
const written = (raw: readonly (readonly number[])[], window = 32): void => {
  const drawn = regimeMember("net", network.columns, { rule: false, parts: [], weights: [1], calibration: { blocks: 4, temperature: 1 } });
  const { manifest, contents } = filesOf(drawn, SET);
  const goldens = JSON.stringify({ input: golden.input, raw, output: golden.output });
  const files = { "card.md": contents["card.md"] as string, "model.onnx": model, "golden.json": goldens };
  const parts = [{ kind: "network", file: "model.onnx" }];
  writeFiles(join(dir, "regime/net/1"), { ...manifest, window, parts, files: listed(files) }, files);
};
const verify = () => verifyMember(OF, { dir, set: SET, rules: SHIPPED_RULES, embedding: 0, networkOf });

it("a network speaks where its golden rows come out within 1e-5, and is asked about many rows at once", () => {
  written(golden.raw);
  expect(verify().member).toMatchObject({ name: "net@1", window: 32, batchRows: 4096 });
});

it("and is refused where they do not, or its window is another", () => {
  written(golden.raw.map((row, i) => (i === 3 ? row.map((value) => value + 2e-5) : row)));
  expect(verify).toThrow(/^regime member net@1: golden row 3, raw score 0 is /);
  written(golden.raw, 16);
  expect(verify).toThrow(/^regime member net@1: golden\.json: a row of input has 256 numbers, not 128$/);
});

it.runIf(process.platform === "linux")("leaves no thread behind: neither refused, nor closed", async () => {
  const threads = (): number => readdirSync("/proc/self/task").length;
  written(golden.raw);
  await closeMembers({ verified: [verify()] });
  const before = threads();
  for (let i = 0; i < 6; i += 1) await closeMembers({ verified: [verify()] });
  written(golden.raw.map((row) => row.map((value) => value + 1)));
  for (let i = 0; i < 6; i += 1) expect(verify).toThrow(/golden row 0/);
  // A thread that was told to end takes its time.
  for (let i = 0; i < 100 && threads() > before; i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(threads()).toBeLessThanOrEqual(before);
});

it("says in a line what went wrong in its thread, and nothing of others", () => {
  const of = { layer: "regime", member: "net@1" };
  const saying = (trouble: string) =>
    networkTroubles({ verified: [{ member: { trouble }, artefact: { of } } as unknown as VerifiedMember] });
  expect(saying("")).toEqual([]);
  expect(saying("no answer within 30000 ms; it is not asked any more")).toEqual([
    "The network of regime member net@1 failed, the last time with: no answer within 30000 ms; it is not asked any more.",
  ]);
});
