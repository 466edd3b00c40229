import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../domain/units.ts";
import { unreadable } from "../parquet/files/readText.ts";
import { requirePlain } from "../plainFile.ts";
import type { Landed, LandedFiles } from "./landedFiles.ts";

const FILES = z.record(z.string(), z.strictObject({ sha256: z.string(), rows: z.number() }));
const SEALED = z.strictObject({ sha256: z.string(), files: FILES });

/**
 * The archive files that have landed in a store, by path: `landed.json` in its root, with the SHA-256 of its own entries as they are
 * written (older versions wrote the entries alone). Used under the store's write lock.
 */
export class Manifest implements LandedFiles {
  readonly #path: string;
  readonly #landed: Map<string, Landed>;

  private constructor(path: string, landed: Map<string, Landed>) {
    this.#path = path;
    this.#landed = landed;
  }

  static async open(root: string): Promise<Manifest> {
    const path = join(root, "landed.json");
    try {
      return new Manifest(path, new Map(Object.entries(entriesIn(JSON.parse(await readFile(path, "utf8"))))));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT") return new Manifest(path, new Map());
      if (code !== undefined) throw unreadable(path, error);
      throw new UserError(
        `${path} is damaged: delete it and run again (every file is then imported anew, which changes nothing that is right)`,
      );
    }
  }

  get(path: string): Landed | undefined {
    return this.#landed.get(path);
  }

  all(): ReadonlyMap<string, Landed> {
    return this.#landed;
  }

  async change(changes: Iterable<readonly [path: string, landed: Landed | undefined]>): Promise<void> {
    for (const [path, landed] of changes) {
      if (landed === undefined) this.#landed.delete(path);
      else this.#landed.set(path, landed);
    }
    const files = Object.fromEntries([...this.#landed].sort(([a], [b]) => (a < b ? -1 : 1)));
    await writeFile(`${this.#path}.tmp`, `${JSON.stringify({ sha256: sealOf(files), files }, undefined, 1)}\n`);
    requirePlain(this.#path, "a store keeps plain files; put the file itself there");
    await rename(`${this.#path}.tmp`, this.#path);
  }
}

const sealOf = (files: Readonly<Record<string, Landed>>): string => {
  const hash = createHash("sha256");
  for (const [path, { sha256, rows }] of Object.entries(files)) hash.update(`${sha256} ${rows} ${path}\n`);
  return hash.digest("hex");
};

/** Throws where the entries are not those that were sealed. */
const entriesIn = (content: unknown): Readonly<Record<string, Landed>> => {
  const older = FILES.safeParse(content);
  if (older.success) return older.data;
  const { sha256, files } = SEALED.parse(content);
  if (sealOf(files) !== sha256) throw new Error("its entries are not those that were written");
  return files;
};
