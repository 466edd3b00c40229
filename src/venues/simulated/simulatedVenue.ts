import type { OperatorFunction } from "rxjs";
import type { BestBidAsk, BookDiff, BookSnapshot, MarkPrice, Timer, Trade } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Emit, Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Venue } from "../../domain/ports.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import { InstrumentBook } from "./instrumentBook.ts";
import { Wallet } from "./margin/wallet.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import { LineClock } from "./ticks/requests.ts";
import { TickBook } from "./ticks/tickBook.ts";

/** The venue as a port for `execute` and as an operator that puts its fills into the line. One run at a time. */
export interface SimulatedVenue {
  readonly venue: Venue;
  readonly fills: OperatorFunction<Item, Item>;
}

const BAR_HANDLERS: StepHandlers<readonly InstrumentBook[]> = {
  [Kind.kline]: (books, kline, emit) => {
    (books[kline.instrument] as InstrumentBook).bar(kline, emit);
  },
  [Kind.funding]: (books, funding) => {
    (books[funding.instrument] as InstrumentBook).settle(funding);
  },
};

interface TickState {
  readonly books: readonly TickBook[];
  readonly clock: LineClock;
}

const heard = ({ clock }: TickState, { seq, knownAtMs }: BestBidAsk | Timer): void => {
  clock.see(seq, knownAtMs);
};
const bookStep = ({ books, clock }: TickState, message: BookDiff | BookSnapshot, emit: Emit): void => {
  clock.see(message.seq, message.knownAtMs);
  (books[message.instrument] as TickBook).book(message, emit);
};

const TICK_HANDLERS: StepHandlers<TickState> = {
  [Kind.trade]: ({ books, clock }, trade: Trade, emit) => {
    clock.see(trade.seq, trade.knownAtMs);
    (books[trade.instrument] as TickBook).trade(trade, emit);
  },
  [Kind.bookSnapshot]: bookStep,
  [Kind.bookDiff]: bookStep,
  [Kind.bestBidAsk]: heard,
  [Kind.timer]: heard,
  [Kind.markPrice]: ({ books, clock }, mark: MarkPrice, emit) => {
    clock.see(mark.seq, mark.knownAtMs);
    (books[mark.instrument] as TickBook).mark(mark, emit);
  },
  [Kind.funding]: ({ books, clock }, funding, emit) => {
    clock.see(funding.seq, funding.knownAtMs);
    (books[funding.instrument] as TickBook).settle(funding, emit);
  },
  [Kind.kline]: ({ clock }, { seq }) => {
    clock.see(seq, -Infinity);
  },
};

const EMITS = {
  emits: [Kind.orderAccepted, Kind.orderRejected, Kind.orderCanceled, Kind.orderExpired, Kind.fill, Kind.fundingPayment],
} as const;

/**
 * Fills by bars, by trades or by the order book (design §7, docs/venue.md), behind the kline, trade or book message that fills. On bars:
 * at each kline first all that happens inside it, then (behind it on the line) the bar and what the layers say of it. `submit` and
 * `cancel` only enqueue. Each subscription starts with an empty account.
 */
export const simulatedVenue = (instruments: readonly Instrument[], options: SimulatedVenueOptions): SimulatedVenue => {
  let books: readonly (InstrumentBook | TickBook)[] = [];
  const venue: Venue = {
    submit: (order) => {
      (books[order.instrument] as InstrumentBook | TickBook).submit(order);
    },
    cancel: (instrument, clientOrderId, decidedAtMs) => {
      (books[instrument] as InstrumentBook | TickBook).cancel(clientOrderId, decidedAtMs);
    },
  };
  const onBars = (): readonly InstrumentBook[] => {
    const wallet = new Wallet(options.startUsdt);
    const made = instruments.map((instrument) => new InstrumentBook(instrument, options, wallet));
    books = made;
    return made;
  };
  const onTicks = (): TickState => {
    const wallet = new Wallet(options.startUsdt);
    const clock = new LineClock(options.latencyMs);
    const made = instruments.map((instrument) => new TickBook(instrument, options, wallet, clock));
    books = made;
    return { books: made, clock };
  };
  return {
    venue,
    fills:
      options.fillOn === "bars"
        ? stepOperator("simulatedVenue", onBars, BAR_HANDLERS, EMITS)
        : stepOperator("simulatedVenue", onTicks, TICK_HANDLERS, EMITS),
  };
};
