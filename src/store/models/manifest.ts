import { z } from "zod";

/** `manifest.json` of a trained member (docs/models.md). Strict: a key that nobody reads is a mistake. */

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits");
const name = z.string().min(1).max(200);
const finite = z.number();
const timeMs = z.int().gte(0);
const indexes = z.array(z.int().gte(0)).min(1).max(64);

const part = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("rule") }),
  z.strictObject({ kind: z.literal("linear"), models: indexes }),
  z.strictObject({ kind: z.literal("trees"), library: name, forests: indexes }),
  z.strictObject({ kind: z.literal("network"), file: name }),
]);

const blocks = z.int().gte(0).lte(10_000);
const rising = z
  .array(finite)
  .min(1)
  .max(4096)
  .refine((points) => points.every((point, i) => i === 0 || point > (points[i - 1] as number)), "must rise strictly");
const probability = z
  .array(z.number().gte(0).lte(1))
  .min(1)
  .max(4096)
  .refine((points) => points.every((point, i) => i === 0 || point >= (points[i - 1] as number)), "must never fall");
const side = z
  .strictObject({ intercept: finite, slope: finite, net: rising, probability })
  .refine((points) => points.net.length === points.probability.length, "must have as many probabilities as net returns");
const regimeCalibration = z.strictObject({ blocks, temperature: z.number().gt(0).lte(1000) });
const signalCalibration = z.strictObject({ blocks, long: side, short: side });

const upstream = z.strictObject({ member: name, sha256: sha256.nullable() });
const training = z
  .strictObject({
    datasetSha256: sha256,
    symbols: z.array(name).min(1),
    fromMs: timeMs,
    toMs: timeMs,
    embargoMs: timeMs,
    everyBars: z.int().gte(1),
    rows: z.int().gte(1),
    seed: z.int().gte(0),
    labels: z.record(z.string(), z.unknown()),
    roundTripCost: z.number().gte(0).lt(1).nullable(),
    recipe: z.string(),
    packages: z.record(z.string(), z.string()),
  })
  .refine(({ fromMs, toMs }) => toMs > fromMs, "must end after it begins");

const shape = {
  format: z.literal(1),
  name,
  version: z.string(),
  columns: z
    .array(name)
    .max(4096)
    .refine((names) => new Set(names).size === names.length, "must not name a column twice"),
  beliefs: z.array(z.enum(["regime", "pattern"])).refine((names) => new Set(names).size === names.length, "must not name a layer twice"),
  rule: z.boolean(),
  masks: z.record(z.string().regex(/^mask_/, "must be the name of a mask"), finite),
  schemaSha256: sha256,
  upstreams: z.strictObject({ regime: upstream.optional(), pattern: upstream.optional() }),
  window: z.int().gte(1).lte(4096),
  parts: z.array(part).min(1).max(64),
  weights: z.array(z.number().gte(0).lte(1)),
  onnx: z.array(z.strictObject({ file: name, raw: z.array(z.int().gte(0)) })),
  files: z.record(z.string(), z.strictObject({ bytes: z.int().gte(0).lte(500_000), sha256 })),
  training,
  metrics: z.record(z.string(), z.unknown()),
  verdict: z.enum(["passed", "failed"]).nullable(),
};

export const manifestSchema = z
  .discriminatedUnion(
    "layer",
    [
      z.strictObject({ layer: z.literal("regime"), ...shape, calibration: regimeCalibration }),
      z.strictObject({ layer: z.literal("signal"), ...shape, calibration: signalCalibration }),
    ],
    { error: "must be regime or signal: this version serves no other layer from a folder" },
  )
  .refine(({ parts, weights }) => parts.length === weights.length, "must have a weight a part")
  .refine(({ weights }) => Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-9, "must have weights of sum 1")
  .refine(({ parts, rule }) => rule || parts.every(({ kind }) => kind !== "rule"), "must read the rule that is one of its parts")
  .refine(
    ({ parts, window }) => window === 1 || parts.every(({ kind }) => kind === "network" || kind === "rule"),
    "must have a window of 1 for trees and linear models",
  )
  .refine(({ layer, beliefs, upstreams }) => layer !== "regime" || (beliefs.length === 0 && Object.keys(upstreams).length === 0), {
    message: "must stand behind no layer: there is none before regime",
  })
  .refine(
    ({ beliefs, upstreams }) => beliefs.every((layer) => upstreams[layer] !== undefined),
    "must name the upstream of each layer it reads",
  );

export type Manifest = z.output<typeof manifestSchema>;

/** `golden.json`: inputs and what must come out of them. */
export const goldenSchema = z.strictObject({
  input: z.array(z.array(finite)).min(32).max(4096),
  raw: z.array(z.array(finite)),
  output: z.array(z.array(finite)),
});

/** `linear.json`. */
export const linearSchema = z.strictObject({
  models: z
    .array(
      z.strictObject({
        columns: z.array(z.int().gte(0)).min(1),
        mean: z.array(finite),
        scale: z.array(finite),
        clip: z.number().gt(0),
        intercept: z.array(finite).min(1),
        weights: z.array(z.array(finite)),
      }),
    )
    .min(1),
});

/** What is wrong with a JSON text, in one line; else its content. */
export const parsed = <T>(schema: z.ZodType<T>, text: string): { readonly value: T } | { readonly problem: string } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: "is not JSON" };
  }
  const result = schema.safeParse(json);
  if (result.success) return { value: result.data };
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  return { problem: `${path === "" ? "" : `${path} `}${(issue?.message ?? "does not fit").replace(/^Invalid input: /, "")}` };
};
