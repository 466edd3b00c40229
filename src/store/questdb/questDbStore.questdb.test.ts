import { coverageContract } from "../../../test/contract/coverage.ts";
import { historyStoreContract } from "../../../test/contract/historyStore.ts";
import { rulesContract } from "../../../test/contract/rulesContract.ts";
import { dropTables, freshSettings } from "../../../test/questdb/sharedServer.ts";
import type { Store } from "../store.ts";
import { questDbStore } from "./questDbStore.ts";

const fresh = (): Promise<{ open: () => Store; remove: () => Promise<void> }> => {
  const settings = freshSettings();
  return Promise.resolve({ open: () => questDbStore(settings), remove: () => dropTables(settings) });
};

historyStoreContract("questDbStore", fresh);
rulesContract("questDbStore", fresh);

coverageContract("questDbStore", () => {
  const settings = freshSettings();
  return Promise.resolve({ open: (options) => questDbStore({ ...settings, ...options }), remove: () => dropTables(settings) });
});
