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
import { stateClass } from "../src/domain/state/stateClass.ts";

/** Levels a side of a `bookTop`. */
const TOP_LEVELS = 10;

/** The book of one instrument and the rows that its tops are written to. */
class BookTrack {
  readonly book: LocalBook;
  readonly rows = new BeliefBlock(4 * TOP_LEVELS);

  constructor(tickSize: number) {
    this.book = new LocalBook(tickSize);
  }
}

stateClass("BookTrack", BookTrack);

interface OrderBookState {
  readonly instruments: readonly Instrument[];
  /** By instrument index; a book takes a megabyte, so it is made when its first message comes. */
  readonly tracks: (BookTrack | undefined)[];
}

const orderBookState = (instruments: readonly Instrument[]): OrderBookState => ({
  instruments,
  tracks: instruments.map(() => undefined),
});

const trackOf = ({ tracks, instruments }: OrderBookState, index: number): BookTrack =>
  (tracks[index] ??= new BookTrack((instruments[index] as Instrument).tickSize));

const snapshotStep = (state: OrderBookState, snapshot: BookSnapshot, emit: Emit): void => {
  const track = trackOf(state, snapshot.instrument);
  tell(track, track.book.snapshot(snapshot), snapshot, emit);
};

const diffStep = (state: OrderBookState, diff: BookDiff, emit: Emit): void => {
  const track = trackOf(state, diff.instrument);
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
 * rules of `LocalBook`; from then on the book says nothing until the next snapshot. Keeps, while it waits, at most 1,024 diffs.
 */
export const orderBook = (instruments: readonly Instrument[]): OperatorFunction<Item, Item> =>
  stepOperator("orderBook", () => orderBookState(instruments), HANDLERS, { emits: [Kind.bookTop, Kind.resyncNeeded] });
