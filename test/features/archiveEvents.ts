import { existsSync, readFileSync } from "node:fs";
import type { Event } from "../../src/domain/event.ts";
import { klinesOf } from "../../src/domain/kline.ts";
import { MINUTE_MS } from "../../src/domain/units.ts";
import { parseKlineCsv } from "../../src/venues/binance/archive/klineCsv.ts";
import { unzipCsv } from "../../src/store/archive/zip.ts";
import { sharedData } from "../sharedData.ts";
import { inBursts } from "../replay.ts";

const FOLDER = "archive/spot/monthly/klines/BTCUSDT/1m";

/** Whether BTCUSDT's archive is there. */
export const hasArchive = existsSync(sharedData(FOLDER));

/** Real minutes of BTCUSDT (spot standing in for the perpetual) by month, `2023-01` to `2023-12`, in bursts; bars as they open from a time on. */
export async function* archiveEvents(from: string, to: string, fromMs = -Infinity): AsyncGenerator<readonly Event[], void, undefined> {
  const months = Array.from({ length: 24 }, (_, i) => `${2022 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, "0")}`);
  for (const month of months.filter((each) => each >= from && each <= to)) {
    const file = `BTCUSDT-1m-${month}.zip`;
    const { block } = parseKlineCsv(await unzipCsv(readFileSync(sharedData(FOLDER, file)), file), file, MINUTE_MS);
    const events = klinesOf(block).filter(({ openTimeMs }) => openTimeMs >= fromMs);
    yield* inBursts(events, 4096);
  }
}
