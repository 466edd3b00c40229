import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { simulatedInstrument } from "../../../streams/simulatedMarket.ts";
import type { FeatureRow, Gap } from "../../domain/derived.ts";
import { Kind } from "../../domain/kind.ts";
import { Bar, klineBlock } from "../../domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import { Duck } from "../../store/duck/duck.ts";
import { quoted } from "../../store/duck/scanSql.ts";
import { DEFAULT_LABELS } from "../labels/options.ts";
import { DatasetBuilder } from "./datasetBuilder.ts";
import type { DatasetOptions, DatasetSummary } from "./datasetBuilder.ts";

const FROM = Date.UTC(2023, 0, 31, 18);
const ROWS = 1000;
const FEATURES = ["a", "b", "c"].map((name) => ({ name, formula: `${name} of the bar`, unit: "1" }));
const SYMBOLS = ["BTCUSDT", "ETHUSDT"];

let root = "";
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-dataset-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** The dataset's symbols with ticks of this size. */
const instrumentsOf = (tickSize: number): DatasetOptions["instruments"] =>
  SYMBOLS.map((symbol, index) => ({ ...simulatedInstrument(symbol, index), tickSize }));
const optionsOf = (over: Partial<DatasetOptions> = {}): DatasetOptions => ({
  instruments: SYMBOLS.map((symbol, index) => simulatedInstrument(symbol, index)),
  intervalMs: MINUTE_MS,
  features: FEATURES,
  fromMs: FROM,
  toMs: FROM + ROWS * MINUTE_MS,
  labels: DEFAULT_LABELS,
  format: "arrow",
  outDir: join(root, "out"),
  config: { name: "test" },
  ...over,
});

/** A price that turns every 90 bars: the bracket's levels are reached often. */
const priceOf = (row: number): number => 1000 + 30 * Math.abs(((row / 90) % 2) - 1);
/** Features of a row, unknown in the first 30: a marks the row, b is no whole number, c is what float32 rounds. */
const featuresOf = (row: number, index: number): readonly number[] => [row < 30 ? NaN : row, row / 4, 0.1 + index];

const feed = async (builder: DatasetBuilder, rows = ROWS): Promise<void> => {
  for (let row = 0; row < rows; row += 1) {
    for (const index of SYMBOLS.keys()) {
      const block = klineBlock(instrumentIndex(index), MINUTE_MS, 1);
      const [open, close] = [priceOf(row), priceOf(row + 1)];
      const values = { open, high: Math.max(open, close), low: Math.min(open, close), close, openTimeMs: FROM + row * MINUTE_MS };
      for (const [name, value] of Object.entries(values)) block[name as keyof typeof values][0] = value;
      block.length = 1;
      builder.bar(new Bar(block, 0, row, true, 1));
      builder.row(featureRow(row, index), row % 7, 0.001);
    }
    if (row % 100 === 0) await builder.drain();
  }
};
const featureRow = (row: number, index: number): FeatureRow => ({
  kind: Kind.featureRow,
  seq: row,
  instrument: instrumentIndex(index),
  knownAtMs: FROM + (row + 1) * MINUTE_MS,
  barTimeMs: FROM + row * MINUTE_MS,
  values: Float64Array.from([9, 9, 9, ...featuresOf(row, index)]),
  row: 1,
  features: 3,
});
const written = async (over: Partial<DatasetOptions> = {}): Promise<DatasetSummary> => {
  const builder = new DatasetBuilder(optionsOf(over));
  await feed(builder);
  return builder.finish("d".repeat(64));
};
const table = (file: string) => tableFromIPC(readFileSync(join(root, "out", file)));
const said = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    return (error as Error).message;
  }
  return "";
};

