/** What a landed archive file was: its checksum tells whether the archive has replaced it since. */
export interface Landed {
  readonly sha256: string;
  readonly rows: number;
}

/** The archive files that have landed in a store, by path. Kept in the store, so that they go with it. */
export interface LandedFiles {
  get(path: string): Landed | undefined;
  all(): ReadonlyMap<string, Landed>;
  /** Adds files, or forgets those that come without an entry, all in one step. */
  change(changes: Iterable<readonly [path: string, landed: Landed | undefined]>): Promise<void>;
}
