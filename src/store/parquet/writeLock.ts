import { link, mkdir, readFile, rename, rm, unlink, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../../domain/units.ts";

/** Who holds the lock. `startTicks` tells a process from a later one with the same id (Linux; "" elsewhere). */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly startTicks: string;
  readonly token: string;
}

/** Locks of this process, by path: a lock that names our pid and is not here was left by a process before us. */
const heldHere = new Set<string>();
let lockCount = 0;

/** One writer per store: a file `.lock` in its root, from the first write until `release`. Readers need no lock. */
export class WriteLock {
  readonly #folder: string;
  readonly #root: string;
  readonly #path: string;
  #token = "";

  /** `shownRoot` is the root as messages name it. */
  constructor(root: string, shownRoot: string) {
    this.#folder = root;
    this.#root = shownRoot;
    this.#path = join(root, ".lock");
  }

  get held(): boolean {
    return this.#token !== "";
  }

  /** Takes the lock, over from a dead process if need be. A live holder or an unwritable folder is a `UserError`. */
  async acquire(): Promise<void> {
    if (this.held) return;
    await this.#mkdir();
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      startTicks: startTicks(process.pid),
      token: `${process.pid}-${Date.now().toString(36)}-${lockCount++}`,
    };
    for (let attempt = 0; attempt < 8; attempt++) {
      if (await this.#create(holder)) {
        heldHere.add(this.#path);
        this.#token = holder.token;
        return;
      }
      const other = await readHolder(this.#path);
      if (other !== undefined && this.#isAlive(other)) throw this.#locked(other);
      await this.#remove(other, holder);
    }
    throw new UserError(`store ${this.#root} is locked and its lock keeps changing: stop the other writer and run again`);
  }

  async release(): Promise<void> {
    if (!this.held) return;
    const holder = await readHolder(this.#path);
    if (holder?.token === this.#token) await rm(this.#path, { force: true });
    heldHere.delete(this.#path);
    this.#token = "";
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

  /** Makes the lock with its content in one step: a link to a file of our own fails where a lock exists. */
  async #create(holder: Holder): Promise<boolean> {
    const own = `${this.#path}.${holder.token}.new`;
    try {
      await writeFile(own, JSON.stringify(holder));
      await link(own, this.#path);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw unwritable(this.#root, error);
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
      throw unwritable(this.#root, error);
    }
    const moved = await readHolder(aside);
    if (moved?.token === dead?.token) await unlink(aside);
    else await rename(aside, this.#path);
  }

  #isAlive(holder: Holder): boolean {
    if (holder.host !== hostname()) return true; // not ours to judge
    if (holder.pid === process.pid) return heldHere.has(this.#path);
    try {
      process.kill(holder.pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
    const ticks = startTicks(holder.pid);
    return ticks === "" || holder.startTicks === "" || ticks === holder.startTicks;
  }

  #locked({ pid, host }: Holder): UserError {
    const remedy = host === hostname() ? "wait for it or stop it" : `if it is gone, delete ${this.#path}`;
    return new UserError(`store ${this.#root} is locked by process ${pid} on ${host}, which is writing: ${remedy}, then run again`);
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

/** Start of a process in clock ticks since boot (field 22 of /proc/PID/stat); "" where there is no /proc. */
const startTicks = (pid: number): string => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return ""; // no /proc here: the pid alone has to do
  }
};

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
