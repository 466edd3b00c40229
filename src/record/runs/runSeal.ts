import { createHash } from "node:crypto";
import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import type { FileList, ListedFile } from "../../store/hashing/fileList.ts";
import { FILE_LIST, fileListText } from "../../store/hashing/fileList.ts";
import { RUN_FILE } from "./runFile.ts";
import { openText } from "../../store/output/fileWriter.ts";
import type { Staging } from "./staging.ts";

const PLACE = "run, decisionsSha256 ";

/** The decision hash of the run whose files a list names; undefined: it is no run's. */
export const sealedDecisions = ({ place }: FileList): string | undefined =>
  place.startsWith(PLACE) ? place.slice(PLACE.length) : undefined;

/**
 * Lists everything in a staging folder with its hash, under the decision hash of the run (`files.sha256`, which `sha256sum -c` reads);
 * `run.json` is left out, because note and pin may change.
 */
export const sealRun = (staging: Staging, decisionsSha256: string): void => {
  const names = readdirSync(staging.dir).filter((name) => !name.startsWith(".") && name !== RUN_FILE);
  const files = new Map(names.map((name): [string, ListedFile] => [name, { sha256: sha256Of(join(staging.dir, name)) }]));
  const list = openText(staging.file(FILE_LIST), join(staging.outDir, FILE_LIST));
  list.write(fileListText({ place: `${PLACE}${decisionsSha256}`, files }));
  list.close();
};

const sha256Of = (path: string): string => {
  const hash = createHash("sha256");
  const part = Buffer.allocUnsafe(1 << 20);
  const file = openSync(path, "r");
  try {
    for (let bytes = readSync(file, part); bytes > 0; bytes = readSync(file, part)) hash.update(part.subarray(0, bytes));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
};
