import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { canonicalJson, servedIn, withoutPlace } from "../../../config/sha256.ts";
import { onnxVersion } from "../../../models/runtime/onnxLibrary.ts";
import type { BeliefIdentity } from "../../store/beliefs/beliefFile.ts";
import { sha256 } from "../../store/hashing/sha256.ts";
import type { LayerMembers } from "../members/layers.ts";
import { modulesOf } from "../members/moduleFiles.ts";
import { memberHashes } from "../members/trained.ts";
import { programVersion } from "../programVersion.ts";
import type { ComposedRun } from "./composeRun.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The code that beliefs come from; `src/store/models` wires parts and calibration … */
const PERCEIVING = ["operators", "models", "src/domain", "src/store/models", "src/pipeline.ts"];
/** … without what only acts on them. */
export const ACTING = /^(models\/position\/|operators\/(account|execute|position|riskGate)(\.ts$|\/))/;

/** Config keys that beliefs depend on; `line` has one more, which no result depends on. */
export const BELIEF_KEYS = [
  "symbols",
  "from",
  "to",
  "data",
  "simulate",
  "line",
  "features",
  "regime",
  "pattern",
  "signal",
  "models",
] as const;

type Perceived = Pick<ComposedRun, "config" | "data" | "warmUpBars"> & { readonly layers: Pick<LayerMembers, "trained"> };

/** Everything besides the events that beliefs depend on. `warmUpBars`: bars of history that are read to warm up. */
export const beliefIdentity = ({ config, data, warmUpBars, layers }: Perceived): BeliefIdentity => {
  const { symbols, from, to, simulate, features, regime, pattern, signal } = config;
  const source = data.seed === null ? "store" : "simulator";
  const warmUp = source === "store" && config.data.warmUp ? { warmUpBars } : {};
  const line = { timeframes: config.line.timeframes };
  const chosen = { symbols, from, to, source, data: withoutPlace(config.data), simulate };
  const perceiving = { ...chosen, line, features, regime, pattern, signal, ...servedIn(config.models), ...warmUp };
  return {
    perceiving,
    perceivingSha256: sha256(canonicalJson(perceiving)),
    modules: {
      ...modulesOf([...features.modules, regime.module, pattern.module, signal.module]),
      ...memberHashes(layers.trained),
      ...runtimeOf(layers.trained),
    },
    code: perceivingCode(),
    version: programVersion(),
    instruments: data.instruments,
    fromMs: data.fromMs,
    toMs: data.toMs,
  };
};

/** The library that runs networks, where a member is one: another version may end a sum otherwise. */
const runtimeOf = ({ verified }: LayerMembers["trained"]): Readonly<Record<string, string>> =>
  verified.some(({ artefact }) => artefact.manifest.parts.some(({ kind }) => kind === "network"))
    ? { "onnxruntime-node": onnxVersion() }
    : {};

/** The first thing in which two identities differ, as the rest of a sentence that begins with the file; undefined: none. */
export const identityDifference = (stored: BeliefIdentity, run: BeliefIdentity): string | undefined => {
  const key = differentKey(stored.perceiving, run.perceiving);
  if (key !== undefined) return `were made with ${key}`;
  const changed = Object.keys({ ...stored.modules, ...run.modules }).find((name) => stored.modules[name] !== run.modules[name]);
  if (changed !== undefined)
    return run.modules[changed] === undefined
      ? `were made with module ${changed}, and this run has none`
      : `were made before module ${changed} changed`;
  if (stored.version !== run.version) return `were made by version ${stored.version}, and this is ${run.version}`;
  if (stored.code !== run.code) return "were made by other code of the layers before L4";
  const rules = canonicalJson([stored.instruments, stored.fromMs, stored.toMs]) !== canonicalJson([run.instruments, run.fromMs, run.toMs]);
  return rules ? "are of another span or of other trading rules" : undefined;
};

/** `signal.options.fast = 10, and this run has 20`. */
const differentKey = (stored: unknown, run: unknown, path = ""): string | undefined => {
  if (isObject(stored) && isObject(run)) {
    for (const key of new Set([...Object.keys(stored), ...Object.keys(run)])) {
      const difference = differentKey(stored[key], run[key], path === "" ? key : `${path}.${key}`);
      if (difference !== undefined) return difference;
    }
    return undefined;
  }
  const [was, is] = [stored, run].map((value) => (value === undefined ? "nothing" : canonicalJson(value)));
  return was === is ? undefined : `${path} = ${was}, and this run has ${is}`;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Files of the program that beliefs come from, by their path in it, sorted. */
export const perceivingFiles = (): string[] =>
  PERCEIVING.flatMap((part) => (part.endsWith(".ts") ? [part] : filesIn(part)))
    .filter((path) => /\.(ts|cjs)$/.test(path) && !/\.test\.ts$|\/fixtures\//.test(path) && !ACTING.test(path))
    .sort();

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
  );

const perceivingCode = (): string => {
  const hash = createHash("sha256");
  for (const path of perceivingFiles()) hash.update(`${path}\n`).update(readFileSync(join(ROOT, path)));
  return hash.digest("hex");
};
