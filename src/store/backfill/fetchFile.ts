import { checksumError, parseChecksum } from "../archive/checksum.ts";
import { sha256 } from "../hashing/sha256.ts";
import type { ArchiveSource, ReadOptions } from "../archive/source.ts";

/** A file whose bytes are those that the archive published. */
export interface FetchedFile {
  readonly path: string;
  /** Name under which it lies in the archive. */
  readonly name: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
  /** False where the archive has no checksum of it. */
  readonly verified: boolean;
}

/** `landed`: the store has it already; undefined: the archive has not. */
export type Fetched = FetchedFile | "landed" | undefined;

/**
 * One file with its checksum. The checksum file is small, so it is read first: what has landed is not downloaded
 * again. A mismatch is tried once more, since the two files may have been replaced between the two requests.
 */
export const fetchFile = async (
  archive: ArchiveSource,
  path: string,
  hasLanded: (sum: string) => Promise<boolean>,
  options: ReadOptions,
): Promise<Fetched> => {
  const name = path.slice(path.lastIndexOf("/") + 1);
  for (let attempt = 1; ; attempt++) {
    const published = await archive.read(`${path}.CHECKSUM`, options.signal === undefined ? {} : { signal: options.signal });
    const expected = published === undefined ? undefined : parseChecksum(Buffer.from(published).toString("utf8"), name);
    if (expected !== undefined && (await hasLanded(expected))) return "landed";
    const bytes = await archive.read(path, options);
    if (bytes === undefined) return undefined;
    const found = sha256(bytes);
    if (expected === undefined && (await hasLanded(found))) return "landed";
    if (expected === undefined || expected === found)
      return { path, name: archive.nameOf(path), sha256: found, bytes, verified: expected !== undefined };
    if (archive.local || attempt === 2) throw checksumError(archive.nameOf(path), expected, found);
  }
};

/** Files fetched ahead of the one that is in work. */
const FETCH_AHEAD = 2;

/** What `fetchOne` gives of each item, in their order, a few under way at a time; the first error ends it. */
export async function* fetchAhead<T, R>(
  items: readonly T[],
  fetchOne: (item: T) => Promise<R>,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly [item: T, fetched: R]> {
  const ahead: Promise<R>[] = [];
  for (let at = 0; at < items.length; at++) {
    while (ahead.length <= FETCH_AHEAD && at + ahead.length < items.length) {
      const fetched = fetchOne(items[at + ahead.length] as T);
      fetched.catch(() => undefined); // thrown where it is awaited; those behind a failed one do not matter
      ahead.push(fetched);
    }
    const fetched = await (ahead.shift() as Promise<R>);
    signal?.throwIfAborted();
    yield [items[at] as T, fetched];
  }
}
