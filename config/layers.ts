import { UserError } from "../src/domain/units.ts";
import { problemOf } from "./problems.ts";
import { allNodes, nodeAt, unknownKey } from "./paths.ts";
import { BETWEEN_SWAPS } from "./swaps.ts";
import { nearestName } from "../src/domain/nearestName.ts";

/** A part of a config with where it came from; `exitCode` is 2 when it was typed on the command line. */
export interface ConfigLayer {
  /** How messages name it: `config.json`, `--set line.burstEvents=0`, `RIPOSTE_FROM`. */
  readonly source: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly exitCode: 1 | 2;
}

/** Names with the prefix that are no config keys: read by the frame, the loader and the tests, and credentials. */
const RESERVED_VARIABLES = [
  "RIPOSTE_CONFIG",
  "RIPOSTE_PROFILE",
  "RIPOSTE_DEBUG",
  "RIPOSTE_SHARED",
  "RIPOSTE_PYTHON",
  "RIPOSTE_QUESTDB_USER",
  "RIPOSTE_QUESTDB_PASSWORD",
] as const;
const PREFIX = "RIPOSTE_";

/** `risk.day.maxLossFraction` ↔ `RIPOSTE_RISK_DAY_MAXLOSSFRACTION`: no key holds an underscore, so it is unambiguous. */
const variableOf = (path: readonly string[]): string => PREFIX + path.join("_").toUpperCase();

/**
 * A layer for every `RIPOSTE_…` variable that is set and not empty (compose files pass empty ones). A variable that names no
 * key is refused: a mistyped risk limit must not be ignored.
 */
export const environmentLayers = (env: Readonly<Record<string, string | undefined>>): ConfigLayer[] => {
  const pathByVariable = new Map(allNodes().map((node) => [variableOf(node.path), node.path]));
  const layers: ConfigLayer[] = [];
  // Sorted by name, so that RIPOSTE_RISK comes before RIPOSTE_RISK_DAY_MAXENTRIES whatever the shell's order.
  for (const name of Object.keys(env).sort()) {
    const text = env[name];
    if (!name.startsWith(PREFIX) || text === undefined || text === "" || (RESERVED_VARIABLES as readonly string[]).includes(name)) continue;
    const path = pathByVariable.get(name);
    if (path === undefined) {
      const nearest = nearestName(name, [...pathByVariable.keys(), ...RESERVED_VARIABLES]);
      const hint = nearest === undefined ? "unset it, or see .env.example for the names" : `did you mean ${nearest}?`;
      throw new UserError(`environment variable ${name} names no setting (${hint})`);
    }
    layers.push(layerOf(name, path, text, 1));
  }
  return layers;
};

/** The layer of one `--set key=value`. */
export const setLayer = (assignment: string): ConfigLayer => {
  const equals = assignment.indexOf("=");
  if (equals < 1) throw new UserError(`--set ${assignment}: give key=value, e.g. --set risk.day.maxLossFraction=0.01`, 2);
  return layerOf(`--set ${assignment}`, assignment.slice(0, equals).split("."), assignment.slice(equals + 1), 2);
};

/** A layer of one key whose value is still text: it is read as the type that the schema has at that path. */
export const layerOf = (source: string, path: readonly string[], text: string, exitCode: 1 | 2): ConfigLayer => {
  for (let depth = 1; depth <= path.length; depth++) {
    if (nodeAt(path.slice(0, depth)) === undefined) {
      throw new UserError(`${source}: ${unknownKey(path.slice(0, depth - 1), path[depth - 1] ?? "")}`, exitCode);
    }
  }
  return { source, values: nest(path, typed(path, text)), exitCode };
};

/** Puts a value at a path of an otherwise empty config. */
export const nest = (path: readonly string[], value: unknown): Record<string, unknown> =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Record<string, unknown>;

/** Throws a `UserError` that names the layer's source when the layer by itself is no valid partial config. */
export const checkLayer = (layer: ConfigLayer): void => {
  const problem = problemOf(layer.values);
  if (problem !== undefined) throw new UserError(`${layer.source}: ${problem}`, layer.exitCode);
};

/**
 * Lays `over` on `under`: objects key by key, everything else (arrays, null) whole. Options belong to the module they were
 * written for: a layer that names another module drops those beneath it.
 */
export const merge = (under: unknown, over: unknown): unknown => {
  if (!isObject(under) || !isObject(over)) return over;
  const anotherModule = typeof over["module"] === "string" && typeof under["module"] === "string" && over["module"] !== under["module"];
  const merged = new Map(Object.entries(under));
  if (anotherModule) merged.delete("options");
  for (const [key, value] of Object.entries(over)) merged.set(key, merge(merged.get(key), value));
  return Object.fromEntries(merged);
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

/** Text that does not fit its type is kept as text: the schema then refuses it with the right message. */
const typed = (path: readonly string[], text: string): unknown => {
  const node = nodeAt(path);
  if (node === undefined) return text;
  if (node.nullable && text === "null") return null;
  switch (node.type) {
    case "string":
      return text;
    case "number":
      return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
    case "boolean":
      return text === "true" ? true : text === "false" ? false : text;
    case "array":
      return text.startsWith("[")
        ? json(text)
        : text === ""
          ? []
          : text.split(path.join(".") === "models.swaps" ? BETWEEN_SWAPS : ",").map((part) => part.trim());
    case "object":
    case "record":
      return json(text);
  }
};

const json = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
};
