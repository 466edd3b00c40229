import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { simulatedInstrument } from "../../../streams/simulatedMarket.ts";
import { describeShared, sharedData } from "../../../test/sharedData.ts";
import type { KlineBlock } from "../../domain/kline.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { parseKlineCsv } from "../../venues/binance/archive/klineCsv.ts";
import { unzipCsv } from "../../store/archive/zip.ts";
import { bracketOf } from "./bracketOf.ts";
import { LabelStream } from "./labelStream.ts";
import type { FinishedLabel } from "./labelStream.ts";
import type { LabelRules } from "./options.ts";
import { sampler } from "./sampler.ts";

interface Case {
  readonly rules: LabelRules;
  readonly chosen: number;
  readonly rows: number;
  readonly sha256: Readonly<Record<string, string>>;
  readonly weightSum: number;
  /** "index", "row", then the columns of `FinishedLabel` up to the weight. */
  readonly columns: readonly string[];
  readonly some: readonly (readonly number[])[];
}
interface Fixture {
  readonly input: { readonly file: string; readonly sha256: string };
  readonly klines: number;
  readonly tickSize: number;
  readonly volatilityBars: number;
  readonly cases: readonly Case[];
}
type Columns = Record<string, number[]>;

const sha256 = (numbers: readonly number[]): string => createHash("sha256").update(Float64Array.from(numbers)).digest("hex");

/** Root mean square of the last `bars` log returns, which a run would take from the feature line; NaN before there are as many. */
const unitOf = (block: KlineBlock, row: number, bars: number): number => {
  if (row < bars) return NaN;
  let sum = 0;
  for (let at = row - bars + 1; at <= row; at += 1) sum += Math.log(block.close[at]! / block.close[at - 1]!) ** 2;
  return Math.sqrt(sum / bars);
};

const labelsOf = (
  block: KlineBlock,
  { klines, tickSize, volatilityBars }: Fixture,
  rules: LabelRules,
): { columns: Columns; chosen: number } => {
  const columns: Columns = { row: [] };
  const finished = (row: number, label: FinishedLabel): void => {
    columns["row"]!.push(row);
    for (const [name, value] of Object.entries(label) as [string, number][]) (columns[name] ??= []).push(value);
  };
  const instrument = { ...simulatedInstrument("BTCUSDT", 0), tickSize };
  const { horizonMs, weight } = rules;
  const labels = new LabelStream<number>({
    instrument,
    intervalMs: MINUTE_MS,
    horizonMs,
    weight,
    finished,
    unfinished: () => undefined,
    belowTick: () => undefined,
  });
  const choose = sampler(rules.sampling, MINUTE_MS);
  let chosen = 0;
  for (let row = 0; row < klines; row += 1) {
    labels.bar(block.openTimeMs[row]!, block.open[row]!, block.high[row]!, block.low[row]!, block.close[row]!);
    const unit = unitOf(block, row, volatilityBars);
    if (!choose(block.openTimeMs[row]! + MINUTE_MS, labels.logReturn, unit)) continue;
    chosen += 1;
    labels.decide(row, bracketOf(rules.barriers, unit, horizonMs / MINUTE_MS));
  }
  labels.finish();
  return { columns, chosen };
};

describeShared("labels against an independent calculation (scripts/labels_reference.py), BTCUSDT 2023-01", () => {
  let fixture: Fixture;
  let block: KlineBlock;
  beforeAll(async () => {
    fixture = JSON.parse(await readFile(new URL("./fixtures/btcusdt-2023-01.json", import.meta.url), "utf8")) as Fixture;
    const zip = await readFile(sharedData("archive/spot/monthly/klines/BTCUSDT/1m", fixture.input.file));
    expect(createHash("sha256").update(zip).digest("hex")).toBe(fixture.input.sha256);
    block = parseKlineCsv(await unzipCsv(zip, fixture.input.file), fixture.input.file, MINUTE_MS).block;
    expect(block.length).toBe(fixture.klines);
  });

  it.each([
    ["fractions, every bar, uniqueness", 0],
    ["volatility units, CUSUM events, return attribution", 1],
  ])("%s: every row's labels, returns and ends bit by bit, weights to 1e-9", (_, index) => {
    const expected = fixture.cases[index]!;
    const { columns, chosen } = labelsOf(block, fixture, expected.rules);
    for (const some of expected.some) {
      const [at, ...values] = some as [number, ...number[]];
      for (const [i, name] of expected.columns.slice(1).entries()) {
        if (name === "weight") expect(columns[name]![at]! / values[i]! - 1).toBeCloseTo(0, 9);
        else expect(columns[name]![at], `${name} of row ${at}`).toBe(values[i]);
      }
    }
    expect([chosen, columns["row"]!.length]).toEqual([expected.chosen, expected.rows]);
    for (const [name, hash] of Object.entries(expected.sha256)) expect(sha256(columns[name]!), name).toBe(hash);
    expect(columns["weight"]!.reduce((sum, weight) => sum + weight, 0) / expected.weightSum - 1).toBeCloseTo(0, 9);
  });

  it("labels both sides of a year of minutes in seconds, with a bounded buffer", () => {
    const started = performance.now();
    const rows = 525_520;
    let count = 0;
    const labels = new LabelStream<number>({
      instrument: simulatedInstrument("BTCUSDT", 0),
      intervalMs: MINUTE_MS,
      horizonMs: 60 * MINUTE_MS,
      weight: "uniqueness",
      finished: () => (count += 1),
      unfinished: () => undefined,
      belowTick: () => undefined,
    });
    const bracket = { stopFraction: 0.005, targetFraction: 0.015 };
    for (let row = 0; row < rows; row += 1) {
      const at = row % block.length;
      labels.bar(row * MINUTE_MS, block.open[at]!, block.high[at]!, block.low[at]!, block.close[at]!);
      labels.decide(row, bracket);
    }
    labels.finish();
    expect(count).toBe(rows - 240);
    const seconds = (performance.now() - started) / 1000;
    console.log(`labels of ${rows} bars: ${seconds.toFixed(2)} s`);
    expect(seconds).toBeLessThan(10);
  });
});
