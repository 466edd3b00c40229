import { pipe } from "rxjs";
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
import { fillOnOf } from "./options.ts";
import { answerQueries, noteOrder, queryDesk } from "./queries.ts";
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

/** Where an instrument fills on trades or on the book: by instrument one of the two, and beside it those that fill on bars. */
interface TickState {
  readonly ticks: readonly (TickBook | undefined)[];
  readonly bars: readonly (InstrumentBook | undefined)[];
  readonly clock: LineClock;
}

const heard = ({ clock }: TickState, { seq, knownAtMs }: BestBidAsk | Timer): void => {
  clock.see(seq, knownAtMs);
};
const bookStep = ({ ticks, clock }: TickState, message: BookDiff | BookSnapshot, emit: Emit): void => {
  clock.see(message.seq, message.knownAtMs);
  ticks[message.instrument]?.book(message, emit);
};

const TICK_HANDLERS: StepHandlers<TickState> = {
  [Kind.trade]: ({ ticks, clock }, trade: Trade, emit) => {
    clock.see(trade.seq, trade.knownAtMs);
    ticks[trade.instrument]?.trade(trade, emit);
  },
  [Kind.bookSnapshot]: bookStep,
  [Kind.bookDiff]: bookStep,
  [Kind.bestBidAsk]: heard,
  [Kind.timer]: heard,
  [Kind.markPrice]: ({ ticks, clock }, mark: MarkPrice, emit) => {
    clock.see(mark.seq, mark.knownAtMs);
    ticks[mark.instrument]?.mark(mark, emit);
  },
  [Kind.funding]: ({ ticks, bars, clock }, funding, emit) => {
    clock.see(funding.seq, funding.knownAtMs);
    ticks[funding.instrument]?.settle(funding, emit);
    bars[funding.instrument]?.settle(funding);
  },
  [Kind.kline]: ({ bars, clock }, kline, emit) => {
    clock.see(kline.seq, -Infinity);
    bars[kline.instrument]?.bar(kline, emit);
  },
};

const EMITS = {
  emits: [Kind.orderAccepted, Kind.orderRejected, Kind.orderCanceled, Kind.orderExpired, Kind.orderFilled, Kind.fundingPayment],
} as const;

/**
 * Fills by bars, by trades or by the order book (docs/venue.md), each instrument by its own, behind the kline, trade or book
 * message that fills. On bars: at each kline first all that happens inside it, then (behind it on the line) the bar and what the layers
 * say of it. One wallet for all. `submit` and
 * `cancel` only enqueue. Each subscription starts with an empty account.
 */
export const simulatedVenue = (instruments: readonly Instrument[], options: SimulatedVenueOptions): SimulatedVenue => {
  let books: readonly (InstrumentBook | TickBook)[] = [];
  let queries = queryDesk(instruments.length);
  const { filters, margin, takerFeeRate } = options;
  const onBar = ({ symbol }: Instrument): boolean => fillOnOf(options.fillOn, symbol) === "bars";
  const venue: Venue = {
    terms: { filters: filters === "all", margin, takerFeeRate, attachesBrackets: instruments.map(onBar) },
    submit: (order) => {
      noteOrder(queries, order);
      (books[order.instrument] as InstrumentBook | TickBook).submit(order);
    },
    cancel: (instrument, clientOrderId, decidedAtMs) => {
      (books[instrument] as InstrumentBook | TickBook).cancel(clientOrderId, decidedAtMs);
    },
    ask: (query) => {
      queries.asked.push(query);
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
    const made = instruments.map((instrument) =>
      onBar(instrument) ? new InstrumentBook(instrument, options, wallet) : new TickBook(instrument, options, wallet, clock),
    );
    books = made;
    return {
      ticks: made.map((book) => (book instanceof TickBook ? book : undefined)),
      bars: made.map((book) => (book instanceof InstrumentBook ? book : undefined)),
      clock,
    };
  };
  return {
    venue,
    fills: pipe(
      instruments.every(onBar)
        ? stepOperator("simulatedVenue", onBars, BAR_HANDLERS, EMITS)
        : stepOperator("simulatedVenue", onTicks, TICK_HANDLERS, EMITS),
      answerQueries(() => (queries = queryDesk(instruments.length))),
    ),
  };
};
