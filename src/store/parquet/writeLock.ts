import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";
import { OwnerLock } from "../ownerLock.ts";

/** One writer per store: a file `.lock` in its root, from the first write until `release`. Readers need no lock. */
export class WriteLock {
  readonly #folder: string;
  readonly #root: string;
  readonly #lock: OwnerLock;

  /** `shownRoot` is the root as messages name it. */
  constructor(root: string, shownRoot: string) {
    this.#folder = root;
    this.#root = shownRoot;
    this.#lock = new OwnerLock({
      path: join(root, ".lock"),
      what: `store ${shownRoot}`,
      taken: (by) => `is locked by ${by}, which is writing`,
      unwritable: (error) => unwritable(shownRoot, error),
    });
  }

  get held(): boolean {
    return this.#lock.held;
  }

  /** Makes the folder and takes the lock, over from a dead process if need be. A live holder or an unwritable folder is a `UserError`. */
  async acquire(): Promise<void> {
    if (this.held) return;
    await this.#mkdir();
    await this.#lock.acquire();
  }

  release(): Promise<void> {
    return this.#lock.release();
  }

  /** Plain first: with `recursive` Node 20 calls a read-only file system a missing folder. */
  async #mkdir(): Promise<void> {
    try {
      await mkdir(this.#folder).catch(async (error: unknown) => {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== "EEXIST" && code !== "ENOENT") throw error;
        await mkdir(this.#folder, { recursive: true });
      });
    } catch (error) {
      throw unwritable(this.#root, error);
    }
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "no permission",
  EPERM: "no permission",
  EROFS: "the file system is read-only",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "a file has that name",
};

/** What a failed write to the store means to its user. */
export const unwritable = (root: string, error: unknown): UserError => {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const reason = REASONS[code] ?? (error instanceof Error ? error.message.split("\n")[0] : String(error));
  return new UserError(
    `cannot write to the store ${root}: ${reason}; nothing was changed; choose another folder with --data or mend this one`,
  );
};
