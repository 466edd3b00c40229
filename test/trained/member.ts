import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FeatureSet } from "../../operators/features/featureSet.ts";
import { rngOf } from "../../models/trained/fixtures/rng.ts";
import type { DrawnForest } from "../../models/trained/fixtures/tree.ts";
import { drawTree, scoresOf, treesFile } from "../../models/trained/fixtures/tree.ts";
import type { LinearModel } from "../../models/trained/linear.ts";

type DrawnPart =
  "rule" | { readonly linear: readonly LinearModel[] } | { readonly forests: readonly DrawnForest[]; readonly library: string };

/** What a test's member is. Its folder is written from this, and its goldens are calculated from this by code of its own. */
export interface DrawnMember {
  readonly layer: "regime" | "signal";
  readonly name: string;
  readonly version: string;
  readonly columns: readonly string[];
  readonly beliefs: readonly ("regime" | "pattern")[];
  readonly rule: boolean;
  readonly masks: Readonly<Record<string, number>>;
  readonly upstreams: Readonly<Record<string, { readonly member: string; readonly sha256: string | null }>>;
  readonly parts: readonly DrawnPart[];
  readonly weights: readonly number[];
  readonly calibration: Readonly<Record<string, unknown>>;
  readonly fromMs: number;
  readonly toMs: number;
  readonly embargoMs: number;
  readonly verdict: "passed" | "failed" | null;
  /** Numbers in the embedding of L2. */
  readonly embedding: number;
  readonly seed: number;
}

const SIDE = { intercept: 0.0001, slope: 0.5, net: [-0.01, -0.001, 0.0005, 0.02], probability: [0.05, 0.2, 0.45, 0.8] };
const REST = {
  ...{ version: "1", beliefs: [], rule: false, masks: {}, upstreams: {}, embedding: 0, seed: 1, verdict: null },
  ...{ fromMs: Date.UTC(2022, 0, 1), toMs: Date.UTC(2022, 11, 31), embargoMs: 14_460_000 },
} as const;

/** The rules of a line without a config of its own. */
export const SHIPPED_RULES = {
  regime: { module: "rule", options: {} },
  pattern: { module: "geometry", options: {} },
  signal: { module: "byRegime", options: {} },
};

/** A forest of small trees over the first `inputs` numbers. */
const forestOf = (seed: number, inputs: number, { outputs = 1, trees = 12, leaves = 6 } = {}): DrawnForest => {
  const rng = rngOf(seed);
  const columns = Array.from({ length: inputs }, (_, i) => i);
  return {
    ...{ form: 0, scale: 1, columns, base: Array.from({ length: outputs }, () => rng.normal() / 100) },
    trees: Array.from({ length: trees }, (_, i) => ({ output: i % outputs, tree: drawTree(rng, leaves, inputs) })),
  };
};

const linearOf = (seed: number, inputs: number, outputs: number): LinearModel => {
  const rng = rngOf(seed);
  const numbers = (size: number): number[] => Array.from({ length: inputs }, () => size * rng.normal());
  return {
    ...{ columns: Array.from({ length: inputs }, (_, i) => i), mean: numbers(0.1), scale: numbers(2), clip: 5 },
    intercept: Array.from({ length: outputs }, () => rng.normal() / 1000),
    weights: Array.from({ length: outputs }, () => numbers(0.002)),
  };
};

/** A member of L3: two trees' forests and a linear model. */
export const signalMember = (name: string, columns: readonly string[], more: Partial<DrawnMember> = {}): DrawnMember => {
  const seed = more.seed ?? REST.seed;
  const n = columns.length;
  return {
    ...REST,
    ...{ layer: "signal", name, columns, weights: [0.25, 0.75], calibration: { blocks: 4, long: SIDE, short: { ...SIDE, slope: -0.4 } } },
    parts: [{ linear: [linearOf(seed, n, 2)] }, { forests: [forestOf(seed, n), forestOf(seed + 1, n)], library: "lightgbm" }],
    ...more,
  };
};

