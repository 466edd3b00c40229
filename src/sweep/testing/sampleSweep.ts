import type { SweepRecord, SweepRun } from "../sweepRecord.ts";
import { bySharpe } from "../sweepRecord.ts";

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
    ledger: { path: "trials.jsonl", added: grid.length, known: 0, trials: 50, unreadable: [], changed: [] },
    seconds: 1,
    ...change,
  };
};
