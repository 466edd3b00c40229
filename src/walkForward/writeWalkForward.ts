import { join } from "node:path";
import { writePieces } from "../store/output/fileWriter.ts";
import type { Staging } from "../record/runs/staging.ts";
import { walkForwardPage } from "./walkForwardPage.ts";
import type { WalkForwardRecord } from "./walkForwardRecord.ts";

/** Writes `walk-forward.html` and `walk-forward.json` into a staging folder. Throws a `UserError` that names the file. */
export const stageWalkForward = (staging: Staging, record: WalkForwardRecord): void => {
  const write = (name: string, pieces: Iterable<string>): void => {
    writePieces(staging.file(name), pieces, join(staging.outDir, name));
  };
  write("walk-forward.json", [`${JSON.stringify(walkForwardObject(record), null, 2)}\n`]);
  write("walk-forward.html", walkForwardPage(record));
};

/** The document of `walk-forward.json` and `--json`; every number that JSON cannot hold is null. */
export const walkForwardObject = (record: WalkForwardRecord): unknown =>
  JSON.parse(JSON.stringify(record, (_key, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? null : value)));