/** A member of L1: the rule, a forest and a linear model of seven outputs. */
export const regimeMember = (name: string, columns: readonly string[], more: Partial<DrawnMember> = {}): DrawnMember => {
  const seed = more.seed ?? REST.seed;
  const n = columns.length;
  return {
    ...REST,
    ...{ layer: "regime", name, columns, rule: true, weights: [0.2, 0.3, 0.5], calibration: { blocks: 4, temperature: 1.25 } },
    parts: ["rule", { forests: [forestOf(seed, n, { outputs: 7, trees: 28 })], library: "lightgbm" }, { linear: [linearOf(seed, n, 7)] }],
    ...more,
  };
};

/** What a member says of a row: raw scores and belief, straight from docs/models.md. */
export const saidOf = (member: DrawnMember, row: readonly number[]): { readonly raw: number[]; readonly output: number[] } => {
  const x = row.map(Math.fround);
  const byPart = member.parts.map((part): number[] => {
    if (part === "rule") return member.layer === "regime" ? x.slice(-7) : x.slice(-3, -1);
    return "linear" in part
      ? part.linear.flatMap((model) => linearScores(model, x))
      : part.forests.flatMap((forest) => scoresOf(forest, x));
  });
  return { raw: byPart.flat(), output: member.layer === "regime" ? regimeOf(member, byPart) : signalOf(member, byPart) };
};

const linearScores = ({ columns, mean, scale, clip, intercept, weights }: LinearModel, x: readonly number[]): number[] => {
  const z = columns.map((column, i) =>
    Math.min(clip, Math.max(-clip, ((x[column] as number) - (mean[i] as number)) * (scale[i] as number))),
  );
  return intercept.map((start, k) => z.reduce((sum, value, i) => sum + (weights[k]?.[i] as number) * value, start));
};

const softmax = (u: readonly number[]): number[] => {
  const most = Math.max(...u);
  const powers = u.map((each) => Math.exp(each - most));
  const sum = powers.reduce((all, each) => all + each, 0);
  return powers.map((each) => each / sum);
};

const regimeOf = ({ parts, weights, calibration }: DrawnMember, byPart: readonly (readonly number[])[]): number[] => {
  const p = byPart.map((raw, j) => (parts[j] === "rule" ? raw : softmax(raw)));
  const u = Array.from({ length: 7 }, (_, k) => weights.reduce((sum, w, j) => sum + w * Math.log(Math.max(p[j]?.[k] as number, 1e-12)), 0));
  return softmax(u.map((each) => each / (calibration["temperature"] as number)));
};

const signalOf = ({ weights, calibration }: DrawnMember, byPart: readonly (readonly number[])[]): number[] => {
  const [[netLong, a], [netShort, b]] = (["long", "short"] as const).map((side, k): [number, number] => {
    const { intercept, slope, net, probability } = calibration[side] as typeof SIDE;
    const said = intercept + slope * weights.reduce((sum, w, j) => sum + w * (byPart[j]?.[k] as number), 0);
    const at = net.findLastIndex((point) => point <= said);
    if (at < 0) return [said, probability[0] as number];
    if (at === net.length - 1) return [said, probability[at] as number];
    const [x0, x1, p0, p1] = [net[at], net[at + 1], probability[at], probability[at + 1]] as [number, number, number, number];
    return [said, p0 + (said - x0) * ((p1 - p0) / (x1 - x0))];
  }) as [[number, number], [number, number]];
  const three = a + b <= 1 ? [a, b, Math.max(0, 1 - a - b)] : [a / (a + b), b / (a + b), 0];
  return [...three, netLong, netShort, Math.max(a, b)];
};

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** The files of a member, its manifest as an object to be edited. */
export const filesOf = (member: DrawnMember, set: Pick<FeatureSet, "columns">) => {
  const forests = member.parts.flatMap((part) => (typeof part === "object" && "forests" in part ? part.forests : []));
  const models = member.parts.flatMap((part) => (typeof part === "object" && "linear" in part ? part.linear : []));
  const { beliefs, rule, layer, columns, embedding } = member;
  const extra = (beliefs.includes("regime") ? 7 : 0) + (beliefs.includes("pattern") ? 2 + embedding : 0);
  const rng = rngOf(member.seed + 77);
  const input = Array.from({ length: 40 }, () => {
    const ruleNumbers =
      layer === "regime"
        ? softmax(Array.from({ length: 7 }, () => rng.normal()))
        : [0.3, 0.2, 0.5, rng.normal() / 100, rng.normal() / 100, 0.4];
    return [...Array.from({ length: columns.length + extra }, () => rng.normal()), ...(rule ? ruleNumbers : [])].map(Math.fround);
  });
  const said = input.map((row) => saidOf(member, row));
  const contents: Record<string, string | Uint8Array> = {
    "golden.json": JSON.stringify({ input, raw: said.map(({ raw }) => raw), output: said.map(({ output }) => output) }),
    "card.md": `# ${layer} ${member.name}@${member.version}\n\nMade by a test.\n`,
    ...(forests.length === 0 ? {} : { "trees.bin": treesFile(forests) }),
    ...(models.length === 0 ? {} : { "linear.json": JSON.stringify({ models }) }),
  };
  return { manifest: structuredClone(manifestOf(member, set, contents)), contents };
};

