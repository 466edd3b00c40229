import { checksumError, parseChecksum, sha256 } from "../archive/checksum.ts";
import type { ArchiveSource, ReadOptions } from "../archive/source.ts";
import type { FileUnit } from "./plan.ts";

/** A file whose bytes are those that the archive published. */
export interface FetchedFile {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
}

/** What came of one unit. */
export interface FetchedUnit {
  readonly unit: FileUnit;
  readonly files: readonly FetchedFile[];
  /** Files that had landed before, with the same checksum. */
  readonly skipped: readonly string[];
  /** End of what the found files cover; the unit's start when there are none. */
  readonly coveredToMs: number;
  /** Paths that the archive should have and has not. */
  readonly missing: readonly string[];
}

/** True when the file of this path and checksum is in the store already. */
export type HasLanded = (path: string, sha256: string, unit: FileUnit, fromMs: number, toMs: number) => Promise<boolean>;

/** Fetches the monthly file of a unit, or its days where there is no monthly one; verifies each checksum. */
export const fetchUnit = async (
  archive: ArchiveSource,
  unit: FileUnit,
  hasLanded: HasLanded,
  options: ReadOptions,
): Promise<FetchedUnit> => {
  const files: FetchedFile[] = [];
  const skipped: string[] = [];
  const missing: string[] = [];
  let coveredToMs = unit.fromMs;
  const take = async (path: string, fromMs: number, toMs: number): Promise<boolean> => {
    const found = await fetchFile(archive, path, (sum) => hasLanded(path, sum, unit, fromMs, toMs), options);
    if (found === undefined) return false;
    if (found === "landed") skipped.push(path);
    else files.push(found);
    coveredToMs = toMs;
    return true;
  };
  if (unit.monthly !== undefined) {
    if (await take(unit.monthly, unit.fromMs, unit.toMs)) return { unit, files, skipped, missing, coveredToMs };
    if (unit.daily.length === 0) missing.push(unit.monthly);
  }
  for (const day of unit.daily) {
    options.signal?.throwIfAborted();
    if (!(await take(day.path, day.fromMs, day.toMs))) missing.push(day.path);
  }
  // A whole month without a file is one gap, not thirty.
  if (unit.monthly !== undefined && missing.length > 0 && missing.length === unit.daily.length)
    return { unit, files, skipped, missing: [unit.monthly], coveredToMs };
  return { unit, files, skipped, missing, coveredToMs };
};

/**
 * One file with its checksum. The checksum file is small, so it is read first: what has landed is not downloaded
 * again. A mismatch is tried once more, since the two files may have been replaced between the two requests.
 */
const fetchFile = async (
  archive: ArchiveSource,
  path: string,
  hasLanded: (sum: string) => Promise<boolean>,
  options: ReadOptions,
): Promise<FetchedFile | "landed" | undefined> => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  for (let attempt = 1; ; attempt++) {
    const published = await archive.read(`${path}.CHECKSUM`, options.signal === undefined ? {} : { signal: options.signal });
    const expected = published === undefined ? undefined : parseChecksum(Buffer.from(published).toString("utf8"), name);
    if (expected !== undefined && (await hasLanded(expected))) return "landed";
    const bytes = await archive.read(path, options);
    if (bytes === undefined) return undefined;
    const found = sha256(bytes);
    if (expected === undefined || expected === found) {
      return expected === undefined && (await hasLanded(found)) ? "landed" : { path, name, sha256: found, bytes };
    }
    if (archive.local || attempt === 2) throw checksumError(name, expected, found);
  }
};
