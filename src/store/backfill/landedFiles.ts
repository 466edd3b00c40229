import type { BackfillKind } from "../../venues/binance/archive/archivePath.ts";

/** What a landed archive file was: its checksum tells whether the archive has replaced it since. */
export interface Landed {
  readonly sha256: string;
  readonly rows: number;
}

/** The archive files that have landed in a store, by path, and the days that REST gave. Kept in the store, so that they go with it. */
export interface LandedFiles {
  get(path: string): Landed | undefined;
  all(): ReadonlyMap<string, Landed>;
  /** Adds files, or forgets those that come without an entry, all in one step. */
  change(changes: Iterable<readonly [path: string, landed: Landed | undefined]>): Promise<void>;
}

/**
 * As what a file of this checksum is listed. Metrics whose labels were read by the date of the file stand there without the word, and come
 * again.
 */
export const landedAs = (kind: BackfillKind, sha256: string): string => (kind === "metrics" ? `${sha256} labels by rows` : sha256);
