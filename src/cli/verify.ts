import { UserError } from "../domain/units.ts";
import { verifyRun } from "../record/runs/verifyRun.ts";
import { verifyLanded } from "../store/backfill/verifyLanded.ts";
import type { Store } from "../store/store.ts";
import type { VerifyReport } from "../store/verifyReport.ts";
import type { Command, CommandContext, OptionValues } from "./frame/command.ts";
import { RefusalWith } from "./frame/command.ts";
import { configOf, configOptions, itemsOf, onlySymbolsOption } from "./configOptions.ts";
import { openStore } from "./data/store.ts";

/** `riposte verify`: compares a store, or the folder of a run, with what was written. */
export const verifyCommand: Command = {
  name: "verify",
  summary: "compare a store, or a kept run, with what was written",
  options: {
    ...configOptions("data"),
    symbol: onlySymbolsOption,
    adopt: { type: "boolean", help: "take in files that have no hash, and leave out files that are gone" },
    run: { type: "string", value: "DIR", help: "folder of a report, instead of a store" },
  },
  run: async (values, context) => {
    const folder = values["run"];
    if (typeof folder !== "string") return verifyStore(values, context);
    const other = ["data", "store", "symbol", "adopt"].find((name) => values[name] !== undefined);
    if (other !== undefined) throw new UserError(`--run is the folder of a report, and --${other} is for a store: leave one out`, 2);
    const report = await verifyRun(folder);
    context.print(`${folder}: ${report.files} files, decisions sha256 ${report.decisionsSha256}`);
    return told({ run: folder, ...report }, `${folder} is not the report that was written`, context);
  },
};

const verifyStore = async (values: OptionValues, context: CommandContext): Promise<unknown> => {
  const { symbol, ...rest } = values;
  const { config } = await configOf(rest, context);
  if (values["adopt"] === true && config.data.store !== "parquet")
    throw new UserError("--adopt takes files into a Parquet store: a server answers for its own bytes; leave it out", 2);
  const opened = { data: config.data, env: context.env };
  const stores = new Map<number | undefined, Store>();
  const storeOf = (intervalMs?: number): Store => {
    const found = stores.get(intervalMs) ?? openStore({ ...opened, ...(intervalMs === undefined ? {} : { intervalMs }) });
    stores.set(intervalMs, found);
    return found;
  };
  const store = storeOf();
  const symbols = Array.isArray(symbol) ? itemsOf(symbol) : undefined;
  const progress = (label: string) => (done: number, total: number) => {
    context.progress(label, done, total);
  };
  try {
    const look = { symbols, adopt: values["adopt"] === true, signal: context.signal };
    const held = await store.verify({ ...look, onProgress: progress("verifying") });
    if (held.checked + held.adopted + held.forgotten + held.faults.length === 0)
      throw new UserError(`there is nothing to verify in ${store.shown}: name the store with --data DIR or --store questdb`);
    const landed = await verifyLanded(store, storeOf, { ...look, onProgress: progress("counting") });
    for (const line of linesOf(held, landed, store)) context.print(line);
    // What cannot be read cannot be counted either, and is said once.
    const document = { store: store.shown, ...held, landedFiles: landed.checked, faults: [...new Set([...held.faults, ...landed.faults])] };
    return told(document, `${store.shown} is not as it was written`, context);
  } finally {
    for (const each of stores.values()) await each.close();
  }
};

const linesOf = (held: VerifyReport, landed: VerifyReport, { shown, options }: Store): string[] => [
  `${shown}: ${held.checked} ${options.startsWith("--data") ? "files" : "tables"} checked, ${landed.checked} landed archive files counted`,
  ...(held.adopted > 0 ? [`files taken in: ${held.adopted}`] : []),
  ...(held.forgotten > 0 ? [`files that are gone, left out from now on: ${held.forgotten}`] : []),
  ...(held.unhashed > 0
    ? [`files that have no hash, so that damage in them cannot be told: ${held.unhashed}; riposte verify --adopt ${options} takes them in`]
    : []),
];

/** The document, with every fault printed; where there are any, as a refusal. */
const told = <T extends { readonly faults: readonly string[] }>(document: T, what: string, context: CommandContext): T => {
  for (const fault of document.faults) context.print(`fault: ${fault}`);
  const [first, ...more] = document.faults;
  if (first === undefined) return document;
  throw new RefusalWith(`${what}: ${first}${more.length === 0 ? "" : ` (and ${more.length} more)`}`, document);
};
