import type { BookDiff, BookSnapshot } from "../event.ts";
import { BookSide } from "./bookSide.ts";
import { compareUpdateIds } from "./updateId.ts";
import { stateClass } from "../state/stateClass.ts";

/** Diffs kept while the book waits for a snapshot: 25 s of the fastest stream. Older ones are forgotten. */
const WAITING_MAX = 1024;

/** Effect of a message: the book changed; nothing changed (an old message, or one kept for the snapshot); or why the book is broken. */
export type BookOutcome = "changed" | "kept" | BookBreak;
interface BookBreak {
  readonly broken: string;
}

/**
 * A local order book by Binance's rules for USD-M futures ("How to manage a local order book correctly"): diffs that end before the
 * snapshot are old; the first one applied must span the snapshot's id, here `pu ≤ lastUpdateId ≤ u`, because a diff stands for all
 * changes in (`pu`, `u`], also where no id between `pu` and `U` was this symbol's; from then on each diff's `pu` must be the `u`
 * before. Quantities are absolute, 0 removes, and removing an unknown level is normal. A book that broke waits for the next
 * snapshot and keeps the diffs that come meanwhile.
 */
export class LocalBook {
  readonly bids: BookSide;
  readonly asks: BookSide;
  /** The book is whole up to `updateId`. */
  whole = false;
  updateId = "";
  /** A snapshot was taken and no diff has been joined to it yet. */
  private joining = false;
  private waiting: BookDiff[] = [];

  constructor(tickSize: number) {
    this.bids = new BookSide(1, tickSize);
    this.asks = new BookSide(-1, tickSize);
  }

  /** A diff, in the order of its stream. */
  diff(diff: BookDiff): BookOutcome {
    return this.whole ? this.next(diff) : this.keep(diff);
  }

  /**
   * A snapshot begins the book anew, with the kept diffs behind it. One that is older than a whole book says nothing; one of the same
   * moment with other levels contradicts it.
   */
  snapshot(snapshot: BookSnapshot): BookOutcome {
    if (this.whole) {
      const order = compareUpdateIds(snapshot.lastUpdateId, this.updateId);
      if (order < 0) return "kept";
      if (order === 0) return this.equals(snapshot) ? "kept" : this.broke(`the snapshot ${snapshot.lastUpdateId} contradicts the book`);
    }
    this.bids.load(snapshot.bids);
    this.asks.load(snapshot.asks);
    this.updateId = snapshot.lastUpdateId;
    this.whole = true;
    this.joining = true;
    const problem = this.problem();
    if (problem !== null) return this.broke(`the snapshot ${snapshot.lastUpdateId} has ${problem}`);
    const { waiting } = this;
    this.waiting = [];
    for (const [i, diff] of waiting.entries()) {
      const outcome = this.next(diff);
      if (typeof outcome !== "string") {
        this.waiting = waiting.slice(i);
        return outcome;
      }
    }
    return "changed";
  }

  private keep(diff: BookDiff): BookOutcome {
    if (this.waiting.length === WAITING_MAX) this.waiting.splice(0, WAITING_MAX / 2);
    this.waiting.push(diff);
    return "kept";
  }

  private next(diff: BookDiff): BookOutcome {
    return this.joining ? this.join(diff) : this.follow(diff);
  }

  private join(diff: BookDiff): BookOutcome {
    if (compareUpdateIds(diff.finalUpdateId, this.updateId) < 0) return "kept";
    if (compareUpdateIds(diff.previousFinalUpdateId, this.updateId) > 0)
      return this.broke(`the diff after ${diff.previousFinalUpdateId} begins behind the snapshot ${this.updateId}`, diff);
    this.joining = false;
    return this.apply(diff);
  }

  private follow(diff: BookDiff): BookOutcome {
    if (diff.previousFinalUpdateId === this.updateId) return this.apply(diff);
    return this.broke(`the diff after ${diff.previousFinalUpdateId} does not follow ${this.updateId}`, diff);
  }

  private apply(diff: BookDiff): BookOutcome {
    if (compareUpdateIds(diff.finalUpdateId, diff.firstUpdateId) < 0)
      return this.broke(`a diff ends at ${diff.finalUpdateId}, before it begins at ${diff.firstUpdateId}`);
    this.bids.apply(diff.bids);
    this.asks.apply(diff.asks);
    this.updateId = diff.finalUpdateId;
    const problem = this.problem();
    return problem === null ? "changed" : this.broke(`after ${this.updateId} the book has ${problem}`, diff);
  }

  private broke(reason: string, kept?: BookDiff): BookBreak {
    this.whole = false;
    this.joining = false;
    this.bids.clear();
    this.asks.clear();
    this.waiting = kept === undefined ? [] : [kept];
    return { broken: reason };
  }

  /** An impossible state of the book; null: none. */
  private problem(): string | null {
    const { bids, asks } = this;
    if (bids.bestPrice >= asks.bestPrice) return "its best bid at or above its best ask";
    const offTick = bids.offTick === bids.offTick ? bids.offTick : asks.offTick;
    return offTick === offTick ? `a price of ${offTick}, which is no multiple of the tick` : null;
  }

  private equals({ bids, asks }: BookSnapshot): boolean {
    return isTopOf(this.bids, bids) && isTopOf(this.asks, asks);
  }
}

stateClass("LocalBook", LocalBook);

const isTopOf = (side: BookSide, levels: Float64Array): boolean => {
  const top = new Float64Array(levels.length);
  return side.writeTop(top, 0, levels.length / 2) === levels.length / 2 && levels.every((value, i) => value === top[i]);
};
