import { stat } from "node:fs/promises";
import type { HashedFile } from "./hashThread.ts";
import { hashThread } from "./hashThread.ts";

/** Version of a file: it changes when the file is replaced, written to or cut. Undefined: there is no such file. */
export const fileVersion = async (path: string): Promise<string | undefined> => {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(":");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
};

/** Hashes of this process, by path: the newest version of each file. */
const known = new Map<string, Promise<HashedFile>>();

/**
 * SHA-256 of a file's bytes with the version that was hashed, computed in the hash thread. A version is hashed once in a process.
 * Undefined: there is no such file. Rejects with the system's error if it cannot be read, or changes during every read.
 */
export const fileHash = async (path: string): Promise<HashedFile | undefined> => {
  for (let attempt = 0; ; attempt++) {
    const version = await fileVersion(path);
    if (version === undefined) return undefined;
    const before = known.get(path);
    if (before !== undefined && (await before.catch(() => undefined))?.version === version) return before;
    const hashed = hashThread().file(path);
    known.set(path, hashed);
    try {
      return await hashed;
    } catch (error) {
      if (known.get(path) === hashed) known.delete(path);
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "EAGAIN" && code !== "ENOENT") throw error;
      if (attempt === 4) throw error;
    }
  }
};
