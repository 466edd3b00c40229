import { readdirSync } from "node:fs";
import { join } from "node:path";
import { BELIEF_LAYERS } from "../../../models/serving.ts";
import type { MemberName } from "./memberName.ts";

/** Every folder that is a member's, or means to be: `<layer>/<name>/<version>` with a manifest; in the order of layers, names, versions. */
export const listMembers = (dir: string): MemberName[] =>
  BELIEF_LAYERS.flatMap((layer) =>
    foldersIn(join(dir, layer)).flatMap((name) =>
      foldersIn(join(dir, layer, name))
        .filter((version) => readdirSync(join(dir, layer, name, version)).includes("manifest.json"))
        .sort((a, b) => Number(a) - Number(b))
        .map((version) => ({ layer, member: `${name}@${version}` })),
    ),
  );

const foldersIn = (folder: string): string[] => {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
};
