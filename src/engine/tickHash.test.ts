import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { marketEvents } from "../../test/contract/marketEvents.ts";
import type { BookSnapshot, Event, Trade } from "../domain/event.ts";
import { Kind } from "../domain/kind.ts";
import { DataHash } from "./dataHash.ts";
import { isTick, TickHash } from "./tickHash.ts";

const digest = (events: readonly Event[]): string => {
  const hash = new TickHash();
  for (const event of events) if (isTick(event)) hash.add(event);
  return hash.digest();
};
const one = (kind: Kind): Event => marketEvents().find((event) => event.kind === kind) as Event;

/** A book of many levels: four times what is hashed at once. */
const deepBook = (last: number): BookSnapshot => ({
  ...(one(Kind.bookSnapshot) as BookSnapshot),
  bids: Float64Array.from({ length: 131_072 }, (_, i) => 1e6 - i / 8),
  asks: Float64Array.from({ length: 7 }, (_, i) => (i === 6 ? last : 1e6 + i)),
});

describe("ticks in the data hash", () => {
  it("are laid out as the record says: a trade, word by word", () => {
    const trade = one(Kind.trade) as Trade;
    const words = Buffer.alloc(8 * 9);
    words.writeUInt32LE(Kind.trade | (1 << 8), 0);
    [trade.eventTimeMs, trade.receivedTimeMs, trade.knownAtMs, trade.price, trade.qty].forEach((value, i) =>
      words.writeDoubleLE(value, 8 + 8 * i),
    );
    words.writeUInt8(trade.tradeId.length, 48);
    words.write(trade.tradeId, 49);
    // 16 digits and their length: three words.
    expect(digest([trade])).toBe(createHash("sha256").update(words).digest("hex"));
  });

  it("change the hash with every field but seq, with their order, and when one is missing", () => {
    const events = marketEvents();
    const seen = new Set([digest(events), digest(events.slice(1)), digest(events.toReversed())]);
    let changes = 3;
    for (const [at, event] of events.entries()) {
      for (const [name, value] of Object.entries(event)) {
        if (name === "seq" || name === "kind") continue;
        changes += 1;
        seen.add(digest(events.with(at, { ...event, [name]: changed(value) })));
      }
    }
    expect(seen.size).toBe(changes);
    expect(digest(events.map((event) => ({ ...event, seq: 7 })))).toBe(digest(events));
  });

  it("count aggregates of one trade as something else than single trades", () => {
    const trade = one(Kind.trade) as Trade;
    expect(digest([{ ...trade, tradeCount: 1 }])).not.toBe(digest([trade]));
  });

  it("hash books of any depth to their last level, however the buffer ends within them (property)", () => {
    expect(digest([deepBook(1)])).not.toBe(digest([deepBook(2)]));
    const plain = (events: readonly Event[]): string => {
      const hash = new DataHash();
      hash.add(events);
      return hash.digest();
    };
    fc.assert(
      fc.property(fc.integer({ min: 32_700, max: 32_780 }), fc.double(), (length, last) => {
        const bids = Float64Array.from({ length }, (_, i) => i + 1);
        const book = (value: number): Event => ({ ...(one(Kind.bookSnapshot) as BookSnapshot), bids, asks: Float64Array.of(1, value) });
        const other = Object.is(last, 3) ? 4 : 3;
        expect(plain([book(last), one(Kind.trade)])).not.toBe(plain([book(other), one(Kind.trade)]));
        expect(plain([book(last), one(Kind.trade)])).toBe(plain([book(last), one(Kind.trade)]));
      }),
      { numRuns: 20 },
    );
  });

  it("may be read on the way", () => {
    const hash = new TickHash();
    for (const event of [...marketEvents(), deepBook(1), ...marketEvents()]) {
      if (isTick(event)) hash.add(event);
      hash.digest();
    }
    expect(hash.digest()).toBe(digest([...marketEvents(), deepBook(1), ...marketEvents()]));
  });
});

const changed = (value: unknown): unknown => {
  if (typeof value === "number") return Number.isNaN(value) ? 1 : value + (Math.abs(value) < 1e-300 ? 1 : Math.abs(value) / 1e12 + 1);
  if (typeof value === "boolean") return !value;
  if (value === "sell") return "buy";
  if (typeof value === "string") return `${value}1`;
  return Float64Array.of(...(value as Float64Array), 1, 1);
};
