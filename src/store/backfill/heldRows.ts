import type { Store } from "../store.ts";
import { KEPT_AS } from "./parseFile.ts";
import type { FileSeries } from "../../venues/binance/archive/archivePath.ts";

/** Rows in the store that come from the archive file of a series and period (end exclusive). */
export const heldRows = async (store: Store, { kind, symbol, market }: FileSeries, fromMs: number, toMs: number): Promise<number> => {
  // A row of metrics may stand for the five minutes that end with the day.
  const endMs = kind === "metrics" ? toMs + 1 : toMs;
  let rows = 0;
  for (const kept of KEPT_AS[kind]) rows += await store.count(kept, symbol, market, fromMs, endMs);
  return rows;
};
