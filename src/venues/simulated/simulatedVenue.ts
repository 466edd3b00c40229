import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../../domain/instrument.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Venue } from "../../domain/ports.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import { InstrumentBook } from "./instrumentBook.ts";
import { Wallet } from "./margin/wallet.ts";
import type { SimulatedVenueOptions } from "./options.ts";

/** The venue as a port for `execute` and as an operator that puts its fills into the line. One run at a time. */
export interface SimulatedVenue {
  readonly venue: Venue;
  readonly fills: OperatorFunction<Item, Item>;
}

const HANDLERS: StepHandlers<readonly InstrumentBook[]> = {
  [Kind.kline]: (books, kline, emit) => {
    (books[kline.instrument] as InstrumentBook).bar(kline, emit);
  },
  [Kind.funding]: (books, funding) => {
    (books[funding.instrument] as InstrumentBook).settle(funding);
  },
};

/**
 * Exact on bars (design §7, docs/venue.md): at each kline first all that happens inside it, then (behind it on the line) the
 * bar and what the layers say of it. `submit` and `cancel` only enqueue. Each subscription starts with an empty account.
 */
export const simulatedVenue = (instruments: readonly Instrument[], options: SimulatedVenueOptions): SimulatedVenue => {
  let books: readonly InstrumentBook[] = [];
  const init = (): readonly InstrumentBook[] => {
    const wallet = new Wallet(options.startUsdt);
    books = instruments.map((instrument) => new InstrumentBook(instrument, options, wallet));
    return books;
  };
  return {
    venue: {
      submit: (order) => {
        (books[order.instrument] as InstrumentBook).submit(order);
      },
      cancel: (instrument, clientOrderId, decidedAtMs) => {
        (books[instrument] as InstrumentBook).cancel(clientOrderId, decidedAtMs);
      },
    },
    fills: stepOperator("simulatedVenue", init, HANDLERS, {
      emits: [Kind.orderAccepted, Kind.orderRejected, Kind.orderCanceled, Kind.orderExpired, Kind.fill, Kind.fundingPayment],
    }),
  };
};
