import { expect, it } from "vitest";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import { ALL_LAYERS } from "./allLayers.ts";
import type { Leak } from "./lookahead.ts";
import { findLookahead, random } from "./lookahead.ts";
import { marketInstruments, testMarket } from "./replay.ts";

const RUNS = 125;
const CUTS = 8;

/** 1,000 random cuts, 0 differing rows. Each run is three days from a random start, of one to three symbols. */
it("1,000 other futures change nothing that was decided, sent or filled before them", async () => {
  const next = random(2023);
  const whole = (below: number): number => Math.floor(next() * below);
  const leaks: Leak[] = [];
  let [rows, fills, idle, cuts] = [0, 0, 0, 0];
  for (let run = 0; run < RUNS; run += 1) {
    const market = testMarket({
      seed: whole(1e6),
      symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"].slice(0, 1 + (whole(8) % 3)),
      days: 3,
      fromMs: Date.UTC(2023, 0, 1) + whole(500_000) * 60_000,
      burstEvents: 1 + whole(4096),
      gapsPerDay: 0.1,
    });
    const found = await findLookahead({
      fromMs: market.fromMs,
      source: (cut) => simulatedMarket({ ...market, splice: cut }),
      cuts: Array.from({ length: CUTS }, () => ({ atBar: 1 + whole(3 * 1440 - 2), seed: whole(1e9) })),
      // Every other one with a feature row and a member in each layer.
      replay: { instruments: marketInstruments(market), ...(run % 2 === 0 ? {} : ALL_LAYERS) },
    });
    leaks.push(...found.leaks);
    rows += found.rows;
    fills += found.fills;
    idle += found.idleCuts;
    cuts += CUTS;
  }
  expect(leaks).toEqual([]);
  expect(cuts).toBe(1000);
  expect(rows).toBeGreaterThan(4_000_000);
  expect(fills).toBeGreaterThan(1000);
  // Behind a hole near the end nothing gets warm again.
  expect(idle).toBeLessThan(30);
});
