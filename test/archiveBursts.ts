import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { klinesOf } from "../src/domain/kline.ts";
import type { Kline } from "../src/domain/kline.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { parseKlineCsv } from "../src/venues/binance/archive/klineCsv.ts";
import { unzipCsv } from "../src/store/archive/zip.ts";
import { sharedData } from "./sharedData.ts";

/** One-minute spot klines of the shared archive, a month a burst, in order of time; of instrument 0. `years` such as ["2022"]. */
export async function* archiveBursts(symbol: string, years: readonly string[]): AsyncGenerator<readonly Kline[], void, undefined> {
  const folder = sharedData("archive", "spot", "monthly", "klines", symbol, "1m");
  const files = readdirSync(folder).filter((file) => file.endsWith(".zip") && years.some((year) => file.includes(`-1m-${year}-`)));
  for (const file of files.sort()) {
    const csv = await unzipCsv(readFileSync(join(folder, file)), file);
    yield klinesOf(parseKlineCsv(csv, file.replace(".zip", ".csv"), MINUTE_MS).block);
  }
}
