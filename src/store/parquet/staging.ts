import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UserError } from "../../domain/units.ts";
import { requirePlain } from "../plainFile.ts";
import { names } from "./layout.ts";

/** Files of a store that are written together: staged under other names, then all renamed, or none. */
const STAGING = ".staging";
const COMMIT = "commit.json";

interface Move {
  /** File name inside the staging folder; null: the target goes. */
  readonly staged: string | null;
  /** Target, relative to the store's root. */
  readonly target: string;
}

/**
 * One write of several files. `commit` puts the list of renames on disk before the first of them, so that a crash
 * between two renames is finished by the next writer (`recover`); a crash before the list leaves only rubbish, which
 * the next writer deletes. Only the holder of the write lock may use it.
 */
export class Staging {
  readonly #root: string;
  readonly #folder: string;
  readonly #moves: Move[] = [];

  private constructor(root: string, folder: string) {
    this.#root = root;
    this.#folder = folder;
  }

  static async begin(root: string, id: string): Promise<Staging> {
    const folder = join(root, STAGING, id);
    await mkdir(folder, { recursive: true });
    return new Staging(root, folder);
  }

  get empty(): boolean {
    return this.#moves.length === 0;
  }

  /** Path to write the new content of `target` (relative to the root) to. A target that is there and no plain file is a `UserError`. */
  stage(target: string): string {
    requirePlain(join(this.#root, target), "a store keeps plain files; put the file itself there");
    const staged = `${this.#moves.length}`;
    this.#moves.push({ staged, target });
    return join(this.#folder, staged);
  }

  /** Takes `target` (relative to the root) away. */
  remove(target: string): void {
    this.#moves.push({ staged: null, target });
  }

  async commit(): Promise<void> {
    for (const { staged } of this.#moves) if (staged !== null) await sync(join(this.#folder, staged));
    const list = join(this.#folder, COMMIT);
    await writeFile(`${list}.tmp`, JSON.stringify(this.#moves));
    await sync(`${list}.tmp`);
    await rename(`${list}.tmp`, list);
    await finish(this.#root, this.#folder, this.#moves);
  }

  async abandon(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Finishes the committed writes of a crashed writer and deletes the others. Returns the number of finished writes. */
export const recover = async (root: string): Promise<number> => {
  let finished = 0;
  for (const id of await names(join(root, STAGING))) {
    const folder = join(root, STAGING, id);
    const moves = await committed(folder);
    if (moves === undefined) await rm(folder, { recursive: true, force: true });
    else {
      await finish(root, folder, moves);
      finished += 1;
    }
  }
  return finished;
};

/** Where a commit that is under way, or was cut off, keeps the new content of `target`; undefined: there is none. */
export const pendingFile = async (root: string, target: string): Promise<string | undefined> => {
  for (const id of await names(join(root, STAGING))) {
    const folder = join(root, STAGING, id);
    const move = (await committed(folder))?.find((each) => each.target === target);
    if (typeof move?.staged === "string") return join(folder, move.staged);
  }
  return undefined;
};

const committed = async (folder: string): Promise<readonly Move[] | undefined> => {
  try {
    return JSON.parse(await readFile(join(folder, COMMIT), "utf8")) as Move[];
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    if (!(error instanceof SyntaxError)) throw error;
    throw new UserError(
      `${join(folder, COMMIT)} is damaged: delete the folder ${dirname(folder)}, and let riposte verify look for what it lacks`,
    );
  }
};

const finish = async (root: string, folder: string, moves: readonly Move[]): Promise<void> => {
  for (const { staged, target } of moves) {
    const to = join(root, target);
    if (staged === null) {
      await rm(to, { force: true });
      continue;
    }
    await mkdir(dirname(to), { recursive: true });
    try {
      await rename(join(folder, staged), to);
    } catch (error) {
      // Renamed already, before the crash that this call mends.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  await rm(folder, { recursive: true, force: true });
};

const sync = async (path: string): Promise<void> => {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
};
