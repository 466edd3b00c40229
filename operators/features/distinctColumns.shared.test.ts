import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { featureRows } from "../../test/featureRows.ts";
import { describeShared, sharedData } from "../../test/sharedData.ts";
import { parseKlineCsv } from "../../src/venues/binance/archive/klineCsv.ts";
import { unzipCsv } from "../../src/store/archive/zip.ts";
import { CANDLE_FAMILIES } from "./candle/families.ts";
import { PRICE_FAMILIES } from "./price/families.ts";
import { STATISTICS_FAMILIES } from "./statistics/families.ts";
import { TIME_FAMILIES } from "./time/families.ts";
import { VOLUME_FAMILIES } from "./volume/families.ts";

const FILE = "BTCUSDT-1m-2023-05.zip";
/** By then every column is warm. */
const WARM = 3000;
const TOO_ALIKE = 0.999;

const families = [...PRICE_FAMILIES, ...VOLUME_FAMILIES, ...STATISTICS_FAMILIES, ...CANDLE_FAMILIES, ...TIME_FAMILIES];
const names = families.flatMap((family) => family.columns.map(({ name }) => name));

/** Columns of the month, each less its mean and divided by its norm; throws on the way where one is not finite or constant. */
const standardised = async (): Promise<Float64Array[]> => {
  const zip = readFileSync(sharedData("archive/spot/monthly/klines/BTCUSDT/1m", FILE));
  const { block } = parseKlineCsv(await unzipCsv(zip, FILE), FILE, 60_000);
  const rows: Float64Array[] = [];
  featureRows(families, block, ({ bars, out }) => {
    if (bars > WARM) rows.push(out.slice());
  });
  return names.map((name, column) => {
    const values = Float64Array.from(rows, (row) => row[column] as number);
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const centred = values.map((x) => x - mean);
    const norm = Math.sqrt(centred.reduce((sum, x) => sum + x * x, 0));
    expect([name, norm > 1e-6 && norm < Infinity]).toEqual([name, true]);
    return centred.map((x) => x / norm);
  });
};

describeShared("columns on a month of BTCUSDT", () => {
  test(`are finite, vary, and no two of them correlate above ${TOO_ALIKE}`, async () => {
    const columns = await standardised();
    const alike: string[] = [];
    columns.forEach((a, i) => {
      for (let j = 0; j < i; j += 1) {
        const b = columns[j] as Float64Array;
        let correlation = 0;
        for (let row = 0; row < a.length; row += 1) correlation += (a[row] as number) * (b[row] as number);
        if (!(Math.abs(correlation) <= TOO_ALIKE)) alike.push(`${names[i] ?? ""} and ${names[j] ?? ""}: ${correlation}`);
      }
    });
    expect(alike).toEqual([]);
  });
});
