import { basename } from "node:path";
import { UserError } from "../../domain/units.ts";
import { hasChecksum } from "./checksum.ts";

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
}

/** The public archive, near or far. Paths are those of the archive below `data/`, e.g. `spot/monthly/klines/…`. */
export interface ArchiveSource {
  /** For messages: a folder or a URL. */
  readonly label: string;
  /** A local copy lists its files and has no others; the network is asked file by file. */
  readonly local: boolean;
  /** Bytes of a file; undefined when the archive does not have it. */
  read(path: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** The name under which a file lies there, for messages: a local copy may have renamed or unzipped it. */
  nameOf(path: string): string;
  /** Names in a folder; empty when it does not exist or cannot be listed. */
  list(folder: string): Promise<readonly string[]>;
  /** Files of a local copy that look like data and give nothing. */
  readonly unused: readonly string[];
}

/** What `httpArchive` needs of an HTTP client: repeats are the client's affair, statuses come back as they are. */
type Get = (
  url: string,
  options: ReadOptions & { readonly whole?: (bytes: Uint8Array) => boolean },
) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;

/** The archive over HTTP; 404 is a file that is not there. */
export const httpArchive = (baseUrl: string, get: Get): ArchiveSource => {
  const base = baseUrl.replace(/\/+$/, "");
  return {
    label: base,
    local: false,
    read: async (path, options = {}) => {
      const url = `${base}/data/${path.split("/").map(encodeURIComponent).join("/")}`;
      const { status, bytes } = await get(url, path.endsWith(".CHECKSUM") ? { ...options, whole: hasChecksum } : options);
      if (status === 404) return undefined;
      if (status !== 200) throw new UserError(`cannot get ${url}: status ${status}; check --archive-url and your connection`);
      return bytes;
    },
    nameOf: (path) => basename(path),
    list: () => Promise.resolve([]),
    unused: [],
  };
};
