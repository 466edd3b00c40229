import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Event } from "../../src/domain/event.ts";
import { bracketFor } from "../../src/domain/instrument.ts";
import { Kind } from "../../src/domain/kind.ts";
import { KLINE_COLUMNS, klineValues } from "../../src/domain/kline.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/domain/units.ts";
import { compareOnLine } from "../merge.ts";
import { DEFAULT_MARKET, simulatedInstrument, simulatedMarket } from "../simulatedMarket.ts";
import type { SimulatedEdge, SimulatedMarketOptions } from "../simulatedMarket.ts";
import { marketColumns } from "./marketColumns.ts";
import type { MarketColumns } from "./marketColumns.ts";

const market = (changes: Partial<SimulatedMarketOptions>): SimulatedMarketOptions => ({ ...DEFAULT_MARKET, days: 3, ...changes });

/** The first `rows` bars of a path as plain numbers. */
const bars = (columns: MarketColumns, from = 0, to = columns.length): number[][] =>
  KLINE_COLUMNS.map((name) => Array.from(columns[name].subarray(from, to)));

const plain = (event: Event): unknown => (event.kind === Kind.kline ? klineValues(event) : event);

const drain = async (options: SimulatedMarketOptions): Promise<{ events: Event[]; bursts: number[] }> => {
  const events: Event[] = [];
  const bursts: number[] = [];
  for await (const burst of simulatedMarket(options)) {
    bursts.push(burst.length);
    events.push(...burst);
  }
  return { events, bursts };
};

const edges = fc.constantFrom<SimulatedEdge>("none", "regimes", { kind: "planted", strength: 0.3 });
const anyMarket = fc
  .record({
    seed: fc.nat(),
    edge: edges,
    symbol: fc.constantFrom("BTCUSDT", "ETHUSDT", "DOGEUSDT"),
    gapsPerDay: fc.constantFrom(0, 5),
    zeroVolumeFraction: fc.constantFrom(0, 0.02),
  })
  .map(({ symbol, ...rest }) => market({ ...rest, symbols: [symbol], days: 1 }));

