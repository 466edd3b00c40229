import type { RiposteConfig } from "../../../config/schema.ts";
import type { Store } from "../../store/store.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import { questDbStore } from "../../store/questdb/questDbStore.ts";
import { credentialsOf } from "../../store/questdb/settings.ts";

export type StoreName = RiposteConfig["data"]["store"];

export interface StoreRequest {
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

/** Opens the store that the config, or `store`, names: the one place that chooses. Nothing is asked of it yet. */
export const openStore = ({ data, env, store = data.store, intervalMs, market = data.market ?? undefined }: StoreRequest): Store => {
  const options = { ...(intervalMs === undefined ? {} : { intervalMs }), ...(market === undefined ? {} : { market }) };
  if (store === "questdb") return questDbStore({ ...data.questdb, ...credentialsOf(env), ...options });
  return parquetStore({ root: data.dir, ...options });
};
