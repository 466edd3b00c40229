import { join } from "node:path";
import { UserError } from "../../../domain/units.ts";
import { fileHash, fileVersion } from "../../hashing/fileHash.ts";
import type { FileList, ListedFile } from "../../hashing/fileList.ts";
import { FILE_LIST, parseFileList } from "../../hashing/fileList.ts";
import { names } from "../layout.ts";
import { pendingFile } from "../staging.ts";
import { readText, unreadable } from "./readText.ts";

/** A file that a folder of the store has, or should have. */
export interface StoredFile {
  readonly name: string;
  /** Absent: one that a list names and that is gone. */
  readonly there: boolean;
  readonly listed: ListedFile;
}

/** A file whose bytes are those that were written, as far as a list knows them. */
export interface CheckedFile {
  readonly name: string;
  readonly listed: ListedFile;
  /** Of the bytes that were checked (`fileVersion`). */
  readonly version: string;
}

/** What a store of an older version knows of a file. */
const UNHASHED: ListedFile = { sha256: null };
const ATTEMPTS = 5;

/**
 * The files of a store and what its lists say of them. Every folder with files has a list of their hashes (`fileList.ts`), which is
 * written in the same commit as the files; a folder of an older version has none, and its files are taken as they are. Where a writer is
 * between two renames of its commit, or one crashed there, the list that it has still to rename counts as well. Folders and names are
 * relative to the root, with `/`.
 */
export class StoredFiles {
  readonly #root: string;
  readonly #shown: string;
  /** Options that make a command use this store: `--data history`. */
  readonly options: string;
  readonly #lists = new Map<string, { readonly version: string | undefined; readonly list: Promise<FileList | undefined> }>();

  /** `shown`: the root as messages name it. */
  constructor(root: string, shown: string, options: string) {
    this.#root = root;
    this.#shown = shown;
    this.options = options;
  }