describe("a dataset as Arrow files", () => {
  test("one file a symbol and month of the bar's open, every row in its place, typed", async () => {
    const summary = await written();
    expect(readdirSync(join(root, "out")).sort()).toEqual([
      "BTCUSDT-2023-01.arrow",
      "BTCUSDT-2023-02.arrow",
      "ETHUSDT-2023-01.arrow",
      "ETHUSDT-2023-02.arrow",
      "dataset.json",
    ]);
    // Rows 30–759: 30 are not warm, the last 240 have no regime target. The month ends with row 359.
    expect(summary.files.map(({ rows }) => rows)).toEqual([330, 400, 330, 400]);
    const [january, february] = [table("ETHUSDT-2023-01.arrow"), table("ETHUSDT-2023-02.arrow")];
    expect(january.schema.fields.map(({ name, type }) => `${name} ${String(type)}`)).toEqual([
      "timeMs Int64",
      "a Float32",
      "b Float32",
      "c Float32",
      "volatilityUnit Float64",
      "longLabel Int8",
      "longReturn Float64",
      "longEndMs Int64",
      "shortLabel Int8",
      "shortReturn Float64",
      "shortEndMs Int64",
      "weight Float32",
      "regimeTarget Int8",
    ]);
    expect(january.schema.metadata).toEqual(new Map(Object.entries({ symbol: "ETHUSDT", schemaSha256: summary.schemaSha256 })));
    for (const [file, first] of [
      [january, 30],
      [february, 360],
    ] as const)
      for (let at = 0; at < file.numRows; at += 1) {
        const row = first + at;
        expect(file.getChild("timeMs")!.get(at)).toBe(BigInt(FROM + (row + 1) * MINUTE_MS));
        expect(["a", "b", "c"].map((name) => file.getChild(name)!.get(at) as number)).toEqual([row, row / 4, Math.fround(1.1)]);
        expect(file.getChild("regimeTarget")!.get(at)).toBe((row + 240) % 7);
        expect(file.getChild("volatilityUnit")!.get(at)).toBe(0.001);
      }
    // Row 90 is at the low of 1000: entry there, up a third a bar; 1015 is passed in bar 134 (1000 + 30 · 45/90), known at its close.
    expect(january.getChild("longLabel")!.get(89 - 30)).toBe(1);
    expect(january.getChild("longEndMs")!.get(89 - 30)).toBe(BigInt(FROM + 135 * MINUTE_MS));
    expect(january.getChild("longReturn")!.get(89 - 30)).toBeCloseTo(0.015, 12);
  });

  test("dataset.json says what is in it and what was dropped", async () => {
    const summary = await written({ fromMs: FROM + 10 * MINUTE_MS, toMs: FROM + 990 * MINUTE_MS });
    expect(JSON.parse(readFileSync(join(root, "out", "dataset.json"), "utf8"))).toEqual(summary);
    expect(summary).toMatchObject({
      rows: 1460,
      decisionBars: 2 * 980,
      dropped: { notWarm: 40, notSampled: 0, belowTick: 0, labelNotFinished: 2 * 230 },
      span: { fromMs: FROM + 31 * MINUTE_MS, toMs: FROM + 760 * MINUTE_MS },
      dataSha256: "d".repeat(64),
      labels: DEFAULT_LABELS,
      labelEnd: "known",
      instruments: [
        { symbol: "BTCUSDT", tickSize: 0.1 },
        { symbol: "ETHUSDT", tickSize: 0.01 },
      ],
    });
    const sum = (shares: Record<string, number>): number => Object.values(shares).reduce((total, share) => total + share, 0);
    for (const shares of Object.values(summary.baseRates)) expect(sum(shares)).toBeCloseTo(1, 12);
    let weight = 0;
    for (const { file } of summary.files) for (const value of table(file).getChild("weight")!) weight += value as number;
    expect(weight / summary.weight.mean / summary.rows).toBeCloseTo(1, 6);
  });

  test.each([
    ["fractions", { unit: "fraction", stop: 0.00005, target: 0.015 }],
    ["volatility units", { unit: "volatility", stop: 0.01, target: 2 }],
  ] as const)("rows whose barriers are nearer than a tick are left out and counted, in %s", async (_, barriers) => {
    // Ticks of BTCUSDT are 0.1 at prices from 1000: a stop of less than 0.1 is below one. Those of ETHUSDT are 0.01.
    const summary = await written({ labels: { ...DEFAULT_LABELS, barriers } });
    expect(summary.dropped.belowTick).toBeGreaterThan(0);
    const { notWarm, notSampled, belowTick, labelNotFinished } = summary.dropped;
    expect(summary.rows + notWarm + notSampled + belowTick + labelNotFinished).toBe(summary.decisionBars);
    const coarse = instrumentsOf(1);
    const alone = await said(() => written({ instruments: coarse, labels: { ...DEFAULT_LABELS, barriers }, outDir: join(root, "coarse") }));
    expect(alone).toMatch(
      /^no row is left of 2000 decision bars: .* 1938 with a stop or target nearer than one tick, 2 whose .* or wider barriers/,
    );
  });

  test("says of which labels there is no row, or nothing else, by symbol and in all", async () => {
    expect((await written()).warnings).toEqual([]);
    const barriers = { unit: "fraction", stop: 0.4, target: 0.9 } as const;
    const { warnings } = await written({ labels: { ...DEFAULT_LABELS, barriers }, outDir: join(root, "wide") });
    const sides = ["BTCUSDT", "ETHUSDT", "all symbols together"].flatMap((whose) => [
      `The long side of ${whose}`,
      `The short side of ${whose}`,
    ]);
    const advice = "check labels.stop, labels.target, labels.horizonMinutes and the range.";
    expect(warnings).toEqual(sides.map((side) => `${side} has only the label time: ${advice}`));
    const upwards = { unit: "fraction", stop: 0.4, target: 0.015 } as const;
    const one = await written({ labels: { ...DEFAULT_LABELS, barriers: upwards }, outDir: join(root, "upwards") });
    expect(one.warnings).toHaveLength(6);
    expect(one.warnings[0]).toMatch(/^The long side of BTCUSDT has no row with the label stop: /);
    expect(JSON.parse(readFileSync(join(root, "upwards", "dataset.json"), "utf8"))).toMatchObject({ warnings: one.warnings });
  });

  test("sampled rows only, counted for what they are", async () => {
    const summary = await written({ labels: { ...DEFAULT_LABELS, sampling: { kind: "every", bars: 5 } } });
    // Every fifth close, from row 34 (its close is minute 35) to row 759.
    expect(summary.rows).toBe(2 * 146);
    expect(summary.dropped).toEqual({ notWarm: 60, notSampled: 2 * 776, belowTick: 0, labelNotFinished: 2 * 48 });
    expect(table("BTCUSDT-2023-01.arrow").getChild("a")!.get(0)).toBe(34);
  });

  test("the same again is the same bytes, and drains change nothing", async () => {
    const first = await written();
    const builder = new DatasetBuilder(optionsOf({ outDir: join(root, "again") }));
    await feed(builder);
    expect((await builder.finish("d".repeat(64))).datasetSha256).toBe(first.datasetSha256);
  });
});