describe("the simulated market as data", () => {
  test("same seed, same bits; another seed, another path", () => {
    expect(bars(marketColumns(market({ seed: 5 })))).toEqual(bars(marketColumns(market({ seed: 5 }))));
    expect(bars(marketColumns(market({ seed: 5 })))).not.toEqual(bars(marketColumns(market({ seed: 6 }))));
  });

  test("block and burst sizes do not change the events", async () => {
    const reference = await drain(market({ symbols: ["BTCUSDT", "ETHUSDT"], days: 1, gapsPerDay: 4 }));
    for (const [blockRows, burstEvents] of [
      [1, 1],
      [7, 4096],
      [4096, 7],
      [333, 1000],
    ] as const) {
      const other = await drain(market({ symbols: ["BTCUSDT", "ETHUSDT"], days: 1, gapsPerDay: 4, blockRows, burstEvents }));
      expect(other.events.map(plain)).toEqual(reference.events.map(plain));
      expect(Math.max(...other.bursts)).toBeLessThanOrEqual(burstEvents);
      for (const event of other.events) if (event.kind === Kind.kline) expect(event.block.openTimeMs.length).toBeLessThanOrEqual(blockRows);
    }
  });

  test("events come in line order, with funding before the bar that closes there", async () => {
    const { events } = await drain(market({ symbols: ["ETHUSDT", "BTCUSDT", "XRPUSDT"], days: 2 }));
    expect(events.length).toBe(3 * (2 * 1440 + 6));
    for (let at = 1; at < events.length; at++) expect(compareOnLine(events[at - 1]!, events[at]!)).toBeLessThan(0);
  });

  test("adding a symbol changes no other", () => {
    const alone = marketColumns(market({ symbols: ["BTCUSDT"] }));
    const third = marketColumns(market({ symbols: ["ETHUSDT", "XRPUSDT", "BTCUSDT"] }), 2);
    expect(bars(third)).toEqual(bars(alone));
    expect(third.funding.map((event) => event.rate)).toEqual(alone.funding.map((event) => event.rate));
  });

  test("bars are consistent and on the grids of tick and lot", () => {
    fc.assert(
      fc.property(anyMarket, (options) => {
        const instrument = simulatedInstrument(options.symbols[0] as string, 0);
        const onGrid = (value: number, size: number): boolean => {
          const steps = Math.round(value / size);
          return value === steps / Math.round(1 / size);
        };
        const c = marketColumns(options);
        for (let row = 0; row < c.length; row++) {
          const [open, high, low, close] = [c.open[row]!, c.high[row]!, c.low[row]!, c.close[row]!];
          if (!(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close))) return false;
          if (![open, high, low, close].every((price) => onGrid(price, instrument.tickSize))) return false;
          const [volume, buys] = [c.volume[row]!, c.takerBuyVolume[row]!];
          if (!(buys >= 0 && buys <= volume && onGrid(volume, instrument.lotSize) && onGrid(buys, instrument.lotSize))) return false;
          if (!(Number.isInteger(c.trades[row]) && c.trades[row]! * instrument.lotSize <= volume * (1 + 1e-9))) return false;
          if (volume > 0 !== c.trades[row]! > 0) return false;
          const slack = 1e-12 * volume * high;
          if (c.quoteVolume[row]! < low * volume - slack || c.quoteVolume[row]! > high * volume + slack) return false;
          if (c.takerBuyQuoteVolume[row]! > c.quoteVolume[row]!) return false;
          if ((c.openTimeMs[row]! - options.fromMs) % MINUTE_MS !== 0) return false;
          if (row > 0 && c.openTimeMs[row]! <= c.openTimeMs[row - 1]!) return false;
        }
        return c.openTimeMs[0] === options.fromMs;
      }),
      { numRuns: 30 },
    );
  });

  test("funding settles every eight hours inside the range, within its cap", () => {
    const { funding } = marketColumns(market({ days: 60 }));
    expect(funding.length).toBe(180);
    expect(funding.map((event) => event.eventTimeMs)).toEqual(funding.map((_, at) => DEFAULT_MARKET.fromMs + at * 8 * HOUR_MS));
    expect(funding.every((event) => Math.abs(event.rate) <= 0.0075 && event.knownAtMs === event.eventTimeMs)).toBe(true);
    expect(new Set(funding.map((event) => event.rate)).size).toBeGreaterThan(20);
  });
});

describe("holes and empty bars", () => {
  test("holes come at the stated rate and length and leave the other bars as they are", () => {
    const whole = marketColumns(market({ days: 200 }));
    const holed = marketColumns(market({ days: 200, gapsPerDay: 3, gapMeanMinutes: 15 }));
    let at = 0;
    let holes = 0;
    let changed = 0;
    for (let row = 0; row < holed.length; row++) {
      const before = at;
      while (whole.openTimeMs[at] !== holed.openTimeMs[row]) at += 1;
      if (at > before) holes += 1;
      if (KLINE_COLUMNS.some((name) => whole[name][at] !== holed[name][row])) changed += 1;
      at += 1;
    }
    expect(changed).toBe(0);
    const missing = whole.length - holed.length;
    expect(holes / 200).toBeGreaterThan(2.5);
    expect(holes / 200).toBeLessThan(3.5);
    expect(missing / holes).toBeGreaterThan(12.5);
    expect(missing / holes).toBeLessThan(17.5);
    expect(holed.funding).toEqual(whole.funding);
  });

  test("empty bars are flat at the last close, at the stated rate", () => {
    const c = marketColumns(market({ days: 20, zeroVolumeFraction: 0.05 }));
    let empty = 0;
    for (let row = 1; row < c.length; row++) {
      if (c.volume[row]! > 0) continue;
      empty += 1;
      const last = c.close[row - 1]!;
      expect([c.open[row], c.high[row], c.low[row], c.close[row]]).toEqual([last, last, last, last]);
      expect([c.trades[row], c.quoteVolume[row], c.takerBuyVolume[row]]).toEqual([0, 0, 0]);
    }
    expect(empty / c.length).toBeGreaterThan(0.044);
    expect(empty / c.length).toBeLessThan(0.056);
  });
});

