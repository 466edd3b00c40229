import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tripleBarrier } from "../../../src/lab/labels/tripleBarrier.ts";
import { appendKline, Bar, klineBlock } from "../../../src/domain/kline.ts";
import type { KlineBlock } from "../../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../../src/domain/units.ts";
import { bar, BTC } from "../../../test/items.ts";
import { PaperTrades } from "./paperTrades.ts";

const BRACKET = { stopFraction: 0.01, targetFraction: 0.02 };
const TERMS = { bracket: BRACKET, horizonMs: 3 * MINUTE_MS };

type Ohlc = readonly [open: number, high: number, low: number, close: number];
const flat: Ohlc = [100, 100, 100, 100];

/** How the long (slot 0) and the short (slot 1) that were decided before these bars ended: `slot: gross return in basis points @bar`. */
const ends = (bars: readonly Ohlc[]): string[] => {
  const said: string[] = [];
  let at = 0;
  const paper = new PaperTrades(1, BTC, TERMS, { ended: (slot, gross) => void said.push(`${slot}: ${Math.round(gross * 1e4)} @${at}`) });
  paper.step(bar({ at: 0 }));
  paper.request(0);
  for (const ohlc of bars) {
    at += 1;
    paper.step(bar({ at, ohlc }));
  }
  return said.sort();
};

describe("a paper trade", () => {
  it.each<[string, Ohlc[], string[]]>([
    ["target of the long, stop of the short", [[100, 102, 100, 101]], ["0: 200 @1", "1: -100 @1"]],
    ["stop first when one bar touches both", [[100, 103, 98, 100]], ["0: -100 @1", "1: -100 @1"]],
    ["a gap through the stop fills at the open", [flat, [97, 97, 97, 97]], ["0: -300 @2", "1: 300 @2"]],
    ["time is up at the open after the horizon", [flat, flat, flat, [100.5, 105, 95, 100]], ["0: 50 @4", "1: -50 @4"]],
    ["nothing yet", [flat, flat, flat], []],
  ])("%s", (_, bars, said) => {
    expect(ends(bars)).toEqual(said);
  });

  it("enters at the next open and not at the close of the decision", () => {
    expect(
      ends([
        [110, 110, 110, 110],
        [110, 112.2, 110, 110],
      ]),
    ).toEqual(["0: 200 @2", "1: -100 @2"]);
  });

  it("is one a slot at a time", () => {
    const paper = new PaperTrades(2, BTC, TERMS, { ended: () => undefined });
    paper.step(bar({ at: 0 }));
    paper.request(1);
    paper.request(1);
    expect(paper.open).toBe(2);
    paper.step(bar({ at: 1 }));
    paper.request(1);
    paper.request(0);
    expect(paper.open).toBe(4);
  });

  it("is dropped by a hole in time, and its slot is free again", () => {
    const said: number[] = [];
    const paper = new PaperTrades(1, BTC, TERMS, { ended: (slot) => void said.push(slot) });
    paper.step(bar({ at: 0 }));
    paper.request(0);
    paper.step(bar({ at: 2, ohlc: [100, 105, 95, 100] }));
    expect([paper.open, said]).toEqual([0, []]);
    paper.request(0);
    expect(paper.open).toBe(2);
  });
});

/** A walk of bars whose open is the close before, as ticks of 0.1. */
const walk = fc
  .array(fc.tuple(fc.integer({ min: -12, max: 12 }), fc.nat(8), fc.nat(8)), { minLength: 3, maxLength: 60 })
  .map((steps): KlineBlock => {
    const block = klineBlock(instrumentIndex(0), MINUTE_MS, steps.length);
    let ticks = 1000;
    steps.forEach(([step, up, down], row) => {
      const [open, close] = [ticks, ticks + step];
      ticks = close;
      const [high, low] = [Math.max(open, close) + up, Math.min(open, close) - down];
      const rest = { volume: 1, quoteVolume: 1, trades: 1, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
      appendKline(block, { openTimeMs: row * MINUTE_MS, open: open / 10, high: high / 10, low: low / 10, close: close / 10, ...rest });
    });
    return block;
  });

describe("paper trades and labels are one truth", () => {
  it("ends every trade with the label's return in the label's bar, whatever the walk", () => {
    fc.assert(
      fc.property(walk, (block) => {
        const found: string[] = [];
        let row = 0;
        // A cell of its own for every bar, so that none has to wait.
        const paper = new PaperTrades(block.length, BTC, TERMS, { ended: (slot, gross) => void found.push(`${slot} ${gross} ${row}`) });
        for (row = 0; row < block.length; row += 1) {
          paper.step(new Bar(block, row, row, true, 1));
          paper.request(row);
        }
        const expected: string[] = [];
        for (let entry = 1; entry < block.length; entry += 1) {
          ([1, -1] as const).forEach((direction, side) => {
            const label = tripleBarrier(block, entry, direction, { ...TERMS, instrument: BTC });
            if (label !== null) expected.push(`${2 * (entry - 1) + side} ${label.return} ${label.exitRow}`);
          });
        }
        expect(found.sort()).toEqual(expected.sort());
      }),
    );
  });
});
