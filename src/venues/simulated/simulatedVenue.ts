import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../../domain/instrument.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import { Ledger } from "../../domain/ledger.ts";
import type { Venue } from "../../domain/ports.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import { InstrumentBook } from "./instrumentBook.ts";
import type { SimulatedVenueOptions } from "./options.ts";

/** The venue as a port for `execute` and as an operator that puts its fills into the line. One run at a time. */
export interface SimulatedVenue {
  readonly venue: Venue;
  readonly fills: OperatorFunction<Item, Item>;
}

interface VenueState {
  readonly books: readonly InstrumentBook[];
}

/**
 * Exact on bars (design §7): at each kline first all that happens inside it, then (behind it on the line) the bar and
 * what the layers say of it. `submit` and `cancel` only enqueue.
 */
export const simulatedVenue = (
  instruments: readonly Instrument[],
  options: SimulatedVenueOptions,
  intervalMs: number = MINUTE_MS,
): SimulatedVenue => {
  let current: VenueState = { books: [] };
  const init = (): VenueState => {
    const ledger = new Ledger(instruments, options.startUsdt);
    const books = instruments.map((instrument) => new InstrumentBook(instrument, options, ledger));
    for (const book of books) book.shareMargin(() => books.reduce((sum, each) => sum + each.marginUsdt, 0));
    current = { books };
    return current;
  };
  const bookOf = (index: number): InstrumentBook => current.books[index] as InstrumentBook;
  return {
    venue: {
      submit: (order) => {
        bookOf(order.instrument).enqueue(order, "", order.decidedAtMs, intervalMs);
      },
      cancel: (instrument, clientOrderId, decidedAtMs) => {
        bookOf(instrument).enqueue(null, clientOrderId, decidedAtMs, intervalMs);
      },
    },
    fills: stepOperator("simulatedVenue", init, {
      [Kind.kline]: (state, kline, emit) => {
        (state.books[kline.instrument] as InstrumentBook).bar(kline, emit);
      },
      [Kind.funding]: (state, funding) => {
        (state.books[funding.instrument] as InstrumentBook).settle(funding);
      },
    }),
  };
};
