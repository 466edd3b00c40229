import { join } from "node:path";
import type { CsvColumn } from "../report/csv.ts";
import { csvLines } from "../report/csv.ts";
import { jsonObject } from "../report/jsonObject.ts";
import { writePieces } from "../store/output/fileWriter.ts";
import type { Staging } from "../record/runs/staging.ts";
import { sweepPage } from "./sweepPage.ts";
import type { SweepRecord, SweepRun } from "./sweepRecord.ts";
import { figureColumns } from "./sweepText.ts";

/** Writes `sweep.html`, `sweep.csv` and `sweep.json` into a staging folder. Throws a `UserError` that names the file. */
export const stageSweep = (staging: Staging, record: SweepRecord): void => {
  const write = (name: string, pieces: Iterable<string>): void => {
    writePieces(staging.file(name), pieces, join(staging.outDir, name));
  };
  write("sweep.csv", csvLines(columnsOf(record), record.runs));
  write("sweep.json", [`${JSON.stringify(jsonObject(record), null, 2)}\n`]);
  write("sweep.html", sweepPage(record));
};

const columnsOf = ({ keys, test }: SweepRecord): CsvColumn<SweepRun>[] => [
  ...keys.map(({ key }, index): CsvColumn<SweepRun> => [key, (run) => run.values[index] ?? ""]),
  ...figureColumns({ test }).map(({ id, of }): CsvColumn<SweepRun> => [id, of]),
  ["configSha256", (run) => run.configSha256],
  ["decisionsSha256", (run) => run.decisionsSha256],
];
