import { coverageContract } from "../../../test/contract/coverage.ts";
import { historyStoreContract } from "../../../test/contract/historyStore.ts";
import { dropTables, freshSettings } from "../../../test/questdb/sharedServer.ts";
import { questDbStore } from "./questDbStore.ts";

historyStoreContract("questDbStore", () => {
  const settings = freshSettings();
  return Promise.resolve({ open: () => questDbStore(settings), remove: () => dropTables(settings) });
});

coverageContract("questDbStore", () => {
  const settings = freshSettings();
  return Promise.resolve({ open: (options) => questDbStore({ ...settings, ...options }), remove: () => dropTables(settings) });
});
