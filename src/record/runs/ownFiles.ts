import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";
import { FILE_LIST } from "../../store/hashing/fileList.ts";
import { plainFile, requirePlain } from "../../store/plainFile.ts";
import { RUN_FILE, RUN_FILE_BEGINS } from "./runFile.ts";
import { writing } from "../../store/output/outputError.ts";

/** Files that a command leaves in its folder: how each of them begins, or the file that one belongs to. */
export type OwnFiles = Readonly<Record<string, RegExp | string>>;

const PAGE = /^<!doctype html>[^]*<title>[^<]* · Riposte<\/title>/;
const PARQUET = /^PAR1/;

/** Of a run, the same names as `RUN_FILES`. */
export const OWN_RUN_FILES: OwnFiles = {
  "report.html": PAGE,
  "summary.json": /^\{\s*"symbol": [^]*"decisionsSha256": /,
  "trades.csv": /^symbol,side,entryTimeMs,/,
  "fills.csv": /^timeMs,symbol,clientOrderId,/,
  "equity.csv": /^timeMs,equityUsdt,/,
  "shadow.csv": /^day,layer,champion,/,
  "decisions.jsonl": /^\{"timeMs":/,
  "decisions.parquet": "summary.json",
  [FILE_LIST]: "summary.json",
  [RUN_FILE]: RUN_FILE_BEGINS,
};

/** Of a sweep. */
export const OWN_SWEEP_FILES: OwnFiles = {
  "sweep.html": PAGE,
  "sweep.csv": /^[^\n]*sharpe,totalReturn,/,
  "sweep.json": /^\{\s*"name": [^]*"dataSha256": /,
  "sweep.beliefs": /^RIPOSTEB/,
  "sweep.test.beliefs": /^RIPOSTEB/,
  [RUN_FILE]: RUN_FILE_BEGINS,
};

const BEGINNING_BYTES = 1 << 14;

/**
 * Throws a `UserError` when a file of these names lies in a command's folder and is none of the program's: then it is somebody's own. So
 * it does for what is no plain file. An empty file is nobody's loss.
 */
export const requireOwnFiles = (outDir: string, own: OwnFiles): void => {
  for (const [name, begins] of Object.entries(own)) {
    const path = join(outDir, name);
    writing(path, () => {
      requirePlain(path, "move it away or choose another folder with --out");
      const isOurs = typeof begins === "string" ? existsSync(join(outDir, begins)) : beginsAs(path, begins);
      if (!isOurs && !isEmpty(path)) throw foreign(path);
    });
  }
};

/**
 * Throws a `UserError` when a file that is named for Parquet is somebody else's: it is neither empty nor Parquet, and not called so. What
 * links lead to counts.
 */
export const requireParquet = (path: string): void => {
  writing(path, () => {
    const file = plainFile(path, "name a file with --out");
    if (!file.endsWith(".parquet") && !beginsAs(file, PARQUET) && !isEmpty(file)) throw foreign(path);
  });
};

/** A file that the program is about to write for the first time, by what it knows. */
export const requireAbsent = (path: string): void => {
  if (existsSync(path)) throw foreign(path);
};

const foreign = (path: string): UserError =>
  new UserError(`cannot write ${path}: there is a file that Riposte did not write; move it away or choose another place with --out`);

const isEmpty = (path: string): boolean => (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;

const beginsAs = (path: string, begins: RegExp): boolean => {
  if (!existsSync(path)) return false;
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(BEGINNING_BYTES);
    return begins.test(bytes.toString("utf8", 0, readSync(file, bytes, 0, BEGINNING_BYTES, 0)));
  } finally {
    closeSync(file);
  }
};
