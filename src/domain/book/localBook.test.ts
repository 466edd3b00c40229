import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BookDiff, BookSnapshot } from "../event.ts";
import { Kind } from "../kind.ts";
import { instrumentIndex } from "../units.ts";
import { LocalBook } from "./localBook.ts";
import type { BookOutcome } from "./localBook.ts";
import { compareUpdateIds } from "./updateId.ts";

const header = { seq: -1, instrument: instrumentIndex(0), eventTimeMs: 0, receivedTimeMs: 0, knownAtMs: 0 };
const snapshot = (lastUpdateId: number, bids = [99, 1], asks = [101, 1]): BookSnapshot => ({
  kind: Kind.bookSnapshot,
  ...header,
  lastUpdateId: String(lastUpdateId),
  bids: Float64Array.from(bids),
  asks: Float64Array.from(asks),
});
/** A diff of the changes in (`pu`, `u`]. */
const diff = (pu: number, u: number, bids: number[] = [], asks: number[] = [], U = pu + 1): BookDiff => ({
  kind: Kind.bookDiff,
  ...header,
  firstUpdateId: String(U),
  finalUpdateId: String(u),
  previousFinalUpdateId: String(pu),
  bids: Float64Array.from(bids),
  asks: Float64Array.from(asks),
});
const take = (book: LocalBook, message: BookDiff | BookSnapshot): BookOutcome =>
  message.kind === Kind.bookDiff ? book.diff(message) : book.snapshot(message);
const broken = (outcome: BookOutcome): boolean => typeof outcome !== "string";

describe("the exchange's rules", () => {
  it("diffs before the snapshot wait and are joined to it; older ones are left out", () => {
    const book = new LocalBook(0.5);
    const early = [diff(90, 95, [97, 9]), diff(95, 103, [98, 2]), diff(103, 105, [99, 0])];
    expect(early.map((each) => take(book, each))).toEqual(["kept", "kept", "kept"]);
    expect(book.whole).toBe(false);
    expect(take(book, snapshot(100))).toBe("changed");
    expect([book.updateId, book.bids.bestPrice, book.bids.qtyOf(98), book.bids.levels]).toEqual(["105", 98, 2, 1]);
  });

  it.each([
    ["ends before the snapshot", diff(90, 99), "kept"],
    ["ends with the snapshot", diff(90, 100), "changed"],
    ["spans the snapshot", diff(95, 110), "changed"],
    ["begins behind ids that were not this symbol's", diff(100, 120, [], [], 115), "changed"],
    ["begins behind the snapshot", diff(101, 110), { broken: "the diff after 101 begins behind the snapshot 100" }],
  ])("the first diff %s", (_, first, outcome) => {
    const book = new LocalBook(0.5);
    take(book, snapshot(100));
    expect(take(book, first)).toEqual(outcome);
  });

  it("a change to a level that is not there, and one that takes all of a side", () => {
    const book = new LocalBook(0.5);
    take(book, snapshot(100));
    expect(take(book, diff(100, 101, [50, 0, 99, 0]))).toBe("changed");
    expect(book.bids.levels).toBe(0);
  });
});

describe("a book that is not to be believed", () => {
  const joined = (): LocalBook => {
    const book = new LocalBook(0.5);
    take(book, snapshot(100));
    take(book, diff(99, 102));
    return book;
  };

  it.each([
    ["a cut message", diff(105, 110)],
    ["a duplicate", diff(99, 102)],
    ["a diff that ends before it begins", diff(102, 90)],
    ["a bid above the best ask", diff(102, 103, [102, 1])],
    ["a price between the ticks", diff(102, 103, [98.2, 1])],
    ["a snapshot of the same moment with other levels", snapshot(102, [98, 7])],
    ["a snapshot that is crossed", snapshot(200, [101, 1])],
  ])("%s: says so at once, is empty, and waits", (_, message) => {
    const book = joined();
    expect(broken(take(book, message))).toBe(true);
    expect([book.whole, book.bids.levels, book.asks.levels]).toEqual([false, 0, 0]);
    expect(take(book, diff(110, 111))).toBe("kept");
  });

  it("a snapshot that agrees, or is older, changes nothing", () => {
    const book = joined();
    expect(take(book, snapshot(102))).toBe("kept");
    expect(take(book, snapshot(50, [1, 1], [2, 2]))).toBe("kept");
    expect(book.bids.bestPrice).toBe(99);
  });

  it("keeps the message that revealed it for the next snapshot", () => {
    const book = joined();
    take(book, diff(105, 110, [98, 5]));
    take(book, diff(110, 112));
    expect(take(book, snapshot(107))).toBe("changed");
    expect([book.updateId, book.bids.qtyOf(98)]).toEqual(["112", 5]);
  });

  it("a snapshot older than what waits breaks at once", () => {
    const book = joined();
    take(book, diff(105, 110));
    expect(broken(take(book, snapshot(104)))).toBe(true);
    expect(take(book, snapshot(110))).toBe("changed");
  });
});

it("any cut, duplicated or swapped diff is told of within one message", () => {
  const fault = fc.constantFrom("cut", "double", "swap" as const);
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 30 }), fc.nat(), fault, (length, at, kind) => {
      const stream = Array.from({ length }, (_, i) => diff(100 + i, 101 + i, [99 - (i % 5), i % 3]));
      const k = at % (length - 2);
      const damaged = [...stream];
      if (kind === "cut") damaged.splice(k, 1);
      else if (kind === "double") damaged.splice(k, 0, stream[k] as BookDiff);
      else [damaged[k], damaged[k + 1]] = [stream[k + 1] as BookDiff, stream[k] as BookDiff];
      const book = new LocalBook(0.5);
      take(book, snapshot(100));
      const firstBad = kind === "double" ? k + 1 : k;
      for (let i = 0; i < firstBad; i += 1) expect(take(book, damaged[i] as BookDiff)).toBe("changed");
      expect(broken(take(book, damaged[firstBad] as BookDiff))).toBe(true);
      for (let i = firstBad + 1; i < damaged.length; i += 1) expect(take(book, damaged[i] as BookDiff)).toBe("kept");
    }),
  );
});

it("ids are compared as numbers beyond 2^53", () => {
  const id = fc.bigInt({ min: 0n, max: 2n ** 80n });
  fc.assert(fc.property(id, id, (a, b) => Math.sign(compareUpdateIds(String(a), String(b))) === (a < b ? -1 : a > b ? 1 : 0)));
});
