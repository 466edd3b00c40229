import { from } from "rxjs";
import { describe, expect, it } from "vitest";
import type { BookTop } from "../src/domain/derived.ts";
import type { BookDiff, BookSnapshot } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import { BTC, ETH, kline, T0 } from "../test/items.ts";
import { operatorCases } from "../test/operatorCases.ts";
import { bars } from "./bars.ts";
import { features } from "./features.ts";
import { book } from "./features/events/book.ts";
import { featureSet } from "./features/featureSet.ts";
import { normalize } from "./normalize.ts";
import { orderBook } from "./orderBook.ts";
import { stepOperator } from "./stepOperator.ts";

const header = (
  seq: number,
  instrument: number,
): { seq: number; instrument: ReturnType<typeof instrumentIndex>; eventTimeMs: number; receivedTimeMs: number; knownAtMs: number } => ({
  seq,
  instrument: instrumentIndex(instrument),
  eventTimeMs: T0 + seq,
  receivedTimeMs: T0 + seq,
  knownAtMs: T0 + seq,
});
const snapshot = (seq: number, id: number, instrument = 0): BookSnapshot => ({
  kind: Kind.bookSnapshot,
  ...header(seq, instrument),
  lastUpdateId: String(id),
  bids: Float64Array.of(99, 1, 98, 2),
  asks: Float64Array.of(101, 3),
});
const diff = (seq: number, pu: number, u: number, bids: number[] = [], instrument = 0): BookDiff => ({
  kind: Kind.bookDiff,
  ...header(seq, instrument),
  firstUpdateId: String(pu + 1),
  finalUpdateId: String(u),
  previousFinalUpdateId: String(pu),
  bids: Float64Array.from(bids),
  asks: new Float64Array(0),
});
describe("orderBook", () => {
  operatorCases({
    operator: () => orderBook([BTC, ETH]),
    rows: [
      [diff(0, 9, 11, [99.5, 4]), ["diff0 #0 9..11"]],
      [snapshot(1, 10), ["book0 #1 10", "top0 #1 99.5,4,99,1,98,2 | 101,3"]],
      [kline({ at: 2 }), ["kline0 #2 m2 c100"]],
      [snapshot(3, 7, 1), ["book1 #3 7", "top1 #3 99,1,98,2 | 101,3"]],
      [diff(4, 11, 12, [99.5, 0, 97, 1]), ["diff0 #4 11..12", "top0 #4 99,1,98,2,97,1 | 101,3"]],
      [diff(5, 13, 14), ["diff0 #5 13..14", "resync0 #5 the diff after 13 does not follow 12"]],
      [diff(6, 14, 15, [97, 5]), ["diff0 #6 14..15"]],
      [snapshot(7, 14), ["book0 #7 14", "top0 #7 99,1,98,2,97,5 | 101,3"]],
      [snapshot(8, 9), ["book0 #8 9"]],
    ],
    throws: {
      operator: () =>
        stepOperator("thrower", () => null, {
          [Kind.bookDiff]: () => {
            throw new Error("no");
          },
        }),
      items: [snapshot(1, 10), diff(2, 9, 11)],
      name: "thrower",
      message: "no",
    },
  });

  it("shows ten levels, and a top that was shown stays as it was", () => {
    const levels = Array.from({ length: 12 }, (_, i) => [90 - i, i + 1]).flat();
    const tops: BookTop[] = [];
    const items: Item[] = [snapshot(0, 1), ...Array.from({ length: 600 }, (_, i) => diff(i + 1, i + 1, i + 2, i === 0 ? levels : [99, i]))];
    from(items)
      .pipe(orderBook([BTC]))
      .subscribe((item) => {
        if (item.kind === Kind.bookTop) tops.push(item);
      });
    expect(tops).toHaveLength(601);
    expect([...(tops[0] as BookTop).bids]).toEqual([99, 1, 98, 2]);
    expect([...(tops[1] as BookTop).bids]).toEqual([99, 1, 98, 2, ...levels.slice(0, 16)]);
    for (const [i, top] of tops.entries()) if (i > 1) expect(top.bids[1]).toBe(i - 1);
  });

  it("features of a book that broke are unknown from the next bar on, until a snapshot", () => {
    const set = featureSet({ families: [], events: [book], timeframesMs: [] });
    const masks: number[] = [];
    const minute = (at: number): Item => kline({ at: at - 1, seq: 60_000 * at });
    const items = [snapshot(1, 10), diff(2, 9, 11), minute(1), diff(60_001, 12, 13), minute(2), diff(120_001, 13, 14), minute(3)];
    from([...items, snapshot(180_001, 14), minute(4)])
      .pipe(orderBook([BTC]), bars([BTC], []), normalize([BTC]), features([BTC], set))
      .subscribe((item) => {
        if (item.kind === Kind.featureRow) masks.push(item.values[item.row * item.features + (set.masks.get("book") as number)] as number);
      });
    expect(masks).toEqual([0, 1, 1, 0]);
  });
});
