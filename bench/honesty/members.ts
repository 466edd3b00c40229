import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { signalCombine } from "../../models/trained/combine.ts";
import { rngOf } from "../../models/trained/fixtures/rng.ts";
import { linearPart } from "../../models/trained/linear.ts";
import { TrainedMember } from "../../models/trained/trainedMember.ts";
import { featureSet } from "../../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { schemaOf } from "../../src/store/models/schemaHash.ts";

const SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: [300_000, 900_000, 3_600_000] });
/** Features around 0 and about how large they are. */
const READ: Readonly<Record<string, number>> = {
  ...{ return_15: 1, return_60: 1, return_240: 1, return_480: 1, slope_60: 1, trend_t_240: 1 },
  ...{ rsi_14: 0.3, bollinger_position_20: 1.2, vwap_distance_60: 0.6, taker_imbalance_60: 0.1, obv_slope_60: 0.15, skew_60: 0.5 },
};
const COLUMNS = Object.keys(READ);
/** Uncalibrated: what is expected is about as large as what happens, so that the member acts nearly always. */
const SIDE = { intercept: 0, slope: 1, net: [-0.01, 0, 0.01], probability: [0.1, 0.4, 0.9] };
const CALIBRATION = { blocks: 4, long: SIDE, short: SIDE };
const GOLDEN_ROWS = 32;

const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");

/** Writes a linear member of L3 with random weights, trained on nothing, which expects of a short the opposite of what it expects of a long. */
export const writeRandomMember = (dir: string, name: string, seed: number): void => {
  const rng = rngOf(seed);
  const weights = COLUMNS.map(() => 0.0005 * rng.normal());
  const zeros = COLUMNS.map(() => 0);
  const model = {
    ...{ columns: COLUMNS.map((_, i) => i), mean: zeros, scale: COLUMNS.map((column) => 1 / (READ[column] as number)), clip: 5 },
    ...{ intercept: [0, 0], weights: [weights, weights.map((weight) => -weight)] },
  };
  const reads = { window: 1, columns: COLUMNS, beliefs: [], rule: false, masks: {}, upstreams: {} };
  const part = linearPart(model);
  const member = new TrainedMember({ ...reads, layer: "signal", name, batchRows: 64 }, [part], signalCombine([1], CALIBRATION));
  const input = Array.from({ length: GOLDEN_ROWS }, () => COLUMNS.map(() => Math.fround(rng.normal())));
  const said = new Float64Array(GOLDEN_ROWS * 6);
  member.answer(Float64Array.from(input.flat()), GOLDEN_ROWS, said);
  const golden = {
    input,
    raw: input.map((_, row) => Array.from(member.rawOf(row))),
    output: input.map((_, row) => Array.from(said.subarray(row * 6, row * 6 + 6))),
  };
  const files: Record<string, string> = {
    "golden.json": JSON.stringify(golden),
    "linear.json": JSON.stringify({ models: [model] }),
    "card.md": `# ${name}: random weights, trained on nothing\n`,
  };
  const training = {
    ...{
      datasetSha256: sha256(""),
      symbols: ["BTCUSDT"],
      fromMs: Date.UTC(2020, 0, 1),
      toMs: Date.UTC(2021, 0, 1),
      embargoMs: 0,
      everyBars: 15,
    },
    ...{ rows: 1, seed, labels: {}, roundTripCost: 0, recipe: "random weights", packages: {} },
  };
  const manifest = JSON.stringify({
    ...{ format: 1, layer: "signal", name, version: "1", ...reads },
    schemaSha256: (schemaOf(reads, SET) as { readonly sha256: string }).sha256,
    ...{ parts: [{ kind: "linear", models: [0] }], weights: [1], calibration: CALIBRATION, onnx: [] },
    files: Object.fromEntries(
      Object.entries(files).map(([file, text]) => [file, { bytes: Buffer.byteLength(text), sha256: sha256(text) }]),
    ),
    ...{ training, metrics: {}, verdict: null },
  });
  const folder = join(dir, "signal", name, "1");
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, "manifest.json"), manifest);
  writeFileSync(join(folder, "manifest.sha256"), `${sha256(manifest)}\n`);
};
