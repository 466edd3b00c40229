import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import type { RunRecord } from "../../record/runRecord.ts";
import { unpack } from "../page/columns.js";
import type { PageData } from "../page/pageData.js";
import { withSampleLayers } from "../testing/sampleLayers.ts";
import { sampleRecord } from "../testing/sampleRecord.ts";
import { PAGE_MODULES, pageScript } from "./assets.ts";
import { reportPage } from "./reportPage.ts";

const HOSTILE = `</script><img src=x onerror="alert(1)">'&<!--`;
const page = (record: RunRecord): string => [...reportPage(record)].join("");
const dataOf = (text: string): PageData =>
  JSON.parse(/<script type="application\/json" id="report-data">(.*?)<\/script>/s.exec(text)?.[1] ?? "") as PageData;
/** The page without what is the same in every report: library, script, style. */
const ownPart = (text: string): string => text.slice(0, text.indexOf('id="report-data"')).replace(/<(style|script)>.*?<\/\1>/gs, "");

describe("reportPage", () => {
  it("asks nobody for anything", () => {
    const text = page(sampleRecord({ trades: 30, days: 40 }));
    expect(text).toContain(`content="default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:;`);
    expect(ownPart(text)).not.toMatch(/(?:src|href|action|url\()\s*=?\s*["']?\s*(?:https?:)?\/\//i);
    expect(text).not.toMatch(/@import|<link[^>]+stylesheet|<script[^>]+src=/i);
  });

  it("is loud about a simulated market, and silent about it otherwise", () => {
    expect(page(sampleRecord({ trades: 1, days: 2 }))).toContain("Simulated market, not real prices.");
    expect(page(sampleRecord({ trades: 1, days: 2, simulated: false }))).not.toContain("Simulated market");
  });

  it("shows hostile names as text", () => {
    const base = sampleRecord({ trades: 3, days: 3, simulated: false });
    const text = page({
      ...base,
      identity: { ...base.identity, name: HOSTILE, warnings: [HOSTILE], dataSource: HOSTILE, command: HOSTILE, config: { key: HOSTILE } },
      summary: { ...base.summary, symbol: HOSTILE },
      trades: base.trades.map((trade) => ({ ...trade, symbol: HOSTILE, exitReason: HOSTILE })),
      candles: base.candles.map((series) => ({ ...series, symbol: HOSTILE })),
      gaps: base.gaps.map((gap) => ({ ...gap, symbol: HOSTILE })),
      refusals: [{ rule: HOSTILE, count: 1, nearest: 1, limit: 0 }],
      rejections: [{ code: -1, count: 1, reason: HOSTILE, firstMs: 0 }],
      riskSpans: base.riskSpans.map((span) => ({ ...span, rule: HOSTILE })),
    });
    const dataText = /id="report-data">(.*?)<\/script>/s.exec(text)?.[1] ?? "";
    expect(ownPart(text)).not.toContain("<img");
    expect(dataText).not.toContain("<");
    expect(text.match(/<\/script>/g)).toHaveLength(4);
    expect(dataOf(text).symbols).toContain(HOSTILE);
    expect(dataOf(text).trades.reasons).toEqual([HOSTILE]);
  });

  it("carries every trade in few bytes and stays below 8 MB with 22,000 of them", () => {
    const record = sampleRecord({ trades: 22_000, days: 730 });
    const text = page(record);
    expect(text.length).toBeLessThan(8_000_000);
    const { trades } = dataOf(text);
    expect([...unpack(trades.exitTimeMs)]).toEqual(record.trades.map((trade) => trade.exitTimeMs));
    expect([...unpack(trades.exitPrice)]).toEqual(record.trades.map((trade) => trade.exitPrice));
    const worst = Math.max(...unpack(trades.pnlUsdt).map((pnl, index) => Math.abs(pnl - (record.trades[index]?.pnlUsdt ?? NaN))));
    expect(worst).toBeLessThan(1e-6);
  });

  it("carries what the layers said: probabilities of all trades, features of an even sample with three digits", () => {
    const record = withSampleLayers(sampleRecord({ trades: 3000 }));
    const text = page(record);
    expect(text.length).toBeLessThan(5_000_000);
    expect(ownPart(text)).toContain("Feature values are kept of 2,000 of 3,000 trades, an even sample in time.");
    const layers = dataOf(text).layers!;
    expect(layers.features).toHaveLength(180);
    expect(layers.trade[2]).toHaveLength(3000);
    const kept = [...unpack(layers.featureTrade)];
    expect(kept).toHaveLength(2000);
    expect(Math.max(...kept.slice(1).map((trade, index) => trade - (kept[index] ?? NaN)))).toBe(2);
    const values = layers.featureValues.map(unpack);
    const errors = kept.flatMap((trade, row) =>
      values.map((column, feature) => Math.abs((column[row] ?? NaN) - (record.trades[trade]?.beliefs?.features[feature] ?? NaN))),
    );
    expect(errors.reduce((worst, error) => (error > worst ? error : worst), 0)).toBeLessThan(0.0051);
    expect(errors.filter(Number.isNaN)).toHaveLength(3 * 2000);
    const regime = layers.regime.map((column) => [...unpack(column)]);
    expect(regime.map((column) => column[10])).toEqual(record.trades[10]?.beliefs?.regime);
  });

  it("keeps three digits of small features too", () => {
    const base = withSampleLayers(sampleRecord({ trades: 3, days: 3 }), 1);
    const small = [0.000012345, -0.0000154321, 0];
    const trades = base.trades.map((trade, index) => ({
      ...trade,
      beliefs: { ...trade.beliefs!, features: Float32Array.of(small[index] as number) },
    }));
    const values = unpack(dataOf(page({ ...base, trades })).layers!.featureValues[0]!);
    expect([...values]).toEqual([0.0000123, -0.0000154, 0]);
  });

  it("stays below 10 MB with 22,000 trades and layers, and is silent about layers without them", () => {
    expect(page(withSampleLayers(sampleRecord({ trades: 22_000, days: 730 }))).length).toBeLessThan(10_000_000);
    const plain = page(sampleRecord({ trades: 30, days: 40 }));
    expect(dataOf(plain)).toMatchObject({ layers: null, regimes: [], reliability: [] });
    for (const part of ["What each layer said", "Confidence against outcome", "data-regime-key", "#layers"])
      expect(ownPart(plain)).not.toContain(part);
  });

  it("shows hostile names of layers as text", () => {
    const base = withSampleLayers(sampleRecord({ trades: 30, days: 30 }));
    const hostile = (names: readonly string[]): string[] => names.map(() => HOSTILE);
    const layers = {
      regimeStates: hostile(base.layers!.regimeStates),
      embedding: hostile(base.layers!.embedding),
      features: hostile(base.layers!.features),
      featureUnits: hostile(base.layers!.featureUnits),
    };
    const text = page({ ...base, layers, trades: base.trades.map((trade) => ({ ...trade, regime: HOSTILE, pattern: HOSTILE })) });
    expect(ownPart(text)).not.toContain("<img");
    expect(/id="report-data">(.*?)<\/script>/s.exec(text)?.[1]).not.toContain("<");
  });

  it("merges candles when a run brings more than the page holds", () => {
    const base = sampleRecord({ trades: 1, days: 365, simulated: false });
    const series = base.candles[0]!;
    const minutes = { ...series, intervalMs: series.intervalMs / 15 };
    const length = 200_000;
    const repeat = (values: readonly number[]): number[] => Array.from({ length }, (_, index) => values[index % values.length] as number);
    const openTimeMs = Array.from({ length }, (_, index) => (series.openTimeMs[0] as number) + index * minutes.intervalMs);
    const { open, high, low, close } = series;
    const long = { ...minutes, openTimeMs, open: repeat(open), high: repeat(high), low: repeat(low), close: repeat(close) };
    expect(dataOf(page({ ...base, candles: [long] })).candles[0]?.open[2].length).toBeLessThanOrEqual(80_001);
  });

  it("has a table of the orders that the venue refused, beside that of risk", () => {
    const text = page(sampleRecord({ trades: 30, days: 40 }));
    expect(text).toMatch(/495 plans refused by risk, 14 orders refused by the\s+venue\./);
    expect(text).toMatch(/<code>-4164<\/code>[^]*?>2<[^]*?2023-01-05[^]*?no smaller than 100 USDT: asked 49\.43/);
    expect(page(sampleRecord({ trades: 30, days: 40, halts: false }))).not.toContain("Orders refused by the venue");
  });

  it("has the intervals beside the figures, and a table of targets by year", () => {
    const base = sampleRecord({ trades: 300, days: 400 });
    const text = page({ ...base, intervals: { sharpe: [-1.5, 2], expectancyUsdt: [NaN, NaN] } });
    expect(text).toMatch(/95%: −1\.50 … 2\.00; volatility/);
    expect(text).toMatch(/Expectancy, 95% interval<\/dt>\s*<dd>– USDT<\/dd>/);
    const table = /<table class="targets">([^]*?)<\/table>/.exec(text)?.[1] ?? "";
    expect([...table.matchAll(/<th scope="row">([^<]*)</g)].map(([, year]) => year)).toEqual(["2023", "2024 (35 days)"]);
    expect(table.match(/>(met|not met|–)</g)?.length).toBeGreaterThanOrEqual(8);
    expect(table).toContain("Drawdown ≤ 6.0%");
  });

  it("renders a run without trades, with one bar, and with nothing at all", () => {
    const empty = sampleRecord({ trades: 0, days: 1, halts: false, gaps: false });
    expect(page(empty)).toContain("No trades");
    expect(page(empty)).toContain("in 1,440 bars: the position module asked for nothing at any decision.");
    const first = <T>(values: readonly T[]): T[] => values.slice(0, 1);
    const oneBar = empty.candles.map((series) => ({
      ...series,
      openTimeMs: first(series.openTimeMs),
      open: first(series.open),
      high: first(series.high),
      low: first(series.low),
      close: first(series.close),
    }));
    expect(dataOf(page({ ...empty, candles: oneBar, equity: first(empty.equity) })).toMs).toBeGreaterThan(empty.equity[0]?.timeMs ?? 0);
    const nothing = page({ ...empty, candles: [], equity: [], trades: [], fills: [] });
    expect(dataOf(nothing)).toMatchObject({ symbols: [], fromMs: 0, toMs: 60_000 });
  });

  it("states halts and what strict mode would have done", () => {
    const text = page(sampleRecord({ trades: 10, days: 365 }));
    expect(text).toContain("Strict mode would have stopped for good at the first halt");
    expect(text).toContain("system.maxDrawdownFraction");
  });
});

describe("pageScript", () => {
  it("is one script without imports, exports or twice-used names", () => {
    const script = pageScript(PAGE_MODULES);
    expect(script).not.toMatch(/^\s*(?:import|export)\b(?!\()/m);
    expect(() => new Script(script)).not.toThrow();
    expect(new Set(PAGE_MODULES).size).toBe(PAGE_MODULES.length);
  });
});
