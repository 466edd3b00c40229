import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../domain/units.ts";
import { requirePlain } from "../plainFile.ts";
import type { Landed, LandedFiles } from "./landedFiles.ts";

const FILE = z.record(z.string(), z.strictObject({ sha256: z.string(), rows: z.number() }));

/** The archive files that have landed in a store, by path: `landed.json` in its root. Used under the store's write lock. */
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
      return new Manifest(path, new Map(Object.entries(FILE.parse(JSON.parse(await readFile(path, "utf8"))))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Manifest(path, new Map());
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

  async add(path: string, landed: Landed): Promise<void> {
    this.#landed.set(path, landed);
    const sorted = Object.fromEntries([...this.#landed].sort(([a], [b]) => (a < b ? -1 : 1)));
    await writeFile(`${this.#path}.tmp`, `${JSON.stringify(sorted, undefined, 1)}\n`);
    requirePlain(this.#path, "a store keeps plain files; put the file itself there");
    await rename(`${this.#path}.tmp`, this.#path);
  }
}
