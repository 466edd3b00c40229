import { afterAll } from "vitest";
import { storedCaptureContract } from "../storedCapture.ts";
import { dropTables, freshSettings } from "./sharedServer.ts";

const settings = freshSettings();
const { host, httpPort, prefix } = settings;
afterAll(() => dropTables(settings));

storedCaptureContract("QuestDB", {
  data: () => ({ store: "questdb", questdb: { host, httpPort, prefix } }),
  options: () => ({
    store: "questdb",
    set: [`data.questdb.host=${host}`, `data.questdb.httpPort=${httpPort}`, `data.questdb.prefix=${prefix}`],
  }),
});
