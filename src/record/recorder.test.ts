import { expect, it } from "vitest";
import { bar, BTC, ETH, fill, T0 } from "../../test/items.ts";
import { Ledger } from "../domain/ledger.ts";
import { MINUTE_MS } from "../domain/units.ts";
import { Recorder } from "./recorder.ts";
import { runRecord } from "./summarise.ts";

const TARGETS = { sharpe: 1, maxDrawdownFraction: 0.1, winRate: 0.5, yearReturn: 0.1 };
const FACTS = {
  config: { name: "test", risk: null, venue: { startUsdt: 10_000 }, report: { targets: TARGETS } },
  profile: "research",
  data: { instruments: [BTC, ETH], fromMs: T0, toMs: T0 + 60 * MINUTE_MS, source: "test", simulated: false, seed: null, warnings: [] },
  ...{
    configSha256: "",
    dataSha256: "",
    decisionsSha256: "",
    decisions: 0,
    commit: "",
    command: "",
    warnings: [],
    modules: {},
    models: {},
    inSample: [],
    members: { warmUpBars: 0, enterProbability: null },
    replaySeconds: 1,
    peakRssMb: 1,
  },
};

it("ends what is open of a symbol whose series ends before the run at its own last bar", () => {
  const recorder = new Recorder({ instruments: [BTC, ETH], startUsdt: 10_000, fromMs: T0 - 1, layers: null });
  const ledger = new Ledger([BTC, ETH], { startUsdt: 10_000 });
  for (let at = 0; at < 60; at++) {
    if (at < 30) recorder.bar(bar({ at, instrument: 0 }));
    recorder.bar(bar({ at, instrument: 1 }));
    if (at !== 5) continue;
    for (const instrument of [0, 1]) {
      const bought = fill({ at, instrument }, { side: "buy", ticks: 1000, lots: 10 });
      ledger.fill(bought);
      recorder.fill(bought);
    }
    recorder.state(ledger);
  }
  recorder.finish();
  const { trades, summary } = runRecord(recorder, FACTS);
  expect(trades.map(({ symbol, exitTimeMs, exitReason }) => [symbol, (exitTimeMs - T0) / MINUTE_MS, exitReason])).toEqual([
    ["BTCUSDT", 30, "open-at-end"],
    ["ETHUSDT", 60, "open-at-end"],
  ]);
  expect(summary.meanHoldingMinutes).toBe((25 + 55) / 2);
});