  path(folder: string, name: string): string {
    return join(this.#root, folder, name);
  }

  /** Names the file of a message. */
  shown(folder: string, name: string): string {
    return join(this.#shown, folder, name);
  }

  /** The list of a folder as it is now; undefined where there is none. A damaged one is a `UserError`. */
  async list(folder: string): Promise<FileList | undefined> {
    const version = await fileVersion(this.path(folder, FILE_LIST));
    const known = this.#lists.get(folder);
    if (known !== undefined && known.version === version) return known.list;
    const list = version === undefined ? Promise.resolve(undefined) : this.#read(this.path(folder, FILE_LIST), folder);
    this.#lists.set(folder, { version, list });
    return list;
  }

  /**
   * Files of a folder whose names match, ascending: all that the list names, existing or not; without a list, all that exist. A file that
   * the list does not name is a `UserError`, because another program has put it there.
   */
  async held(folder: string, matches: (name: string) => boolean): Promise<readonly StoredFile[]> {
    const { held, foreign } = await this.survey(folder, matches);
    if (foreign[0] !== undefined) throw this.foreign(folder, foreign[0]);
    return held;
  }

  /** The same, with the names of foreign files apart. */
  async survey(
    folder: string,
    matches: (name: string) => boolean,
  ): Promise<{ readonly held: readonly StoredFile[]; readonly foreign: readonly string[] }> {
    for (let attempt = 1; ; attempt++) {
      const there = new Set((await names(join(this.#root, folder))).filter(matches));
      const lists = (attempt === 1 ? [await this.list(folder)] : await this.#lastLists(folder)).filter((list) => list !== undefined);
      const listed = new Map<string, ListedFile>(lists.length === 0 ? [...there].map((name) => [name, UNHASHED]) : []);
      for (const { files } of lists.reverse()) for (const [name, file] of files) if (matches(name)) listed.set(name, file);
      const foreign = [...there].filter((name) => !listed.has(name)).sort();
      if (foreign.length > 0 && attempt < ATTEMPTS) continue;
      const held = [...listed].map(([name, file]) => ({ name, there: there.has(name), listed: file }));
      return { held: held.sort((a, b) => (a.name < b.name ? -1 : 1)), foreign };
    }
  }

  foreign(folder: string, name: string): UserError {
    return new UserError(
      `${this.shown(folder, name)} was not written by Riposte: ${FILE_LIST} beside it does not name it; delete it, or take it in with riposte verify --adopt ${this.options}`,
    );
  }

  /** Compares a file's bytes with its hash. Damaged or gone, it is a `UserError` that ends with `remedy`. */
  async check(folder: string, name: string, remedy: string): Promise<CheckedFile> {
    const path = this.path(folder, name);
    let last: string | undefined;
    for (let attempt = 1; ; attempt++) {
      const first = attempt === 1 ? [await this.list(folder)] : undefined;
      if (first?.[0]?.files.get(name)?.sha256 === null || (first !== undefined && first[0] === undefined)) {
        const version = await fileVersion(path);
        if (version !== undefined) return { name, version, listed: UNHASHED };
      }
      const hashed = await this.#hash(path, remedy);
      const lists = first ?? (await this.#lastLists(folder));
      const entries = lists.flatMap((list) => list?.files.get(name) ?? []);
      const listed = entries.find(({ sha256 }) => hashed !== undefined && (sha256 === null || sha256 === hashed.sha256));
      if (hashed !== undefined && listed !== undefined) return { name, version: hashed.version, listed };
      if (attempt > 1 && (hashed?.version === last || attempt === ATTEMPTS)) throw this.#bad(folder, name, hashed !== undefined, remedy);
      last = hashed?.version;
    }
  }

  /** Text of a file whose bytes were checked; undefined when the folder has none of this name. */
  async text(folder: string, name: string, remedy: string): Promise<string | undefined> {
    const list = await this.list(folder);
    if (list?.files.has(name) !== true) {
      if ((await fileVersion(this.path(folder, name))) === undefined) return undefined;
      if (list !== undefined) await this.held(folder, (other) => other === name);
    }
    for (;;) {
      const checked = await this.check(folder, name, remedy);
      const text = await readText(this.path(folder, name));
      if (text !== undefined && !(await this.replaced(folder, checked))) return text;
    }
  }

  /** Whether a file that was checked has been replaced since. */
  async replaced(folder: string, { name, version }: CheckedFile): Promise<boolean> {
    return (await fileVersion(this.path(folder, name))) !== version;
  }

  async #hash(path: string, remedy: string): ReturnType<typeof fileHash> {
    try {
      return await fileHash(path);
    } catch (error) {
      const refused = unreadable(path, error);
      throw refused instanceof UserError ? new UserError(`${refused.message}, or ${remedy}`) : refused;
    }
  }

  #bad(folder: string, name: string, there: boolean, remedy: string): UserError {
    const file = this.shown(folder, name);
    if (!there)
      return new UserError(
        `the history file ${file} is gone, though ${FILE_LIST} beside it names it; ${remedy.replace(/^delete it and /, "")}, or leave it out from now on with riposte verify --adopt ${this.options}`,
      );
    return new UserError(`the history file ${file} is damaged: its bytes are not those that were written (SHA-256); ${remedy}`);
  }

  /** What a commit under way is about to make of the list, then the list: read in the order in which a writer works backwards. */
  async #lastLists(folder: string): Promise<readonly (FileList | undefined)[]> {
    const pending = await pendingFile(this.#root, `${folder}/${FILE_LIST}`);
    const list = pending === undefined ? undefined : await this.#read(pending, folder);
    return [list, await this.list(folder)];
  }

  async #read(path: string, folder: string): Promise<FileList | undefined> {
    const text = await readText(path);
    if (text === undefined) return undefined;
    const list = parseFileList(text);
    const file = this.shown(folder, FILE_LIST);
    if (list === undefined)
      throw new UserError(
        `the list ${file} is damaged: delete it, and take the files beside it in again with riposte verify --adopt ${this.options}`,
      );
    if (list.place !== folder)
      throw new UserError(
        `the list ${file} is that of ${list.place}: its folder was moved or copied here; put it back, or delete this folder and run the command that filled it again`,
      );
    return list;
  }
}