describe("a dataset's folder", () => {
  test("nothing is there before the end; abandoned, it is as it was", async () => {
    const builder = new DatasetBuilder(optionsOf());
    await feed(builder);
    expect(existsSync(join(root, "out"))).toBe(false);
    await builder.abandon();
    await builder.abandon();
    expect(readdirSync(root)).toEqual([]);
  });

  test("the same schema is replaced, stale months too, and other files stay", async () => {
    await written();
    writeFileSync(join(root, "out", "notes.txt"), "kept");
    const later = await written({ fromMs: FROM + 400 * MINUTE_MS, labels: { ...DEFAULT_LABELS, horizonMs: 5 * MINUTE_MS } });
    expect(readdirSync(join(root, "out")).sort()).toEqual(["BTCUSDT-2023-02.arrow", "ETHUSDT-2023-02.arrow", "dataset.json", "notes.txt"]);
    expect(later.rows).toBe(2 * 360);
  });

  test("another schema, or no dataset's dataset.json, is refused with one line", async () => {
    await written();
    const features = [{ name: "a", formula: "another", unit: "1" }, ...FEATURES.slice(1)];
    expect(await said(() => new DatasetBuilder(optionsOf({ features })))).toMatch(
      /holds a dataset of another schema .* choose another folder/,
    );
    expect(readdirSync(join(root, "out"))).toHaveLength(5);
    for (const text of ["{", "{}", '{"schemaSha256":"x","files":[{"file":"../../etc.arrow"}]}']) {
      writeFileSync(join(root, "out", "dataset.json"), text);
      expect(await said(() => new DatasetBuilder(optionsOf()))).toMatch(/is none of a dataset: choose another folder/);
    }
  });

  test("ranges and columns that make no dataset are one line each", async () => {
    const labels = { ...DEFAULT_LABELS, horizonMs: 2000 * MINUTE_MS };
    expect(await said(() => new DatasetBuilder(optionsOf({ labels })))).toMatch(/^the label horizon of 2000 min is longer than the range/);
    expect(await said(() => new DatasetBuilder(optionsOf({ toMs: FROM + 100 * MINUTE_MS })))).toMatch(/shorter than the 240 bars/);
    const features = [...FEATURES, { name: "weight", formula: "", unit: "1" }];
    expect(await said(() => new DatasetBuilder(optionsOf({ features })))).toMatch(/two columns named weight/);
    const builder = new DatasetBuilder(optionsOf());
    await feed(builder, 31);
    expect(await said(() => builder.finish(""))).toMatch(
      /^no row is left of 62 decision bars: 60 not warm, 0 not sampled, 0 with a stop or target nearer than one tick, 2 whose labels/,
    );
    await builder.abandon();
    expect(readdirSync(root)).toEqual([]);
  });

  test("a row that follows another bar, or has other columns, is a broken invariant", async () => {
    const builder = new DatasetBuilder(optionsOf());
    await feed(builder, 3);
    expect(() => {
      builder.row(featureRow(3, 0), 0, 1);
    }).toThrow("feature row");
    const gap = { kind: Kind.gap, missingBars: 4 } as Gap;
    builder.gap(gap);
    await builder.abandon();
  });
});

test("Parquet holds the same numbers in the same types", async () => {
  await written();
  await written({ format: "parquet", outDir: join(root, "parquet") });
  const file = join(root, "parquet", "ETHUSDT-2023-02.parquet");
  expect(readdirSync(join(root, "parquet"))).toHaveLength(5);
  const duck = new Duck();
  try {
    const described = await duck.query(`DESCRIBE SELECT * FROM read_parquet(${quoted(file)})`);
    expect(described.map((column) => column[1])).toEqual(
      "BIGINT FLOAT FLOAT FLOAT DOUBLE TINYINT DOUBLE BIGINT TINYINT DOUBLE BIGINT FLOAT TINYINT".split(" "),
    );
    const rows = await duck.query(`SELECT COLUMNS(*)::DOUBLE FROM read_parquet(${quoted(file)})`);
    const arrow = table("ETHUSDT-2023-02.arrow");
    const columns = arrow.schema.fields.map(({ name }) => arrow.getChild(name)!);
    expect(rows).toEqual(Array.from({ length: arrow.numRows }, (_, at) => columns.map((column) => Number(column.get(at)))));
  } finally {
    await duck.close();
  }
});
