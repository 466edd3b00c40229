import { stat } from "node:fs/promises";
import type { HashedFile } from "./hashThread.ts";
import { hashThread } from "./hashThread.ts";

/** What tells one version of a file from the next: a file that is replaced, written to or cut has another. Undefined: there is no such file. */
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
 * SHA-256 of a file's bytes and the version that they are of, in the hash thread; the same version is hashed once in a process. Undefined:
 * there is no such file. Rejects with the system's error when it cannot be read, and when it changes each time that it is read.
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
