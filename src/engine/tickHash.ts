import type { BestBidAsk, BookDiff, Event, Trade } from "../domain/event.ts";
import type { TickKind } from "../domain/kind.ts";
import { HASHED_AS, Kind } from "../domain/kind.ts";
import { InvariantError } from "../domain/units.ts";
import { RecordHash } from "./recordHash.ts";

type Tick = Extract<Event, { readonly kind: TickKind }>;

/** Hashes the events that are more numerous than bars, in line order: every field except `seq`. */
export class TickHash extends RecordHash {
  add(event: Tick): void {
    switch (event.kind) {
      case Kind.trade:
        this.trade(event);
        return;
      case Kind.bestBidAsk:
        this.bestBidAsk(event);
        return;
      case Kind.bookDiff:
        this.times(event);
        this.text(event.firstUpdateId);
        this.text(event.finalUpdateId);
        this.text(event.previousFinalUpdateId);
        this.levels(event);
        return;
      case Kind.bookSnapshot:
        this.times(event);
        this.text(event.lastUpdateId);
        this.levels(event);
        return;
      case Kind.nonMarketTrade:
        this.times(event);
        this.text(event.tradeId);
        return;
      case Kind.markPrice:
        this.times(event);
        this.number(event.markPrice);
        this.number(event.indexPrice);
        this.number(event.nextFundingRate);
        this.number(event.nextFundingTimeMs);
        return;
      case Kind.liquidation:
        this.times(event, event.side === "buy" ? 1 : 0);
        this.number(event.price);
        this.number(event.qty);
        return;
      case Kind.openInterest:
        this.times(event);
        this.number(event.openInterestQty);
        this.number(event.openInterestUsdt);
        return;
      case Kind.longShortRatio:
        this.times(event);
        this.number(event.topAccountRatio);
        this.number(event.topPositionRatio);
        this.number(event.globalAccountRatio);
        this.number(event.takerVolumeRatio);
        return;
      default:
        throw unhashed(event);
    }
  }

  private trade(event: Trade): void {
    const { tradeCount } = event;
    this.times(event, (event.buyerIsMaker ? 1 : 0) | (tradeCount === undefined ? 0 : 2));
    this.number(event.price);
    this.number(event.qty);
    if (tradeCount !== undefined) this.number(tradeCount);
    this.text(event.tradeId);
  }

  private bestBidAsk(event: BestBidAsk): void {
    this.times(event);
    this.number(event.bidPrice);
    this.number(event.bidQty);
    this.number(event.askPrice);
    this.number(event.askQty);
    this.text(event.updateId);
  }

  private times(event: Tick, flags = 0): void {
    this.head(event, flags);
    const { at, numbers } = this;
    numbers[at] = event.eventTimeMs;
    numbers[at + 1] = event.receivedTimeMs;
    numbers[at + 2] = event.knownAtMs;
    this.at = at + 3;
  }

  private levels({ bids, asks }: Pick<BookDiff, "bids" | "asks">): void {
    this.list(bids);
    this.list(asks);
  }
}

/** Whether an event is hashed as a tick; the others, which are few, are hashed as the text of their journal. */
export const isTick = (event: Event): event is Tick => HASHED_AS[event.kind] === "ticks";

/** Does not compile while a kind that the table of kinds calls a tick has no case above. */
const unhashed = (event: never): InvariantError => new InvariantError(`no fields to hash: ${JSON.stringify(event)}`);
