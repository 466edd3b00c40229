import type { SweepRecord, SweepRun } from "../sweepRecord.ts";
import { bySharpe } from "../sweepRecord.ts";

/** The same sweep with a test range: figures are half of the others; the last run was not finished there. */
export const testedSweep = (keys: number): SweepRecord => {
  const record = sampleSweep(keys);
  const halved = ({ figures }: SweepRun): SweepRun["figures"] =>
    Object.fromEntries(Object.entries(figures).map(([figure, value]) => [figure, value / 2])) as SweepRun["figures"];
  const runs = record.runs.map((run, index) => ({
    ...run,
    ...(index === record.runs.length - 1
      ? {}
      : { test: { figures: halved(run), configSha256: `t${index}`, decisionsSha256: `u${index}` } }),
  }));
  const test = { from: "2024-01-01T00:00:00Z", to: "2024-04-01T00:00:00Z", dataSha256: "t", runs: runs.length - 1, rankCorrelation: 0.125 };
  return {
    ...record,
    runs,
    test: { ...test, verdict: { is: "none", sentence: "none: 3 trades, and it takes 30", psr: NaN, moreYears: NaN } },
  };
};

/** A sweep for tests: `keys` keys of three values each; the first run never traded. Figures are made up. */
export const sampleSweep = (keys: number, change: Partial<SweepRecord> = {}): SweepRecord => {
  const swept = Array.from({ length: keys }, (_, index) => ({ key: `position.options.k${index}`, values: ["1", "2", "10"] }));
  const grid = swept.reduce<string[][]>((runs, { values }) => runs.flatMap((run) => values.map((value) => [...run, value])), [[]]);
  const runs = grid.map((values, index): SweepRun => ({
    values,
    configSha256: `config${index}`,
    decisionsSha256: `decisions${index}`,
    figures: {
      sharpe: index === 0 ? NaN : Math.sin(index),
      totalReturn: index === 0 ? 0 : Math.sin(index) / 10,
      maxDrawdown: -index / 100,
      trades: index,
      winRate: index === 0 ? NaN : 0.5,
      profitFactor: index === 0 ? NaN : 1.2,
      sortino: index === 0 ? NaN : Math.cos(index),
      exposure: 0.3,
      feesUsdt: index * 2,
      halts: 0,
    },
  }));
  return {
    name: "sample",
    symbols: ["BTCUSDT"],
    from: "2023-01-01T00:00:00Z",
    to: "2024-01-01T00:00:00Z",
    dataSource: "USD-M perpetual klines in history",
    simulated: false,
    warnings: [],
    profile: "research",
    dataSha256: "d",
    commit: "c",
    modules: {},
    models: {},
    inSample: [],
    command: "riposte sweep",
    keys: swept,
    planned: grid.length,
    runs: bySharpe(runs),
    luck: { trials: 40, withSharpe: 39, days: 365, sharpeVariance: 0.01, expectedMaxSharpe: 4.12, deflatedSharpe: [0.03, 0.05] },
    verdict: { is: "luck", sentence: "not distinguishable from luck: 8 trades, DSR .03", psr: 0.9, dsr: 0.03, moreYears: 4 },
    overfitting: { probability: 0.62, trials: 38, of: 40, days: 365, splits: 12_870 },
    ledger: { path: "trials.jsonl", added: grid.length, known: 0, trials: 50, unreadable: [], changed: [] },
    seconds: 1,
    ...change,
  };
};
