import { join } from "node:path";
import type { RunRecord } from "../record/runRecord.ts";
import { csvLines, EQUITY_COLUMNS, FILL_COLUMNS, SHADOW_COLUMNS, TRADE_COLUMNS } from "./csv.ts";
import { writePieces } from "../store/output/fileWriter.ts";
import { reportPage } from "./html/reportPage.ts";
import { sealRun } from "../record/runs/runSeal.ts";
import { openStaging } from "../record/runs/staging.ts";
import type { Staging } from "../record/runs/staging.ts";
import { summaryJson } from "./summaryJson.ts";

/**
 * Writes everything a finished run leaves (`report.html`, `summary.json`, `trades.csv`, `fills.csv`, `equity.csv`, `shadow.csv` where members were compared, and the hashes of
 * all files) into a staging folder in which others (the stream of `decisions.jsonl`) have written already and closed their files.
 * `decisions`: the lines of `decisions.jsonl`, without line ends, where nobody streamed them. Throws a `UserError` that names the file.
 */
export const stageRun = (staging: Staging, record: RunRecord, decisions?: Iterable<string>): void => {
  const write = (name: string, pieces: Iterable<string>): void => writePieces(staging.file(name), pieces, join(staging.outDir, name));
  write("trades.csv", csvLines(TRADE_COLUMNS, record.trades));
  write("fills.csv", csvLines(FILL_COLUMNS, record.fills));
  write("equity.csv", csvLines(EQUITY_COLUMNS, record.equity));
  if (record.shadows !== undefined) write("shadow.csv", csvLines(SHADOW_COLUMNS, record.shadows.days));
  if (decisions !== undefined) write("decisions.jsonl", linesOf(decisions));
  write("report.html", reportPage(record));
  write("summary.json", [summaryJson(record)]);
  sealRun(staging, record.identity.decisionsSha256);
};

/** `stageRun` into a folder by its name, all or nothing. Returns the paths in place; after an error the folder is as it was. */
export const writeRun = (target: string | Staging, record: RunRecord, decisions?: Iterable<string>): readonly string[] => {
  const staging = typeof target === "string" ? openStaging(target) : target;
  try {
    stageRun(staging, record, decisions);
    return staging.commit();
  } catch (error) {
    staging.discard();
    throw error;
  }
};

function* linesOf(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}
