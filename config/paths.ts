import type { z } from "zod";
import { didYouMean } from "../src/domain/nearestName.ts";
import { configSchema } from "./schema.ts";

type AnySchema = z.core.$ZodTypes;

/** What may stand at one path of the config. */
interface ConfigNode {
  readonly path: readonly string[];
  /** `object` has `children`; `record` takes any key and value (module options), or is a word in place of it. */
  readonly type: "object" | "record" | "array" | "string" | "number" | "boolean";
  readonly nullable: boolean;
  readonly children: ReadonlyMap<string, ConfigNode>;
}

const nodeOf = (schema: AnySchema, path: readonly string[], nullable = false): ConfigNode => {
  const { def } = schema._zod;
  const leaf = (type: ConfigNode["type"]): ConfigNode => ({ path, type, nullable, children: new Map() });
  switch (def.type) {
    case "default":
    case "prefault":
    case "optional":
      return nodeOf(def.innerType as AnySchema, path, nullable);
    case "nullable":
      return nodeOf(def.innerType as AnySchema, path, true);
    case "object":
      return {
        ...leaf("object"),
        children: new Map(Object.entries(def.shape).map(([key, child]) => [key, nodeOf(child as AnySchema, [...path, key])])),
      };
    case "record":
    case "array":
    case "string":
    case "number":
    case "boolean":
      return leaf(def.type);
    case "enum":
      return leaf("string");
    case "union":
      // A word, or words by name: what is no JSON is taken as the word.
      return leaf("record");
    default:
      throw new TypeError(`config/paths.ts does not know the schema type ${def.type} at ${path.join(".")}`);
  }
};

const configRoot: ConfigNode = nodeOf(configSchema, []);

/** The node at a path; inside a record every path exists and takes any JSON value. Undefined where there is none. */
export const nodeAt = (path: readonly string[]): ConfigNode | undefined => {
  let node = configRoot;
  for (const key of path) {
    if (node.type === "record") return { path, type: "record", nullable: true, children: new Map() };
    const child = node.children.get(key);
    if (child === undefined) return undefined;
    node = child;
  }
  return node;
};

/** Every node below the root, parents before children. */
export const allNodes = (node: ConfigNode = configRoot): ConfigNode[] =>
  [...node.children.values()].flatMap((child) => [child, ...allNodes(child)]);

/**
 * What to say of a key that does not exist below `parent`: the nearest sibling, or where that key does exist, or the
 * keys there are.
 */
export const unknownKey = (parent: readonly string[], key: string): string => {
  const dotted = [...parent, key].join(".");
  const siblings = [...(nodeAt(parent)?.children.keys() ?? [])];
  const known = didYouMean(key, siblings);
  if (known !== "") return `there is no key ${dotted}${known}`;
  const elsewhere = allNodes().find((node) => node.path.at(-1) === key);
  if (elsewhere !== undefined) return `there is no key ${dotted} (did you mean ${elsewhere.path.join(".")}?)`;
  const where = parent.length === 0 ? "keys" : `keys of ${parent.join(".")}`;
  return `there is no key ${dotted} (${where}: ${siblings.join(", ")})`;
};
