import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: (bytes: number) => void;
}

/** The public archive, near or far. Paths are those of the archive below `data/`, e.g. `spot/monthly/klines/…`. */
export interface ArchiveSource {
  /** For messages: a folder or a URL. */
  readonly label: string;
  /** A local copy lists what it has and is all there is; the network is asked file by file. */
  readonly local: boolean;
  /** Bytes of a file; undefined when the archive does not have it. */
  read(path: string, options?: ReadOptions): Promise<Uint8Array | undefined>;
  /** Names in a folder; empty when it does not exist or cannot be listed. */
  list(folder: string): Promise<readonly string[]>;
}

/** A local copy of the archive's layout, with or without the leading `data/`. Throws when there is no such folder. */
export const localArchive = async (folder: string): Promise<ArchiveSource> => {
  const top = await entries(folder);
  if (top === undefined)
    throw new UserError(`the archive folder ${folder} does not exist: give --archive the folder that holds futures/ or spot/`);
  const root = ["futures", "spot"].some((name) => top.includes(name)) || !top.includes("data") ? folder : join(folder, "data");
  if (!["futures", "spot"].some((name) => top.includes(name) || root !== folder))
    throw new UserError(`the archive folder ${folder} holds neither futures/ nor spot/: give --archive the folder that does`);
  return {
    label: folder,
    local: true,
    read: async (path) => {
      try {
        return await readFile(join(root, path));
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ENOENT" || code === "ENOTDIR") return undefined;
        throw new UserError(`cannot read ${join(root, path)}: ${code ?? String(error)}`);
      }
    },
    list: async (path) => (await entries(join(root, path))) ?? [],
  };
};

const entries = async (folder: string): Promise<readonly string[] | undefined> => {
  try {
    return await readdir(folder);
  } catch {
    return undefined; // not there, or no folder
  }
};

/** What `httpArchive` needs of an HTTP client: repeats are the client's affair, statuses come back as they are. */
type Get = (url: string, options: ReadOptions) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>;

/** The archive over HTTP; 404 is a file that is not there. */
export const httpArchive = (baseUrl: string, get: Get): ArchiveSource => {
  const base = baseUrl.replace(/\/+$/, "");
  return {
    label: base,
    local: false,
    read: async (path, options = {}) => {
      const url = `${base}/data/${path.split("/").map(encodeURIComponent).join("/")}`;
      const { status, bytes } = await get(url, options);
      if (status === 404) return undefined;
      if (status !== 200) throw new UserError(`cannot get ${url}: status ${status}; check --archive-url and your connection`);
      return bytes;
    },
    list: () => Promise.resolve([]),
  };
};
