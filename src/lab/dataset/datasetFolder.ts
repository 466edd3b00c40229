import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";
import { requireAbsent } from "../../record/runs/ownFiles.ts";
import { openStaging } from "../../record/runs/staging.ts";
import type { Staging } from "../../record/runs/staging.ts";

export const DATASET_JSON = "dataset.json";

/**
 * Opens the staging folder of a dataset: a dataset of the same schema in `outDir` is replaced on commit, its files of other months
 * and symbols too; whatever else lies there stays. Throws a `UserError` when `outDir` holds a dataset of another schema, or a file of
 * somebody else has the name of one.
 */
export const openDatasetFolder = (outDir: string, schemaSha256: string): Staging => {
  const earlier = earlierDataset(outDir);
  if (earlier !== null && earlier.schemaSha256 !== schemaSha256)
    throw new UserError(
      `--out ${outDir} holds a dataset of another schema (${earlier.schemaSha256.slice(0, 12)}, not ${schemaSha256.slice(0, 12)}): choose another folder or delete it`,
    );
  const own = [DATASET_JSON, ...(earlier?.files ?? [])];
  const staging = openStaging(outDir, own);
  return {
    ...staging,
    file: (name) => {
      if (!own.includes(name)) requireAbsent(join(outDir, name));
      return staging.file(name);
    },
  };
};

interface EarlierDataset {
  readonly schemaSha256: string;
  readonly files: readonly string[];
}

const earlierDataset = (outDir: string): EarlierDataset | null => {
  const path = join(outDir, DATASET_JSON);
  if (!existsSync(path)) return null;
  try {
    const found = JSON.parse(readFileSync(path, "utf8")) as { schemaSha256?: unknown; files?: unknown };
    const files = (found.files as { file: string }[]).map(({ file }) => file);
    // Plain names only: nothing outside the folder is ever removed.
    if (typeof found.schemaSha256 === "string" && files.every((file) => /^[^/\\.][^/\\]*\.(arrow|parquet)$/u.test(file)))
      return { schemaSha256: found.schemaSha256, files };
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new UserError(`--out ${outDir} holds a ${DATASET_JSON} that is none of a dataset: choose another folder or delete it`);
};
