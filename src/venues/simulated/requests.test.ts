import { expect, it } from "vitest";
import { kline } from "../../../test/items.ts";
import { TickDesk } from "../../../test/tickDesk.ts";
import { Kind } from "../../domain/kind.ts";
import type { Trade } from "../../domain/event.ts";

// A bar from trades stands before the event that closed it, with its number, and is known at its close: a second before, at the worst.
it("what was decided on a bar is sent when the event that closed it is known", () => {
  const desk = new TickDesk({ fillOn: "trades", latencyMs: 100 });
  desk.trade(100, 1, { at: 59_000 });
  const closing: Trade = {
    kind: Kind.trade,
    seq: 2,
    instrument: desk.instrument.index,
    eventTimeMs: desk.nowMs + 1800,
    receivedTimeMs: desk.nowMs + 1900,
    knownAtMs: desk.nowMs + 1900,
    tradeId: "2",
    price: 100,
    qty: 1,
    buyerIsMaker: true,
  };
  desk.tell(kline({ at: 0, seq: 2 }));
  desk.ms = 60_000;
  desk.submit({});
  expect(desk.tell(closing)).toEqual([]);
  expect(desk.tell({ ...closing, seq: 3, tradeId: "3", eventTimeMs: desk.nowMs + 999, knownAtMs: desk.nowMs + 1000 })).toEqual([]);
  expect(desk.tell({ ...closing, seq: 4, tradeId: "4", eventTimeMs: desk.nowMs + 1000, knownAtMs: desk.nowMs + 1001 })).toEqual([
    "o accepted",
    "o buy 1 @ 100",
  ]);
});
