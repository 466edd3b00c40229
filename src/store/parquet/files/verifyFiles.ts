import { UserError } from "../../../domain/units.ts";
import type { Duck } from "../../duck/duck.ts";
import { fileHash } from "../../hashing/fileHash.ts";
import type { FileFacts } from "../../hashing/fileList.ts";
import { checkedRules } from "../../rules/instrumentRules.ts";
import { TABLES } from "../../table/marketTables.ts";
import { KLINE_TABLE } from "../../table/tables.ts";
import type { VerifyOptions, VerifyReport } from "../../verifyReport.ts";
import { emptyReport, noted } from "../../verifyReport.ts";
import { intervalsIn, marketsIn, periodIn, rulesFolder, symbolIn, symbolsIn } from "../layout.ts";
import { readText } from "./readText.ts";
import { rulesRemedy } from "./remedy.ts";
import { SeriesFiles } from "./seriesFiles.ts";
import type { StagedFiles } from "./stagedFiles.ts";
import type { StoredFile, StoredFiles } from "./storedFiles.ts";

/** A folder of the store, and the checks of its files besides their hashes. */
interface Folder {
  readonly folder: string;
  readonly matches: (name: string) => boolean;
  readonly remedyOf: (name: string) => string;
  /** Reads a file whole and returns the facts of a table's file; throws if something is wrong with it. */
  readonly read: (name: string) => Promise<FileFacts | undefined>;
}

/** Checks every file of a store, or of some symbols. With `staged` it adds files without a hash to the list and removes missing ones. */
export const verifyFiles = async (
  root: string,
  files: StoredFiles,
  duck: Duck,
  { symbols, signal, onProgress }: VerifyOptions,
  staged: StagedFiles | undefined,
): Promise<VerifyReport> => {
  const report = emptyReport();
  const work: (() => Promise<void>)[] = [];
  for (const folder of await foldersOf(root, files, duck, symbols)) {
    const survey = await noted(report, () => files.survey(folder.folder, folder.matches));
    for (const file of survey?.held ?? []) work.push(() => look(file, folder, files, staged, report));
    for (const name of survey?.foreign ?? [])
      work.push(async () => {
        if (staged === undefined) report.faults.push(files.foreign(folder.folder, name).message);
        else await adopt(name, folder, files, staged, report);
      });
  }
  for (const [done, step] of work.entries()) {
    signal.throwIfAborted();
    await noted(report, step);
    onProgress(done + 1, work.length);
  }
  return report;
};

/** A file that the list names, or that lies in a folder without one. */
const look = async (
  { name, there, listed }: StoredFile,
  folder: Folder,
  files: StoredFiles,
  staged: StagedFiles | undefined,
  report: VerifyReport,
): Promise<void> => {
  if (!there && staged !== undefined) {
    staged.forget(folder.folder, name);
    report.forgotten += 1;
    return;
  }
  if (listed.sha256 === null && there && staged !== undefined) return adopt(name, folder, files, staged, report);
  await files.check(folder.folder, name, folder.remedyOf(name));
  report.checked += 1;
  if (listed.sha256 !== null) return;
  await folder.read(name);
  report.unhashed += 1;
};

const adopt = async (
  name: string,
  { folder, read }: Folder,
  files: StoredFiles,
  staged: StagedFiles,
  report: VerifyReport,
): Promise<void> => {
  const facts = await read(name);
  const hashed = await fileHash(files.path(folder, name));
  if (hashed === undefined)
    throw new UserError(`the history file ${files.shown(folder, name)} went while it was read: run the command again`);
  staged.adopt(folder, name, { sha256: hashed.sha256, ...(facts === undefined ? {} : { facts }) });
  report.adopted += 1;
};

const foldersOf = async (root: string, files: StoredFiles, duck: Duck, symbols: readonly string[] | undefined): Promise<Folder[]> => {
  const asked = (symbol: string): boolean => symbols === undefined || symbols.includes(symbol);
  const folders: Folder[] = [];
  for (const table of TABLES)
    for (const { market, symbol } of await symbolsIn(root, table.folder)) {
      if (!asked(symbol)) continue;
      for (const intervalMs of table === KLINE_TABLE ? await intervalsIn(root, market, symbol) : [0])
        folders.push(tableFolder(new SeriesFiles(files, duck, { table, market, symbol, intervalMs })));
    }
  for (const market of await marketsIn(root, "instruments")) folders.push(ruleFolder(files, market, asked));
  return folders;
};

const tableFolder = (series: SeriesFiles): Folder => ({
  folder: series.folder,
  matches: (name) => periodIn(name) !== undefined,
  remedyOf: (name) => series.remedyOf(name),
  read: (name) => series.readWhole(name),
});

const ruleFolder = (files: StoredFiles, market: string, asked: (symbol: string) => boolean): Folder => {
  const folder = rulesFolder(market);
  const remedyOf = (name: string): string => rulesRemedy(market, symbolIn(name) ?? "", files.options);
  return {
    folder,
    matches: (name) => {
      const symbol = symbolIn(name);
      return symbol !== undefined && asked(symbol);
    },
    remedyOf,
    read: async (name) => {
      checkedRules((await readText(files.path(folder, name))) ?? "", `instrument file ${files.shown(folder, name)}`, remedyOf(name));
      return undefined;
    },
  };
};
