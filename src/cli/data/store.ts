import { statSync } from "node:fs";
import type { RiposteConfig } from "../../../config/schema.ts";
import type { Store } from "../../store/store.ts";
import { UserError } from "../../domain/units.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import { questDbStore } from "../../store/questdb/questDbStore.ts";
import { credentialsOf } from "../../store/questdb/settings.ts";

export type StoreName = RiposteConfig["data"]["store"];

interface StoreRequest {
  readonly data: RiposteConfig["data"];
  /** Where user and password of QuestDB are. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Default: the one that the config names. */
  readonly store?: StoreName;
  /** Default: one minute. */
  readonly intervalMs?: number;
  /** Market to read; default: the one that the config names, else the first that a symbol has. */
  readonly market?: string | undefined;
}

/** Opens the store that the config, or `store`, names: the one place that chooses. Nothing is asked of it yet, but whether its folder may be one. */
export const openStore = ({ data, env, store = data.store, intervalMs, market = data.market ?? undefined }: StoreRequest): Store => {
  const options = { ...(intervalMs === undefined ? {} : { intervalMs }), ...(market === undefined ? {} : { market }) };
  if (store === "questdb") return questDbStore({ ...data.questdb, ...credentialsOf(env), ...options });
  requireFolder(data.dir);
  return parquetStore({ root: data.dir, ...options });
};

/** Whether the folder of a Parquet store is there. Throws a `UserError` where a file has its name, or a part of its path is one. */
export const requireFolder = (dir: string): boolean => {
  // Not by `throwIfNoEntry: false`: since Node 24 that treats a path below a file like a missing one.
  try {
    if (statSync(dir).isDirectory()) return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return false;
    if (code !== "ENOTDIR") throw error;
    throw new UserError(`the history ${dir} cannot be a folder, a part of its path is a file: name the folder with --data`);
  }
  throw new UserError(`the history ${dir} is a file, not a folder: name the folder with --data`);
};
