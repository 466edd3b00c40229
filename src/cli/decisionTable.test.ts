import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { KEPT_ASIDE } from "../../test/cli/inProcess.ts";
import { DESCRIPTORS } from "../../models/pattern/geometry/descriptors.ts";
import type { RunSummary } from "../record/runRecord.ts";
import { backtestCommand } from "./backtest.ts";
import type { CommandContext, OptionValues } from "./frame/command.ts";

const context: CommandContext = {
  log: () => undefined,
  print: () => undefined,
  progress: () => undefined,
  signal: new AbortController().signal,
  json: true,
  env: KEPT_ASIDE,
};
let folder: string;
let summary: RunSummary;
const options: OptionValues = {
  simulate: true,
  days: "100",
  symbol: "BTCUSDT,ETHUSDT",
  set: ["data.warmUp=false", "risk.day.maxEntries=1"],
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-decisions-"));
  summary = (await backtestCommand.run({ ...options, decisions: "all", out: join(folder, "all") }, context)) as RunSummary;
});
afterAll(() => rm(folder, { recursive: true }));

/** Rows of a query over the file, as anybody's DuckDB gives them. */
const rowsOf = async (sql: string): Promise<readonly unknown[][]> => {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  try {
    return await (await connection.run(sql.replace("FILE", `'${join(folder, "all", "decisions.parquet")}'`))).getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
};

describe("--decisions all", () => {
  it("has a row a decision, in line order, over several parts and symbols", async () => {
    expect(summary.decisions).toBe(2 * 100 * 1440); // more than two parts of 131,072
    expect(await rowsOf("SELECT count(*)::DOUBLE, count(DISTINCT symbol)::DOUBLE FROM FILE")).toEqual([[summary.decisions, 2]]);
    const order = "SELECT symbol, timeMs, row_number() OVER () AS n FROM FILE";
    const backwards = `SELECT count(*)::DOUBLE FROM (SELECT timeMs < lag(timeMs) OVER (ORDER BY n) AS back FROM (${order})) WHERE back`;
    expect(await rowsOf(backwards)).toEqual([[0]]);
    expect(await rowsOf("SELECT symbol FROM FILE LIMIT 2")).toEqual([["BTCUSDT"], ["ETHUSDT"]]);
  });

  it("has columns with proper types, and what the summary counted", async () => {
    const described = (await rowsOf("DESCRIBE SELECT * FROM FILE")).map(([name, type]) => `${String(name)} ${String(type)}`);
    const doubles = ["pLong", "pShort", "pNeutral", "netLong", "netShort", "confidence", "markPrice"].map((name) => `${name} DOUBLE`);
    const counts = ["fills", "intents", "refusals", "orders"].map((name) => `${name} INTEGER`);
    const rest = ["positionLots BIGINT", "equityUsdt DOUBLE", "riskLevel VARCHAR"];
    const refused = ["refusedRule VARCHAR", "refusedValue DOUBLE", "refusedLimit DOUBLE"];
    const rules = ["maxStopFraction", "maxLeverage", "maxMarginFraction", "maxAccountMarginFraction", "maxLossFraction", "maxEntries"];
    const readings = [...rules, "maxConsecutiveLosses"].flatMap((rule) => [`${rule} DOUBLE`, `${rule}Limit DOUBLE`]);
    const states = ["StrongUp", "WeakUp", "Ranging", "WeakDown", "StrongDown", "LowVolatility", "HighVolatility"];
    const embedding = [...DESCRIPTORS, "memory"].map((name) => `pattern_${name} DOUBLE`);
    const said = [...states.map((state) => `regime${state} DOUBLE`), "patternUp DOUBLE", "patternDown DOUBLE", ...embedding];
    const members = ["regime", "pattern", "signal", "position"].flatMap((layer) => [`${layer}Member VARCHAR`, `${layer}Version VARCHAR`]);
    const all = [
      "timeMs BIGINT",
      "symbol VARCHAR",
      "ready BOOLEAN",
      ...doubles,
      ...rest,
      ...counts,
      ...refused,
      ...readings,
      ...said,
      ...members,
    ];
    expect(described).toEqual(all);
    // Without an order DuckDB's threads decide which row is the last.
    const equity = "last(equityUsdt ORDER BY timeMs, symbol)";
    const sums = await rowsOf(
      `SELECT sum(refusals)::DOUBLE, sum(orders)::DOUBLE, ${equity}, bool_and((netLong IS NOT NULL) = ready), bool_or(positionLots < 0) FROM FILE`,
    );
    expect(sums).toEqual([[summary.riskRefusals, summary.orders, summary.equityEndUsdt, true, true]]);
    const wrong =
      "NOT ready AND pNeutral < 1 OR abs(pLong + pShort + pNeutral - 1) > 1e-9 OR riskLevel NOT IN ('ACTIVE', 'REDUCING', 'HALTED')";
    expect(await rowsOf(`SELECT count(*)::DOUBLE FROM FILE WHERE ${wrong}`)).toEqual([[0]]);
    const fills = (await readFile(join(folder, "all", "fills.csv"), "utf8")).trim().split("\n").length - 1;
    expect(await rowsOf("SELECT sum(fills)::DOUBLE FROM FILE")).toEqual([[fills]]);
  });

  it("says what L1 and L2 said at each bar, and who spoke", async () => {
    const regimes = ["StrongUp", "WeakUp", "Ranging", "WeakDown", "StrongDown", "LowVolatility", "HighVolatility"].map((s) => `regime${s}`);
    const wrong = `abs(${regimes.join(" + ")} - 1) > 1e-9 OR patternUp < 0 OR patternDown < 0 OR patternUp + patternDown > 1 + 1e-9`;
    expect(await rowsOf(`SELECT count(*)::DOUBLE FROM FILE WHERE ${wrong}`)).toEqual([[0]]);
    const known = "count(regimeRanging) > 0.9 * count(*), count(patternUp) > 0.9 * count(*), count(pattern_memory) > 0";
    expect(await rowsOf(`SELECT ${known}, count(DISTINCT regimeRanging) > 100 FROM FILE`)).toEqual([[true, true, true, true]]);
    const members = "regimeMember, patternMember, signalMember, positionMember, bool_and(positionVersion LIKE 'v%')";
    expect(await rowsOf(`SELECT ${members} FROM FILE GROUP BY ALL`)).toEqual([["rule", "geometry", "byRegime", "managed", true]]);
    // What the report says of a trade's regime is what the table says of the bar that it was decided at.
    const [header = "", ...lines] = (await readFile(join(folder, "all", "trades.csv"), "utf8")).trim().split("\n");
    const cells = lines.map((line) => Object.fromEntries(line.split(",").map((cell, at) => [header.split(",")[at] ?? "", cell])));
    const weakUp = cells.find(({ regime }) => regime === "weak up");
    expect(weakUp).toBeDefined();
    const at = `symbol = '${weakUp?.["symbol"] ?? ""}' AND timeMs = ${weakUp?.["entryTimeMs"] ?? ""}`;
    expect(await rowsOf(`SELECT regimeWeakUp = greatest(${regimes.join(", ")}) FROM FILE WHERE ${at}`)).toEqual([[true]]);
  });

  it("names the rule that refused, with value and limit, where one did", async () => {
    expect(summary.riskRefusals).toBeGreaterThan(0);
    const each = "(refusals > 0) = (refusedRule IS NOT NULL) AND (refusedRule IS NULL) = (refusedValue IS NULL)";
    expect(await rowsOf(`SELECT bool_and(${each}) FROM FILE`)).toEqual([[true]]);
    const ofRule = "refusedRule = 'day.maxEntries'";
    expect(await rowsOf(`SELECT count(*) > 0, max(refusedLimit), min(refusedValue) > 1 FROM FILE WHERE ${ofRule}`)).toEqual([
      [true, 1, true],
    ]);
  });

  it("says what each rule measured that let an entry pass, within its limit", async () => {
    const within = "maxMarginFraction <= maxMarginFractionLimit AND maxLeverage <= maxLeverageLimit AND maxEntries <= maxEntriesLimit";
    const [row] = await rowsOf(
      `SELECT count(maxEntries)::DOUBLE, bool_and(${within}), max(maxEntriesLimit), min(maxMarginFraction) > 0, bool_and(intents > 0) FROM FILE WHERE maxEntries IS NOT NULL`,
    );
    // A row holds the first entry only, and there is one a day at most.
    expect(row?.slice(1)).toEqual([true, 1, true, true]);
    expect(row?.[0]).toBeGreaterThan(0);
    expect(row?.[0]).toBeLessThanOrEqual(100);
    expect(await rowsOf("SELECT count(*)::DOUBLE FROM FILE WHERE maxEntries IS NULL AND maxLeverage IS NOT NULL")).toEqual([[0]]);
  });

  it("leaves no parts behind, and changes no decision; the next run without it takes the file away", async () => {
    const all = join(folder, "all");
    expect((await readdir(all)).sort()).toEqual([
      "decisions.jsonl",
      "decisions.parquet",
      "equity.csv",
      "files.sha256",
      "fills.csv",
      "report.html",
      "run.json",
      "summary.json",
      "trades.csv",
    ]);
    const again = (await backtestCommand.run({ ...options, out: all }, context)) as RunSummary;
    expect(again.decisionsSha256).toBe(summary.decisionsSha256);
    expect(await readdir(all)).not.toContain("decisions.parquet");
  });
});