/** Files as a manifest lists them. */
export const listed = (contents: Readonly<Record<string, string | Uint8Array>>): Record<string, { bytes: number; sha256: string }> =>
  Object.fromEntries(
    Object.entries(contents).map(([file, content]) => [file, { bytes: Buffer.byteLength(content), sha256: sha256(content) }]),
  );

const manifestOf = (member: DrawnMember, set: Pick<FeatureSet, "columns">, contents: Readonly<Record<string, string | Uint8Array>>) => {
  const { layer, name, version, columns, beliefs, rule, masks, upstreams, weights, calibration, fromMs, toMs, embargoMs, verdict } = member;
  let [linear, forest] = [0, 0];
  const formula = (column: string): string => set.columns.find((each) => each.name === column)?.formula ?? "none";
  return {
    ...{
      format: 1,
      layer,
      name,
      version,
      columns,
      beliefs,
      rule,
      masks,
      upstreams,
      window: 1,
      weights,
      calibration,
      verdict,
      onnx: [],
      metrics: {},
    },
    schemaSha256: sha256(JSON.stringify([...columns, ...Object.keys(masks)].map((column) => [column, formula(column)]))),
    parts: member.parts.map((part): object => {
      if (part === "rule") return { kind: "rule" };
      if ("linear" in part) return { kind: "linear", models: part.linear.map(() => linear++) };
      return { kind: "trees", library: part.library, forests: part.forests.map(() => forest++) };
    }),
    files: listed(contents),
    training: {
      ...{
        datasetSha256: sha256("dataset"),
        symbols: ["BTCUSDT"],
        fromMs,
        toMs,
        embargoMs,
        everyBars: 15,
        rows: 17_000,
        seed: member.seed,
      },
      ...{ labels: {}, roundTripCost: 0.001, recipe: "a test's", packages: {} },
    },
  };
};

/** Writes a member below `dir`, what was there removed; returns the hash of its manifest. */
export const writeMember = (dir: string, member: DrawnMember, set: Pick<FeatureSet, "columns">): string => {
  const { manifest, contents } = filesOf(member, set);
  const folder = join(dir, member.layer, member.name, member.version);
  rmSync(folder, { recursive: true, force: true });
  return writeFiles(folder, manifest, contents);
};

/** Writes files and a manifest as they are, with the manifest's hash. */
export const writeFiles = (folder: string, manifest: object, contents: Readonly<Record<string, string | Uint8Array>>): string => {
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of Object.entries(contents)) writeFileSync(join(folder, file), content);
  const text = JSON.stringify(manifest, null, 2);
  writeFileSync(join(folder, "manifest.json"), text);
  writeFileSync(join(folder, "manifest.sha256"), `${sha256(text)}\n`);
  return sha256(text);
};
