import { join } from "node:path";
import { jsonObject } from "../report/jsonObject.ts";
import { writePieces } from "../store/output/fileWriter.ts";
import type { Staging } from "../record/runs/staging.ts";
import { walkForwardPage } from "./walkForwardPage.ts";
import type { WalkForwardRecord } from "./walkForwardRecord.ts";

/** Writes `walk-forward.html` and `walk-forward.json` into a staging folder. Throws a `UserError` that names the file. */
export const stageWalkForward = (staging: Staging, record: WalkForwardRecord): void => {
  const write = (name: string, pieces: Iterable<string>): void => {
    writePieces(staging.file(name), pieces, join(staging.outDir, name));
  };
  write("walk-forward.json", [`${JSON.stringify(jsonObject(record), null, 2)}\n`]);
  write("walk-forward.html", walkForwardPage(record));
};
