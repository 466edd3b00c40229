import type { DatedRules } from "../rules/instrumentRules.ts";
import { checkedRules } from "../rules/instrumentRules.ts";
import { rulesRemedy } from "./files/remedy.ts";
import type { StoredFiles } from "./files/storedFiles.ts";
import { rulesFile, rulesFolder } from "./layout.ts";

/** Dated rules of a symbol, ascending; empty when there are none. A damaged file is a `UserError`. */
export const readRules = async (files: StoredFiles, market: string, symbol: string): Promise<readonly DatedRules[]> => {
  const [folder, name, remedy] = [rulesFolder(market), rulesFile(symbol), rulesRemedy(market, symbol, files.options)];
  const text = await files.text(folder, name, remedy);
  return text === undefined ? [] : checkedRules(text, `instrument file ${files.shown(folder, name)}`, remedy);
};
