import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { checkedRules } from "../rules/instrumentRules.ts";
import { instrumentFile } from "./layout.ts";

/** Dated rules of a symbol, ascending; empty when there are none. A damaged file is a `UserError`. */
export const readRules = async (root: string, market: string, symbol: string): Promise<readonly DatedRules[]> => {
  const file = join(root, instrumentFile(market, symbol));
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return checkedRules(text, `instrument file ${file}`, `delete it and run the backfill of ${symbol} again, which finds them anew`);
};
