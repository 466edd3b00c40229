import { readFileSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FLAGS, HEAD, READY, SIGNAL } from "../../operators/beliefs/beliefRows.ts";
import type { BeliefRows } from "../../operators/beliefs/beliefRows.ts";
import { runHere } from "../../test/cli/inProcess.ts";
import { expectRefusal, scratchFolder } from "../../test/cli/riposte.ts";
import { BeliefReader } from "../store/beliefs/beliefReader.ts";

const OWN_REGIME = `export default () => ({ name: "mine", features: ["rsi_14"], onGap: "keep", init: () => ({ bars: 0 }),
  decide: (state, bar, out, { x, known }) => {
    out.fill(0); state.bars += 1; out[state.bars % 7] = 0.25; out[(state.bars + 1) % 7] = 0.75; return known && x[0] > 0.1; } });`;
const MARKET = ["--simulate", "--symbol", "BTCUSDT,ETHUSDT", "--set", "data.warmUp=false", "--set", "features.columns=rsi_14", "--json"];

interface Written {
  readonly columns: readonly { readonly name: string; readonly role: string; readonly type: string }[];
  readonly files: readonly { readonly file: string; readonly symbol: string }[];
  readonly beliefs?: unknown;
  readonly rows: number;
}

let folder: string;
const at = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await scratchFolder("dataset");
  await writeFile(at("mine.ts"), OWN_REGIME);
});
afterAll(() => rm(folder, { recursive: true }));

const dataset = async (name: string, ...more: readonly string[]): Promise<Written> => {
  const { code, stderr } = await runHere(["dataset", ...MARKET, "--out", at(name), ...more]);
  expect(code, stderr).toBe(0);
  return JSON.parse(readFileSync(at(`${name}/dataset.json`), "utf8")) as Written;
};

/** Beliefs that a backtest stored, by instrument and line time. */
const storedBy = async (path: string): Promise<Map<string, { readonly block: BeliefRows; readonly row: number }>> => {
  const reader = await BeliefReader.open(path);
  const found = new Map<string, { block: BeliefRows; row: number }>();
  try {
    await reader.provide(reader.footer.rows);
    for (let row = reader.advance(); row >= 0; row = reader.advance()) {
      const { head } = reader.block;
      const instrument = Math.floor((head[row * HEAD + 1] as number) / FLAGS);
      found.set(`${instrument} ${head[row * HEAD]}`, { block: reader.block, row });
    }
  } finally {
    await reader.close();
  }
  return found;
};

/** The numbers of a stored row as a dataset has them: float32, and 0 for what was not ready or not stated. */
const expectedOf = ({ block, row }: { readonly block: BeliefRows; readonly row: number }): number[] => {
  const flags = (block.head[row * HEAD + 1] as number) % FLAGS;
  const part = (numbers: Float64Array, width: number, ready: number): number[] =>
    Array.from(numbers.subarray(row * width, (row + 1) * width), (value) =>
      (flags & ready) === 0 || Number.isNaN(value) ? 0 : Math.fround(value),
    );
  const { regime, pattern } = block.widths;
  return [
    ...part(block.regime, regime, READY.regime),
    ...part(block.pattern, pattern, READY.pattern),
    ...part(block.signal, SIGNAL, READY.signal),
  ];
};

describe("dataset --beliefs", () => {
  it.each([
    ["the shipped rules", [], { regime: "rule", pattern: "geometry", signal: "byRegime" }],
    ["a module of one's own", ["--regime", "mine.ts"], { regime: "mine", pattern: "geometry", signal: "byRegime" }],
    ["a line without L1 and L2", ["--regime", "none", "--pattern", "none", "--signal", "trend"], { regime: null, pattern: null }],
  ])("has what %s say in a backtest of the same bars", async (name, layers, members) => {
    const chosen = [...layers.map((word) => (word === "mine.ts" ? at(word) : word)), "--days", "5"];
    const about = await dataset(name, ...chosen, "--beliefs");
    const stored = `${at(name)}.beliefs`;
    const { code, stderr } = await runHere(["backtest", ...MARKET, ...chosen, "--beliefs", stored, "--out", at(`${name}.run`)]);
    expect(code, stderr).toBe(0);
    expect(about.beliefs).toMatchObject(members);
    const columns = about.columns.filter(({ role }) => role === "belief");
    expect(new Set(columns.map(({ type }) => type))).toEqual(new Set(["float32"]));
    const by = await storedBy(stored);
    let rows = 0;
    const spoke = new Set<string>();
    for (const { file, symbol } of about.files) {
      const table = tableFromIPC(readFileSync(at(`${name}/${file}`)));
      const numbers = columns.map((column) => table.getChild(column.name)!);
      const times = table.getChild("timeMs")!;
      for (let row = 0; row < table.numRows; row += 1) {
        const actual = numbers.map((column) => column.get(row) as number);
        expect(actual).toEqual(expectedOf(by.get(`${["BTCUSDT", "ETHUSDT"].indexOf(symbol)} ${times.get(row)}`)!));
        rows += 1;
        for (const [i, value] of actual.entries()) if (value !== 0) spoke.add(columns[i]!.name.split(".")[0]!);
      }
    }
    expect(rows).toBe(about.rows);
    expect([...spoke].sort()).toEqual([...new Set(columns.map((column) => column.name.split(".")[0]!))].sort());
  });

  it("stands behind the features and before the volatility unit; without it nothing changes", async () => {
    const about = await dataset("with", "--beliefs", "--days", "4");
    const names = about.columns.map(({ name }) => name);
    const first = names.indexOf("regime.strong up");
    expect(about.columns[first - 1]?.role).toBe("feature");
    expect(names.slice(first, names.indexOf("volatilityUnit")).filter((name) => !name.startsWith("pattern."))).toEqual([
      ...["strong up", "weak up", "ranging", "weak down", "strong down", "low volatility", "high volatility"].map((s) => `regime.${s}`),
      ...["pLong", "pShort", "pNeutral", "netLong", "netShort", "confidence"].map((s) => `signal.${s}`),
    ]);
    const without = await dataset("without", "--days", "4");
    expect(without.beliefs).toBeUndefined();
    expect(without.columns.filter(({ role }) => role === "belief")).toEqual([]);
  });
});

describe("distances in units of volatility", () => {
  const volatility = ["--set", "labels.unit=volatility"];
  it.each([
    [[], "labels.stop and labels.target"],
    [["--set", "labels.stop=1"], "labels.target"],
    [["--set", "labels.target=2"], "labels.stop"],
  ])("are refused where one is not given: %s", async (given, missing) => {
    const ended = await runHere(["dataset", ...MARKET, "--days", "2", "--out", at("refused"), ...volatility, ...given]);
    expectRefusal(ended, 2, new RegExp(`labels\\.unit volatility needs ${missing.replace(/\./g, "\\.")}: give both distances`));
  });

  it("are taken where both are", async () => {
    const about = await dataset("sigma", "--days", "4", ...volatility, "--set", "labels.stop=1", "--set", "labels.target=2");
    expect(about).toMatchObject({ labels: { barriers: { unit: "volatility", stop: 1, target: 2 } }, labelEnd: "known" });
  });
});