describe("alternative futures", () => {
  test("a splice keeps every bit before the cut and replaces what follows", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2879 }), fc.nat(), edges, (atBar, seed, edge) => {
        const options = market({ days: 2, edge, symbols: ["ETHUSDT"], gapsPerDay: 6, zeroVolumeFraction: 0.01 });
        const path = marketColumns(options);
        const other = marketColumns({ ...options, splice: { atBar, seed: seed + 2 } });
        const cutMs = options.fromMs + atBar * MINUTE_MS;
        const rows = path.openTimeMs.findIndex((time) => time >= cutMs);
        const kept = rows < 0 ? path.length : rows;
        const fundingBefore = (columns: MarketColumns): number[] =>
          columns.funding.filter((event) => event.eventTimeMs <= cutMs).map((event) => event.rate);
        expect(bars(other, 0, kept)).toEqual(bars(path, 0, kept));
        expect(fundingBefore(other)).toEqual(fundingBefore(path));
        if (path.length - kept > 20) expect(bars(other, kept)).not.toEqual(bars(path, kept));
      }),
      { numRuns: 25 },
    );
  });

  test("from the cut on, the two paths are unrelated", () => {
    const options = market({ days: 60, edge: "none" });
    const path = marketColumns(options);
    const other = marketColumns({ ...options, splice: { atBar: 0, seed: 99 } });
    const agree = path.close.filter((close, row) => close > path.open[row]! === other.close[row]! > other.open[row]!).length;
    expect(Math.abs(agree / path.length - 0.5)).toBeLessThan(3.5 * 0.5 * Math.sqrt(1 / path.length) + 0.01);
  });
});

describe("instruments and options", () => {
  test("margin brackets are continuous, and Binance's amounts for BTCUSDT", () => {
    const { brackets } = simulatedInstrument("BTCUSDT", 0);
    expect(brackets.slice(0, 5).map((bracket) => bracket.maintenanceAmountUsdt)).toEqual([0, 50, 950, 11_450, 131_450]);
    for (const symbol of ["BTCUSDT", "XRPUSDT"]) {
      const instrument = simulatedInstrument(symbol, 3);
      for (const { notionalCapUsdt: cap, maintenanceMarginRate: rate, maintenanceAmountUsdt: amount } of instrument.brackets.slice(0, -1)) {
        const above = bracketFor(instrument, cap + 1);
        expect(above.notionalFloorUsdt).toBe(cap);
        expect(cap * rate - amount).toBeCloseTo(cap * above.maintenanceMarginRate - above.maintenanceAmountUsdt, 6);
      }
    }
  });

  test("options that make no sense are refused by name", () => {
    const wrong: [Partial<SimulatedMarketOptions>, string][] = [
      [{ seed: -1 }, "seed = -1"],
      [{ seed: 1.5 }, "seed = 1.5"],
      [{ symbols: [] }, "symbols"],
      [{ symbols: ["A", "A"] }, "symbols = A"],
      [{ fromMs: 1 }, "fromMs = 1"],
      [{ days: 0 }, "days = 0"],
      [{ days: 0.0001 }, "days = 0.0001"],
      [{ days: NaN }, "days = NaN"],
      [{ edge: { kind: "planted", strength: NaN } }, "edge.strength = NaN"],
      [{ gapsPerDay: -1 }, "gapsPerDay = -1"],
      [{ gapMeanMinutes: 0 }, "gapMeanMinutes = 0"],
      [{ zeroVolumeFraction: 2 }, "zeroVolumeFraction = 2"],
      [{ splice: { atBar: -1, seed: 1 } }, "splice.atBar = -1"],
      [{ splice: { atBar: 1, seed: 0.1 } }, "splice.seed = 0.1"],
      [{ blockRows: 5000 }, "blockRows = 5000"],
      [{ burstEvents: 0 }, "burstEvents = 0"],
    ];
    for (const [changes, message] of wrong) expect(() => simulatedMarket(market(changes)), message).toThrow(message);
  });

  test("a range that starts off a day's begin settles at the next full eight hours", () => {
    const { funding } = marketColumns(market({ fromMs: DEFAULT_MARKET.fromMs + 5 * HOUR_MS, days: 1 }));
    expect(funding.map((event) => (event.eventTimeMs % DAY_MS) / HOUR_MS)).toEqual([8, 16, 0]);
  });
});
