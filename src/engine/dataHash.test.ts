import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kline } from "../../test/items.ts";
import { collected, inBursts, testMarket } from "../../test/replay.ts";
import { simulatedMarket } from "../../streams/simulatedMarket.ts";
import type { Event, Funding } from "../domain/event.ts";
import { Kind } from "../domain/kind.ts";
import { Kline, KLINE_COLUMNS, klineValues, singleKline } from "../domain/kline.ts";
import { DataHash } from "./dataHash.ts";

const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 1 });
const digest = (bursts: Iterable<readonly Event[]>): string => {
  const hash = new DataHash();
  for (const burst of bursts) hash.add(burst);
  return hash.digest();
};
/** The same kline in a block of its own, with a column changed. */
const alone = (event: Event, change: Partial<ReturnType<typeof klineValues>> = {}): Event =>
  event instanceof Kline ? singleKline(event.instrument, event.intervalMs, { ...klineValues(event), ...change }) : event;

describe("the data hash", async () => {
  const events = await collected(simulatedMarket(MARKET));
  const whole = digest([events]);

  it("is the same however the events come in bursts and blocks (property)", async () => {
    const sizes = fc.integer({ min: 1, max: 4096 });
    await fc.assert(
      fc.asyncProperty(sizes, sizes, async (burst, blockRows) => {
        const again = await collected(simulatedMarket({ ...MARKET, blockRows }));
        expect(digest(inBursts(again, burst))).toBe(whole);
      }),
      { numRuns: 10 },
    );
    expect(
      digest(
        inBursts(
          events.map((event) => alone(event)),
          100,
        ),
      ),
    ).toBe(whole);
  });

  it("does not know seq", () => {
    expect(digest([events.map((event, seq) => Object.assign(alone(event), { seq }))])).toBe(whole);
  });

  it.each(KLINE_COLUMNS)("changes with one bit of %s in any row (property)", (column) => {
    fc.assert(
      fc.property(fc.nat({ max: events.length - 1 }), fc.nat({ max: 51 }), (near, bit) => {
        const at = events.findIndex((event, i) => i >= near && event.kind === Kind.kline);
        if (at < 0) return;
        const view = new DataView(new ArrayBuffer(8));
        view.setFloat64(0, (events[at] as Kline)[column]);
        view.setBigUint64(0, view.getBigUint64(0) ^ (1n << BigInt(bit)));
        const changed = events.with(at, alone(events[at] as Event, { [column]: view.getFloat64(0) }));
        expect(digest([changed])).not.toBe(whole);
      }),
      { numRuns: 8 },
    );
  });

  it("changes with a funding rate, a missing event and a bar of another instrument", () => {
    const rate = events.findIndex((event) => event.kind === Kind.funding);
    const other = { ...(events[rate] as Funding), rate: 0.5 };
    const seen = [whole, digest([events.with(rate, other)]), digest([events.slice(1)]), digest([events.slice(0, -1)])];
    seen.push(digest([[kline({ at: 0 })]]), digest([[kline({ at: 0, instrument: 1 })]]), digest([]));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("may be read on the way", () => {
    const hash = new DataHash();
    for (const burst of inBursts(events, 500)) {
      hash.add(burst);
      hash.digest();
    }
    expect(hash.digest()).toBe(whole);
  });
});
