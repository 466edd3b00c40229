import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";
import { fileHash } from "../../store/hashing/fileHash.ts";
import { FILE_LIST, parseFileList } from "../../store/hashing/fileList.ts";
import { readRunFile, RUN_FILE } from "./runFile.ts";
import { sealedDecisions } from "./runSeal.ts";
import { RUN_FILES } from "./staging.ts";

const AGAIN = "run the backtest again";

/** What the folder of a run holds, beside what was written. */
interface RunReport {
  readonly files: number;
  readonly decisionsSha256: string;
  readonly faults: readonly string[];
}

/**
 * Compares the files of a run's folder with `files.sha256`, and the decision hash that its summary states with the one that the list was
 * sealed with. Throws a `UserError` where there is no such list.
 */
export const verifyRun = async (folder: string): Promise<RunReport> => {
  const path = join(folder, FILE_LIST);
  if (!existsSync(path))
    throw new UserError(`${folder} has no ${FILE_LIST}, so there is nothing to compare it with: name the folder of a report, or ${AGAIN}`);
  const list = parseFileList(readFileSync(path, "utf8"));
  const decisionsSha256 = list === undefined ? undefined : sealedDecisions(list);
  if (list === undefined || decisionsSha256 === undefined) throw new UserError(`${path} is damaged, or none of a run: ${AGAIN}`);
  const faults: string[] = [];
  for (const [name, { sha256 }] of list.files) {
    const hashed = await fileHash(join(folder, name));
    if (hashed === undefined) faults.push(`${join(folder, name)} is gone; ${AGAIN}`);
    else if (hashed.sha256 !== sha256) faults.push(`${join(folder, name)} is not as it was written (SHA-256); ${AGAIN}`);
  }
  for (const name of RUN_FILES)
    if (name !== FILE_LIST && name !== RUN_FILE && !list.files.has(name) && existsSync(join(folder, name)))
      faults.push(`${join(folder, name)} was not written with this run; delete it, or ${AGAIN}`);
  if (faults.length === 0 && statedDecisions(folder) !== decisionsSha256)
    faults.push(`${join(folder, "summary.json")} states another decisionsSha256 than ${FILE_LIST} was sealed with; ${AGAIN}`);
  const stated = readRunFile(join(folder, RUN_FILE))?.hashes.decisions;
  if (stated !== undefined && stated !== decisionsSha256)
    faults.push(`${join(folder, RUN_FILE)} is that of another run than ${FILE_LIST}; delete it, or ${AGAIN}`);
  return { files: list.files.size, decisionsSha256, faults };
};

const statedDecisions = (folder: string): unknown =>
  (JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as { readonly decisionsSha256?: unknown }).decisionsSha256;
