import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../../operators/features/table.ts";
import { featureSet } from "../../../operators/features/featureSet.ts";
import { filesOf, listed, regimeMember, writeFiles, SHIPPED_RULES } from "../../../test/trained/member.ts";
import { REGIME_NETWORK } from "../../../test/windowNetwork.ts";
import { verifyMember } from "../../store/models/verifyMember.ts";
import { networkOf } from "./networks.ts";

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
