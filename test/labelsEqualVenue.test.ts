import fc from "fast-check";
import { Observable, pipe } from "rxjs";
import type { Subscriber } from "rxjs";
import { expect, test } from "vitest";
import { bars } from "../operators/bars.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { OrderFilled } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { ticksToPrice } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, klineBlock, klinesOf } from "../src/domain/kline.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import type { Bracket } from "../src/domain/order.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { tripleBarrier } from "../src/lab/labels/tripleBarrier.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import { T0 } from "./items.ts";
import { RandomMarket } from "./randomMarket.ts";
import { BARE, orderOf, UNIT } from "./venueDesk.ts";
import { legOf } from "../src/domain/orders/orderIds.ts";

/** Gross trading: no costs, no cap, no margin. */
const VENUE = { ...BARE, funding: false };

interface Outcome {
  readonly touch: string;
  readonly return: number;
  readonly endMs: number;
  readonly entryTicks: number;
  readonly exitTicks: number;
}

/**
 * The trade as the venue makes it: a market order decided before the bar at `entryRow`, under a bracket; a market exit
 * decided at the first close at or after entry + horizon.
 */
const traded = (
  block: KlineBlock,
  instrument: Instrument,
  entryRow: number,
  direction: Direction,
  bracket: Bracket,
  horizonMs: number,
): Outcome | null => {
  const { venue, fills } = simulatedVenue([instrument], VENUE);
  const fillsSeen: OrderFilled[] = [];
  const entryMs = block.openTimeMs[entryRow] as number;
  let leaving = false;
  const timeLimit = stepOperator("timeLimit", () => null, {
    [Kind.orderFilled]: (_, fill) => {
      fillsSeen.push(fill);
    },
    [Kind.bar]: (_, { knownAtMs }) => {
      if (leaving || fillsSeen.length !== 1 || knownAtMs < entryMs + horizonMs) return;
      leaving = true;
      venue.submit(orderOf({ id: "x", side: direction > 0 ? "sell" : "buy", qty: 7, reduceOnly: true, reason: "time" }, knownAtMs));
    },
  });
  let line: Subscriber<Item> | undefined;
  pipe(bars([instrument], []), fills, timeLimit)(new Observable<Item>((subscriber) => void (line = subscriber))).subscribe();
  const klines = klinesOf(block);
  for (const [row, kline] of klines.entries()) {
    if (row === entryRow) {
      venue.submit({ ...orderOf({ id: "e", side: direction > 0 ? "buy" : "sell", qty: 7, reason: "entry" }, entryMs), bracket });
    }
    line?.next(kline);
    if (fillsSeen.length === 2) break;
  }
  const [entry, exit] = fillsSeen;
  if (entry === undefined || exit === undefined) return null;
  expect([entry.qtyLots, exit.qtyLots]).toEqual([7 as Lots, 7 as Lots]);
  const [entryTicks, exitTicks]: readonly Ticks[] = [entry.priceTicks, exit.priceTicks];
  return {
    touch: exit.clientOrderId === "x" ? "time" : legOf(exit.clientOrderId),
    return: (direction * ((exitTicks as number) - (entryTicks as number))) / (entryTicks as number),
    endMs: exit.eventTimeMs,
    entryTicks: entryTicks as number,
    exitTicks: exitTicks as number,
  };
};

const SIZES = [0.01, 0.1, 0.5, 1, 0.0001] as const;

test("labels and venue are one truth: on 10,000 random brackets over random bars they agree on touch, return and end", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(),
        bars: fc.integer({ min: 1, max: 60 }),
        entry: fc.nat(),
        startTicks: fc.constantFrom(25, 300, 20_000, 2_000_000),
        tickSize: fc.constantFrom(...SIZES),
        direction: fc.constantFrom<Direction>(1, -1),
        stopFraction: fc.constantFrom(0, 0.0001, 0.003, 0.01, 0.04),
        targetFraction: fc.constantFrom(0, 0.0001, 0.003, 0.015, 0.08),
        horizonMinutes: fc.constantFrom(0, 0.5, 1, 5, 17, 60),
        volatility: fc.constantFrom(0.0005, 0.004, 0.02),
      }),
      (of) => {
        const instrument: Instrument = { ...UNIT, tickSize: of.tickSize };
        const market = new RandomMarket(of.seed, of.startTicks, of.volatility);
        const block = klineBlock(instrument.index, MINUTE_MS, of.bars);
        for (let i = 0; i < of.bars; i += 1) {
          const { minute, open, high, low, close } = market.next();
          const price = (ticks: number): number => ticksToPrice(instrument, ticks);
          appendKline(block, {
            openTimeMs: T0 + minute * MINUTE_MS,
            open: price(open),
            high: price(high),
            low: price(low),
            close: price(close),
            volume: 1,
            quoteVolume: 1,
            trades: 1,
            takerBuyVolume: 0,
            takerBuyQuoteVolume: 0,
          });
        }
        const entryRow = of.entry % of.bars;
        const bracket = { stopFraction: of.stopFraction, targetFraction: of.targetFraction };
        const horizonMs = of.horizonMinutes * MINUTE_MS;
        const label = tripleBarrier(block, entryRow, of.direction, { bracket, horizonMs, instrument });
        const trade = traded(block, instrument, entryRow, of.direction, bracket, horizonMs);
        const key = `${of.direction} ${label === null ? "open" : `${label.touch}${label.exitRow === entryRow ? " at once" : ""}`}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
        if (label === null || trade === null) {
          expect(trade).toBe(label);
          return;
        }
        expect(trade).toEqual({
          touch: label.touch,
          return: label.return,
          endMs: label.endMs,
          entryTicks: label.entryTicks,
          exitTicks: label.exitTicks,
        });
      },
    ),
    { numRuns: 10_000 },
  );
  // All that can happen did, on both sides, and not just once.
  for (const side of [1, -1]) {
    for (const end of ["open", "time", "stop", "stop at once", "target", "target at once"])
      expect(seen.get(`${side} ${end}`) ?? 0, `${side} ${end}`).toBeGreaterThan(50);
  }
}, 60_000);
