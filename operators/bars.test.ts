import fc from "fast-check";
import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import { Kind } from "../src/domain/kind.ts";
import { KLINE_COLUMNS } from "../src/domain/kline.ts";
import type { Bar, Kline, KlineColumn } from "../src/domain/kline.ts";
import type { Item } from "../src/domain/item.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { BTC, ETH, kline, T0 } from "../test/items.ts";
import { operatorCases, through } from "../test/operatorCases.ts";
import { bars } from "./bars.ts";
import { stepOperator } from "./stepOperator.ts";

const M3 = 3 * MINUTE_MS;
const M6 = 6 * MINUTE_MS;

describe("bars", () => {
  operatorCases({
    operator: () => bars([BTC, ETH], [M6, M3]),
    rows: [
      [kline({ at: 1, ohlc: [10, 14, 9, 12], volume: 2 }), ["kline0 #1 m1 c12", "bar0 #1 1m base m1 10/14/9/12 v2 n1"]],
      [kline({ at: 1, close: 7, instrument: 1, seq: 2 }), ["kline1 #2 m1 c7", "bar1 #2 1m base m1 7/7/7/7 v1 n1"]],
      [
        kline({ at: 2, ohlc: [12, 13, 8, 11], volume: 3, seq: 3 }),
        ["kline0 #3 m2 c11", "bar0 #3 3m m0 10/14/8/11 v5 n2", "bar0 #3 1m base m2 12/13/8/11 v3 n1"],
      ],
      // Minutes 3 to 6 are missing: the 6m bar of 0..5 closes late, with the first kline behind it, which says so by its seq.
      [kline({ at: 7, close: 20, seq: 4 }), ["kline0 #4 m7 c20", "bar0 #4 6m m0 10/14/8/11 v5 n2", "bar0 #4 1m base m7 20/20/20/20 v1 n1"]],
      // Both longer bars close with one kline: short before long before base.
      [
        kline({ at: 11, close: 21, seq: 5 }),
        [
          "kline0 #5 m11 c21",
          "bar0 #5 3m m6 20/20/20/20 v1 n1",
          "bar0 #5 3m m9 21/21/21/21 v1 n1",
          "bar0 #5 6m m6 20/21/20/21 v2 n2",
          "bar0 #5 1m base m11 21/21/21/21 v1 n1",
        ],
      ],
      [
        kline({ at: 2, close: 8, instrument: 1, seq: 6 }),
        ["kline1 #6 m2 c8", "bar1 #6 3m m0 7/8/7/8 v2 n2", "bar1 #6 1m base m2 8/8/8/8 v1 n1"],
      ],
    ],
    throws: {
      operator: () => (source) =>
        source.pipe(
          bars([BTC], [M3]),
          stepOperator("behind", () => null, {
            [Kind.bar]: (_, { base }) => {
              if (!base) throw new Error("no longer bars");
            },
          }),
        ),
      items: [kline({ at: 0 }), kline({ at: 1 }), kline({ at: 2 })],
      name: "behind",
      message: "no longer bars",
    },
  });

  it("aligns to UTC: one day's bar begins at 00:00, wherever the data begin", () => {
    const lines = through(bars([BTC], [1440 * MINUTE_MS]), [kline({ at: 1000 }), kline({ at: 1439 }), kline({ at: 1440 })]);
    expect(lines.filter((line) => line.includes("1440m"))).toEqual(["bar0 #1439 1440m m0 100/100/100/100 v2 n2"]);
  });

  interface Minute {
    readonly skip: number;
    readonly prices: readonly [number, number, number, number];
    readonly volume: number;
    readonly instrument: number;
  }
  const price = fc.integer({ min: 1, max: 1000 });
  const minutes = fc.array(
    fc.record<Minute>({
      skip: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 90 })),
      prices: fc.tuple(price, price, price, price),
      volume: fc.integer({ min: 0, max: 50 }),
      instrument: fc.integer({ min: 0, max: 1 }),
    }),
    { minLength: 1, maxLength: 250 },
  );
  const klinesOf = (rows: readonly Minute[]): Kline[] => {
    const next = [0, 0];
    return rows.map(({ skip, prices, volume, instrument }, seq) => {
      const at = (next[instrument] as number) + skip;
      next[instrument] = at + 1;
      const [open, , , close] = prices;
      return kline({ at, ohlc: [open, Math.max(...prices), Math.min(...prices), close], volume, instrument, seq });
    });
  };
  const frames = [5, 15, 60].map((count) => count * MINUTE_MS);
  const barsOf = (klines: readonly Kline[]): Bar[] => {
    const out: Bar[] = [];
    from<Item[]>([...klines])
      .pipe(bars([BTC, ETH], frames))
      .subscribe((item) => {
        if (item.kind === Kind.bar) out.push(item);
      });
    return out;
  };
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

  it("equals brute force, whatever is missing, for two symbols (property)", () => {
    fc.assert(
      fc.property(minutes, (rows) => {
        const klines = klinesOf(rows);
        const made = barsOf(klines);
        for (const timeframeMs of frames)
          for (const instrument of [0, 1]) {
            const own = klines.filter((each) => each.instrument === instrument);
            const groups = grouped(own, timeframeMs);
            const last = own.at(-1)?.openTimeMs ?? 0;
            const expected = [...groups]
              .filter(([startMs]) => last + MINUTE_MS >= startMs + timeframeMs)
              .map(([startMs, inside]) => ({
                openTimeMs: startMs,
                open: inside[0]?.open,
                high: Math.max(...inside.map(({ high }) => high)),
                low: Math.min(...inside.map(({ low }) => low)),
                close: inside.at(-1)?.close,
                volume: sum(inside.map(({ volume }) => volume)),
                quoteVolume: sum(inside.map(({ quoteVolume }) => quoteVolume)),
                trades: sum(inside.map(({ trades }) => trades)),
                takerBuyVolume: sum(inside.map(({ takerBuyVolume }) => takerBuyVolume)),
                takerBuyQuoteVolume: sum(inside.map(({ takerBuyQuoteVolume }) => takerBuyQuoteVolume)),
                baseBars: inside.length,
                // It is known with its last minute, or with the first kline behind it.
                seq: (own.find(({ openTimeMs }) => openTimeMs + MINUTE_MS >= startMs + timeframeMs) as Kline).seq,
              }));
            const got = made
              .filter((each) => !each.base && each.instrument === instrument && each.timeframeMs === timeframeMs)
              .map((each) => ({ ...columnsOf(each), baseBars: each.baseBars, seq: each.seq }));
            expect(got).toEqual(expected);
          }
      }),
      { numRuns: 60 },
    );
  });

  it("conserves volume: each kline is in exactly one bar of each frame (property)", () => {
    fc.assert(
      fc.property(minutes, (rows) => {
        const klines = klinesOf(rows);
        // One kline far behind closes whatever is open; it is in none of the bars before it.
        const end = [0, 1].map((instrument) => kline({ at: 100_000, instrument, volume: 0, seq: klines.length + instrument }));
        const made = barsOf([...klines, ...end]);
        for (const timeframeMs of [MINUTE_MS, ...frames]) {
          const longer = made.filter((each) => each.timeframeMs === timeframeMs && each.openTimeMs < T0 + 99_000 * MINUTE_MS);
          expect(sum(longer.map(({ volume }) => volume))).toBe(sum(klines.map(({ volume }) => volume)));
          expect(sum(longer.map(({ baseBars }) => baseBars))).toBe(klines.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("keeps each longer bar as it was when it closed, over many blocks", () => {
    const klines = Array.from({ length: 4000 }, (_, at) => kline({ at, close: at + 1 }));
    const made = barsOf(klines).filter(({ timeframeMs }) => timeframeMs === frames[0]);
    expect(made.map(({ open, close }) => [open, close])).toEqual(Array.from({ length: 800 }, (_, i) => [i * 5 + 1, i * 5 + 5]));
  });
});

const columnsOf = (row: Bar): Record<KlineColumn, number> =>
  Object.fromEntries(KLINE_COLUMNS.map((name) => [name, row[name]])) as Record<KlineColumn, number>;

const grouped = (klines: readonly Kline[], timeframeMs: number): Map<number, Kline[]> => {
  const groups = new Map<number, Kline[]>();
  for (const each of klines) {
    const startMs = Math.floor(each.openTimeMs / timeframeMs) * timeframeMs;
    groups.set(startMs, [...(groups.get(startMs) ?? []), each]);
  }
  return groups;
};
