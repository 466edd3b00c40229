import { DAY_MS } from "../../domain/units.ts";
import type { Figure, SignalFigures, Walk, WalkFold } from "../walkFile.ts";
import type { WalkForwardRecord } from "../walkForwardRecord.ts";

const FROM_MS = Date.UTC(2022, 6, 1);

const figure = (value: number): Figure => ({ value, interval: [value - 0.02, value + 0.02] });

const signalFigures = (ic: number): SignalFigures => ({
  ...{ directionalIc: figure(ic), longIc: figure(ic), shortIc: figure(ic) },
  ...{ slope: figure(0.8), rawSlope: figure(0.3), rankLongIc: figure(0.07), rankShortIc: figure(0.09) },
  curve: Array.from({ length: 10 }, (_, tenth) => {
    const said = (tenth - 4.5) / 1e4;
    return { said, realised: 0.8 * said, interval: [0.8 * said - 1e-4, 0.8 * said + 1e-4] as const, rows: 500 };
  }),
});

const fold = (number: number, symbols: readonly string[]): WalkFold => {
  const testFromMs = FROM_MS + (number - 1) * 30 * DAY_MS;
  const by = <T>(of: T): Record<string, T> => Object.fromEntries(symbols.map((symbol) => [symbol, of]));
  return {
    ...{ number, name: `fold-${number}`, trainFromMs: testFromMs - 180 * DAY_MS, testFromMs, testToMs: testFromMs + 30 * DAY_MS },
    ...{ failed: null, rows: { train: 17_000, test: 2_880 }, clusters: { train: 4_300, test: 720 }, leftOut: ["mask_funding"] },
    seconds: { model: 20, wall: 22 },
    signal: {
      ridge: by({ directionalIc: 0.01 * number, slope: 0.5, expectedGains: 3 }),
      lightgbm: by({ directionalIc: 0.02 * number, slope: 0.4, expectedGains: 5 }),
    },
    regime: { ensemble: by({ logLoss: 1.02, rule: 1.05, prior: 1.2 }) },
    columns: { ridge: 64, lightgbm: 64 },
  };
};

/** What a trainer's walk of three folds of 30 days leaves; figures are made up. */
export const sampleWalk = (change: Partial<Walk> = {}): Walk => {
  const symbols = change.symbols ?? ["BTCUSDT"];
  const by = <T>(of: T): Record<string, T> => Object.fromEntries(symbols.map((symbol) => [symbol, of]));
  return {
    ...{ format: 1, identitySha256: "i", datasetSha256: "d", symbols, train: "180d", test: "30d", step: "30d" },
    ...{ every: 15, cost: 0.001, seed: 1, blockDays: 5 },
    models: { signal: ["ridge", "lightgbm"], regime: ["ensemble"] },
    serve: { signal: "lightgbm", regime: "ensemble" },
    folds: [1, 2, 3].map((number) => fold(number, symbols)),
    signal: { ridge: by(signalFigures(0.03)), lightgbm: by(signalFigures(0.031)) },
    regime: { ensemble: by({ logLoss: figure(1.024), gainOnPrior: figure(0.2), gainOnRule: figure(0.026), foldsBetterThanRule: 3 }) },
    decay: symbols.flatMap((symbol) =>
      [0, 1, 2].map((stepsLater) => ({ model: "lightgbm", symbol, stepsLater, directionalIc: figure(0.03 - 0.01 * stepsLater) })),
    ),
    carries: [
      { group: "price/trend", columns: 87, drop: figure(0.017) },
      { group: "candles", columns: 12, drop: figure(-0.001) },
    ],
    cpcv: null,
    seconds: { model: 60, wall: 36, processes: 2 },
    ...change,
  };
};

/** A finished walk-forward for tests. */
export const sampleWalkForward = (change: Partial<WalkForwardRecord> = {}): WalkForwardRecord => {
  const walk = change.walk ?? sampleWalk();
  const equity = Array.from({ length: 91 }, (_, day) => [FROM_MS + day * DAY_MS, 10_000 + day] as const);
  const verdict = { is: "luck", sentence: "not distinguishable from luck: 53 trades, PSR .74", psr: 0.74, moreYears: 1 } as const;
  const run = {
    trades: 53,
    totalReturn: 0.0067,
    sharpe: 1.9,
    maxDrawdown: -0.0076,
    feesUsdt: 104,
    turnover: 217,
    inSample: false,
    ruined: false,
    verdict,
    equity,
  };
  return {
    ...{ name: "sample", symbols: walk.symbols, from: "2022-07-01T00:00:00Z", to: "2022-09-29T00:00:00Z" },
    ...{ dataSource: "spot klines in history", simulated: false, warnings: [], command: "riposte walk-forward", commit: "c", walk },
    labels: [
      {
        ...{ model: "lightgbm", calibrated: true, cost: 0.0004, symbol: "BTCUSDT", trades: 211, meanNet: -0.0003 },
        ...{ interval: [-0.001, 0.0004] as const, sharpe: -1, verdict },
      },
    ],
    backtests: [
      { served: ["regime", "signal"], dir: "out/both", decisionsSha256: "h1", ...run },
      { served: [], dir: "out/rules", decisionsSha256: "h2", ...run },
    ],
    ...{ verdict, tries: 3, ledgerPath: "trials.jsonl", membersDir: "out/members", seconds: { dataset: 11, training: 36, backtests: 20 } },
    ...change,
  };
};
