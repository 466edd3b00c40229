import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import { sha256 } from "../hashing/sha256.ts";
import type { Manifest } from "./manifest.ts";

/** Hash of names and formulas of what a member reads, as this program computes it; a name that is not there is returned as `missing`. */
export const schemaOf = (
  { columns, masks }: Pick<Manifest, "columns" | "masks">,
  set: Pick<FeatureSet, "columns">,
): { readonly sha256: string } | { readonly missing: string } => {
  const formulas = new Map(set.columns.map(({ name, formula }) => [name, formula]));
  const names = [...columns, ...Object.keys(masks)];
  const missing = names.find((name) => !formulas.has(name));
  return missing === undefined ? { sha256: sha256(JSON.stringify(names.map((name) => [name, formulas.get(name)]))) } : { missing };
};
