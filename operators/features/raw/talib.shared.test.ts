import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { featureRows } from "../../../test/featureRows.ts";
import { describeShared, sharedData } from "../../../test/sharedData.ts";
import { sha256 } from "../../../src/store/hashing/sha256.ts";
import { parseKlineCsv } from "../../../src/venues/binance/archive/klineCsv.ts";
import { unzipCsv } from "../../../src/store/archive/zip.ts";
import { RAW_FAMILIES } from "./families.ts";

/** Made by `scripts/talib_fixture.py`, which its first line names with versions and input. */
const FIXTURE = join(import.meta.dirname, "fixtures/talib.csv");
const TOLERANCE = 1e-9;

interface Head {
  readonly inputs: readonly { readonly file: string; readonly sha256: string }[];
  readonly knownAfterBars: number;
}

const [comment, names, ...lines] = readFileSync(FIXTURE, "utf8").trimEnd().split("\n") as [string, string, ...string[]];
const { inputs, knownAfterBars } = JSON.parse(comment.slice(2)) as Head;
const fixtureColumns = names.split(",").slice(1);
const fixture = new Map(lines.map((line) => line.split(",").map(Number)).map(([time, ...values]) => [time as number, values]));
const columns = RAW_FAMILIES.flatMap((family) => family.columns.map(({ name }) => name));

describe("raw columns", () => {
  it("are those of the fixture", () => expect(fixtureColumns.toSorted()).toEqual(columns.toSorted()));
});

describeShared("raw columns of a month with a hole", () => {
  it("equal TA-Lib's", async () => {
    const { file, sha256: made } = inputs[0] as Head["inputs"][number];
    const zip = readFileSync(sharedData("archive/spot/monthly/klines/BTCUSDT/1m", file));
    expect(sha256(zip)).toBe(made);
    const { block } = parseKlineCsv(await unzipCsv(zip, file), file, 60_000);
    const worst = new Map(columns.map((name) => [name, 0]));
    let compared = 0;
    featureRows(RAW_FAMILIES, block, ({ bar, bars, out }) => {
      const expected = fixture.get(bar.openTimeMs);
      if (expected === undefined) return;
      expect(bars).toBeGreaterThan(knownAfterBars);
      compared += 1;
      columns.forEach((name, i) => {
        const wanted = expected[fixtureColumns.indexOf(name)] as number;
        const measured = Math.abs((out[i] as number) - wanted) / Math.max(1, Math.abs(wanted));
        const difference = Number.isFinite(measured) ? measured : Infinity;
        if (difference > (worst.get(name) as number)) worst.set(name, difference);
      });
    });
    expect(compared).toBe(fixture.size);
    expect([...worst].filter(([, difference]) => difference > TOLERANCE)).toEqual([]);
  });
});
