import { link, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "../domain/units.ts";
import type { ProcessMark } from "./liveProcess.ts";
import { stateOf, thisProcess } from "./liveProcess.ts";

/** The process that holds the lock. */
interface Holder extends ProcessMark {
  readonly token: string;
}

/** Between two looks at a lock that is waited for. */
const LOOK_MS = 15;

/** Locks of this process, by path: a lock that names our pid and is not here was left by a process before us. */
const heldHere = new Set<string>();
let lockCount = 0;

interface OwnerLockOptions {
  /** The lock's file. */
  readonly path: string;
  /** What it is for, as messages name it: `store history`, `journal j`; and what a process that has it does. */
  readonly what: string;
  readonly taken: (by: string) => string;
  /** The message for a lock file that cannot be made. */
  readonly unwritable: (error: unknown) => UserError;
}

/** One writer for a store, a journal: a file beside or in it, from `acquire` until `release`. Readers need no lock. */
export class OwnerLock {
  readonly #options: OwnerLockOptions;
  readonly #path: string;
  #token = "";

  constructor(options: OwnerLockOptions) {
    this.#options = options;
    this.#path = options.path;
  }

  get held(): boolean {
    return this.#token !== "";
  }

  /**
   * Takes the lock, over from a dead process if need be. A holder that lives, and has not let go after `waitMs`, or an unwritable folder is
   * a `UserError`.
   */
  async acquire(waitMs = 0): Promise<void> {
    if (this.held) return;
    const holder: Holder = { ...thisProcess(), token: `${process.pid}-${Date.now().toString(36)}-${lockCount++}` };
    let looks = Math.ceil(waitMs / LOOK_MS);
    for (let attempt = 0; attempt < 8; attempt++) {
      if (await this.#create(holder)) {
        heldHere.add(this.#path);
        this.#token = holder.token;
        return;
      }
      const other = await readHolder(this.#path);
      if (other !== undefined && this.#isAlive(other)) {
        if (looks-- <= 0) throw this.#locked(other);
        attempt = -1;
        await pause(LOOK_MS);
        continue;
      }
      await this.#remove(other, holder);
    }
    throw new UserError(`${this.#options.what} is locked and its lock keeps changing: stop the other writer and run again`);
  }

  async release(): Promise<void> {
    if (!this.held) return;
    const holder = await readHolder(this.#path);
    if (holder?.token === this.#token) await rm(this.#path, { force: true });
    heldHere.delete(this.#path);
    this.#token = "";
  }

  /** Makes the lock with its content in one step: a link to a file of our own fails where a lock exists. */
  async #create(holder: Holder): Promise<boolean> {
    const own = `${this.#path}.${holder.token}.new`;
    try {
      await writeFile(own, JSON.stringify(holder));
      await link(own, this.#path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw this.#options.unwritable(error);
    } finally {
      await rm(own, { force: true });
    }
  }

  /** Moves a dead process's lock aside; had another taken it over meanwhile, its lock is put back. */
  async #remove(dead: Holder | undefined, us: Holder): Promise<void> {
    const aside = `${this.#path}.${us.token}`;
    try {
      await rename(this.#path, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw this.#options.unwritable(error);
    }
    const moved = await readHolder(aside);
    if (moved?.token === dead?.token) await unlink(aside);
    else await rename(aside, this.#path);
  }

  #isAlive(holder: Holder): boolean {
    if (holder.host === hostname() && holder.pid === process.pid) return heldHere.has(this.#path);
    return stateOf(holder) !== "gone"; // elsewhere: not ours to judge
  }

  #locked({ pid, host }: Holder): UserError {
    const remedy = host === hostname() ? "wait for it or stop it" : `if it is gone, delete ${this.#path}`;
    return new UserError(`${this.#options.what} ${this.#options.taken(`process ${pid} on ${host}`)}: ${remedy}, then run again`);
  }
}

/** A lock that is not JSON is none of ours, since ours appear with their content: nobody holds it. */
const readHolder = async (path: string): Promise<Holder | undefined> => {
  try {
    const holder = JSON.parse(await readFile(path, "utf8")) as Partial<Holder>;
    if (typeof holder.pid !== "number" || typeof holder.host !== "string" || typeof holder.token !== "string") return undefined;
    return { pid: holder.pid, host: holder.host, token: holder.token, startTicks: holder.startTicks ?? "" };
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
};
