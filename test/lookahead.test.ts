import { describe, expect, it } from "vitest";
import { symbolEvents, simulatedMarket } from "../streams/simulatedMarket.ts";
import type { SimulatedMarketOptions } from "../streams/simulatedMarket.ts";
import type { Cut, LookaheadOptions } from "./lookahead.ts";
import { findLookahead, random, resampled } from "./lookahead.ts";
import { ALL_LAYERS } from "./allLayers.ts";
import { honest, labelColumn, layersWith, LEAKS, LEAKY_LAYERS, normalisedOverTheBurst, perceiveWith } from "./plantedLeaks.ts";
import { inBursts, marketInstruments, testMarket } from "./replay.ts";
import { SHIPPED_LAYERS } from "./shippedLayers.ts";

const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 3 });
const SMALL = testMarket({ days: 2 });

const cutsOf = (count: number, seed: number, minutes: number): Cut[] => {
  const next = random(seed);
  return Array.from({ length: count }, () => ({ atBar: 1 + Math.floor(next() * (minutes - 2)), seed: 1 + Math.floor(next() * 1e6) }));
};

const check = (
  market: SimulatedMarketOptions,
  seed: number,
  cuts: number,
  replay: Partial<LookaheadOptions["replay"]> = {},
  untilFound = false,
) =>
  findLookahead({
    untilFound,
    fromMs: market.fromMs,
    source: (cut) => simulatedMarket({ ...market, seed, splice: cut }),
    cuts: cutsOf(cuts, seed, market.days * 1440),
    replay: { instruments: marketInstruments(market), ...replay },
  });

describe("no lookahead", () => {
  it("20 other futures change nothing that was decided, sent or filled before them", async () => {
    let [rows, fills, idle] = [0, 0, 0];
    for (const seed of [11, 12, 13, 14]) {
      const found = await check(MARKET, seed, 5);
      expect(found.leaks).toEqual([]);
      rows += found.rows;
      fills += found.fills;
      idle += found.idleCuts;
    }
    expect(rows).toBeGreaterThan(100_000);
    expect(fills).toBeGreaterThan(20);
    expect(idle).toBe(0);
  });

  it("with all layers: nor the feature row, L1, L2 and their signal", async () => {
    let [rows, fills] = [0, 0];
    for (const seed of [11, 12]) {
      const found = await check(MARKET, seed, 3, ALL_LAYERS);
      expect(found).toMatchObject({ leaks: [], idleCuts: 0 });
      rows += found.rows;
      fills += found.fills;
    }
    expect(rows).toBeGreaterThan(60_000);
    expect(fills).toBeGreaterThan(10);
  });

  it("with the four shipped layers: nor what they believe and do", async () => {
    const market = testMarket({ days: 5, gapsPerDay: 0.1 });
    const found = await findLookahead({
      fromMs: market.fromMs,
      source: (cut) => simulatedMarket({ ...market, seed: 31, splice: cut }),
      // L1 speaks from the second day on.
      cuts: cutsOf(4, 31, 3 * 1440).map(({ atBar, seed }) => ({ atBar: atBar + 2 * 1440, seed })),
      replay: { instruments: marketInstruments(market), ...SHIPPED_LAYERS },
    });
    expect(found).toMatchObject({ leaks: [], idleCuts: 0 });
    expect(found.fills).toBeGreaterThan(5);
  });

  it("nor do resampled bars in the place of recorded ones", async () => {
    const one = testMarket({ days: 3, seed: 5 });
    const events = [...symbolEvents(one, 0)].flat();
    const found = await findLookahead({
      fromMs: one.fromMs,
      source: (cut) => inBursts(cut === null ? events : resampled(events, one.fromMs, cut, 0.1), 4096),
      cuts: cutsOf(5, 1, 3 * 1440),
      replay: { instruments: marketInstruments(one) },
    });
    expect(found).toMatchObject({ leaks: [], idleCuts: 0 });
  });
});

const ALL_LEAKS = { ...LEAKS, "normalisation over the whole burst": normalisedOverTheBurst, "a label column": labelColumn };

describe("planted leaks", () => {
  it.each(Object.entries(ALL_LEAKS))("finds %s", async (_, feature) => {
    // Most settlements are the same 0.01 % on every path: a leak of them shows at some cuts only.
    const { leaks } = await check(SMALL, 22, 6, { perceive: perceiveWith(feature) }, true);
    expect(leaks.length).toBeGreaterThan(0);
    expect(leaks[0]?.asItWas).toMatch(/^signal \d /);
    expect(leaks[0]?.withOtherFuture).not.toBe(leaks[0]?.asItWas);
  });

  const places = Object.entries(ALL_LEAKS).flatMap(([name, feature]) => LEAKY_LAYERS.map((where) => [name, where, feature] as const));
  it.each(places)("finds %s in the %s", async (_, where, feature) => {
    const { leaks } = await check(SMALL, 22, 6, layersWith(feature, where), true);
    expect(leaks.length).toBeGreaterThan(0);
    for (const { asItWas } of leaks) expect(asItWas).toMatch(new RegExp(`^${where} \\d `));
  });

  it("does not accuse an operator that holds the burst and looks back", async () => {
    expect((await check(SMALL, 22, 6, { perceive: perceiveWith(honest) })).leaks).toEqual([]);
  });

  it.each(LEAKY_LAYERS)("nor a %s from one", async (where) => {
    expect(await check(SMALL, 22, 2, layersWith(honest, where))).toMatchObject({ leaks: [], idleCuts: 0 });
  });
});
