import type { OperatorFunction } from "rxjs";
import type { BookOutcome } from "../src/domain/book/localBook.ts";
import { LocalBook } from "../src/domain/book/localBook.ts";
import type { BookDiff, BookSnapshot } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { BeliefBlock } from "./beliefBlock.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** Levels a side of a `bookTop`. */
export const TOP_LEVELS = 10;

/** The book of one instrument and the rows that its tops are written to. */
class BookTrack {
  readonly book = new LocalBook();
  readonly rows = new BeliefBlock(4 * TOP_LEVELS);
}

/** By instrument index. */
export type OrderBookState = readonly BookTrack[];

export const orderBookState = (instrumentCount: number): OrderBookState => Array.from({ length: instrumentCount }, () => new BookTrack());

const snapshotStep = (state: OrderBookState, snapshot: BookSnapshot, emit: Emit): void => {
  const track = state[snapshot.instrument] as BookTrack;
  tell(track, track.book.snapshot(snapshot), snapshot, emit);
};

const diffStep = (state: OrderBookState, diff: BookDiff, emit: Emit): void => {
  const track = state[diff.instrument] as BookTrack;
  tell(track, track.book.diff(diff), diff, emit);
};

const tell = ({ book, rows }: BookTrack, outcome: BookOutcome, cause: BookDiff | BookSnapshot, emit: Emit): void => {
  if (outcome === "kept") return;
  const { seq, instrument, knownAtMs } = cause;
  if (outcome !== "changed") {
    emit({ kind: Kind.resyncNeeded, seq, instrument, knownAtMs, stream: "book", reason: outcome.broken });
    return;
  }
  const at = rows.next();
  const { values } = rows;
  const middle = at + 2 * TOP_LEVELS;
  const bids = book.bids.writeTop(values, at, TOP_LEVELS);
  const asks = book.asks.writeTop(values, middle, TOP_LEVELS);
  emit({
    kind: Kind.bookTop,
    seq,
    instrument,
    knownAtMs,
    bids: values.subarray(at, at + 2 * bids),
    asks: values.subarray(middle, middle + 2 * asks),
  });
};

const HANDLERS: StepHandlers<OrderBookState> = { [Kind.bookSnapshot]: snapshotStep, [Kind.bookDiff]: diffStep };

/**
 * Diffs and snapshots → the best ten levels after each change (`bookTop`), or `resyncNeeded` with the very message that breaks the
 * rules of `LocalBook`; from then on the book says nothing until the next snapshot. Keeps at most 16,384 levels a side and, while it
 * waits, 1,024 diffs.
 */
export const orderBook = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  stepOperator("orderBook", () => orderBookState(instruments.length), HANDLERS, { emits: [Kind.bookTop, Kind.resyncNeeded] });
