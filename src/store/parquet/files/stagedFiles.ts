import { rename, writeFile } from "node:fs/promises";
import { fileHash } from "../../hashing/fileHash.ts";
import type { FileFacts, ListedFile } from "../../hashing/fileList.ts";
import { FILE_LIST, fileListText } from "../../hashing/fileList.ts";
import { InvariantError } from "../../../domain/units.ts";
import type { Staging } from "../staging.ts";
import type { StoredFiles } from "./storedFiles.ts";

/** The files of one write, and the lists that name them: they are staged together, the lists last, so that a list never runs ahead. */
export class StagedFiles {
  readonly #staging: Staging;
  readonly #files: StoredFiles;
  /** By folder and name; undefined: its list will no longer name it. */
  readonly #changed = new Map<string, Map<string, ListedFile | undefined>>();

  constructor(staging: Staging, files: StoredFiles) {
    this.#staging = staging;
    this.#files = files;
  }

  /** Stages a file that `write` writes to the path it is given; `facts` of a table's file. */
  async add(folder: string, name: string, write: (path: string) => Promise<void>, facts?: FileFacts): Promise<void> {
    const path = this.#staging.stage(`${folder}/${name}`);
    await write(path);
    const hashed = await fileHash(path);
    if (hashed === undefined) throw new InvariantError(`${path} was not written`);
    this.#change(folder, name, { sha256: hashed.sha256, ...(facts === undefined ? {} : { facts }) });
  }

  /** Takes a file into its list as it lies there. */
  adopt(folder: string, name: string, listed: ListedFile): void {
    this.#change(folder, name, listed);
  }

  /** Stages the end of a file. */
  remove(folder: string, name: string): void {
    this.#staging.remove(`${folder}/${name}`);
    this.#change(folder, name, undefined);
  }

  /** Takes a file that is gone off its list. */
  forget(folder: string, name: string): void {
    this.#change(folder, name, undefined);
  }

  /** Takes files that are damaged or gone off their list; one that is there keeps its bytes under another name, `….damaged`. */
  async setAside(folder: string, names: readonly string[]): Promise<void> {
    for (const name of names) {
      const path = this.#files.path(folder, name);
      await rename(path, `${path}.damaged`).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // gone already
      });
      this.#change(folder, name, undefined);
    }
  }

  /** Stages the list of every folder with a new file: the files that it named before, or that lay there without a list, and the new ones. */
  async stageLists(): Promise<void> {
    for (const [folder, changed] of this.#changed) {
      const { held } = await this.#files.survey(folder, isData);
      const files = new Map(held.map(({ name, listed }) => [name, listed]));
      for (const [name, listed] of changed)
        if (listed === undefined) files.delete(name);
        else files.set(name, listed);
      await writeFile(this.#staging.stage(`${folder}/${FILE_LIST}`), fileListText({ place: folder, files }));
    }
  }

  #change(folder: string, name: string, listed: ListedFile | undefined): void {
    const changed = this.#changed.get(folder) ?? new Map<string, ListedFile | undefined>();
    this.#changed.set(folder, changed.set(name, listed));
  }
}

/** What of a folder belongs to the store. */
const isData = (name: string): boolean => /\.(?:parquet|json)$/.test(name);
