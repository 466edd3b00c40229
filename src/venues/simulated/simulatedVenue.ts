import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import type { BestBidAsk, BookDiff, BookSnapshot, InstrumentRules, Timer } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Emit, Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Venue } from "../../domain/ports.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import { InstrumentDesk } from "./desk.ts";
import { Wallet } from "./margin/wallet.ts";
import type { VenueModels } from "./models/models.ts";
import { modelsOf } from "./models/models.ts";
import type { SimulatedVenueOptions } from "./options.ts";
import { fillOnOf } from "./options.ts";
import { answerQueries, noteOrder, queryDesk } from "./queries.ts";
import { LineClock } from "./requests.ts";

/** The venue as a port for `execute` and as an operator that puts its fills into the line. One run at a time. */
export interface SimulatedVenue {
  readonly venue: Venue;
  readonly fills: OperatorFunction<Item, Item>;
}

interface VenueState {
  /** By instrument. */
  readonly desks: readonly InstrumentDesk[];
  readonly clock: LineClock;
}

const deskOf = ({ desks }: VenueState, instrument: InstrumentIndex): InstrumentDesk => desks[instrument] as InstrumentDesk;

const rulesStep = (state: VenueState, change: InstrumentRules): void => {
  deskOf(state, change.instrument).rules(change);
};

const BAR_HANDLERS: StepHandlers<VenueState> = {
  [Kind.instrumentRules]: rulesStep,
  [Kind.kline]: (state, kline, emit) => {
    deskOf(state, kline.instrument).bar(kline, emit);
  },
  [Kind.funding]: (state, funding, emit) => {
    deskOf(state, funding.instrument).settle(funding, emit);
  },
};

const heard = ({ clock }: VenueState, { seq, knownAtMs }: BestBidAsk | Timer): void => {
  clock.see(seq, knownAtMs);
};
const bookStep = (state: VenueState, message: BookDiff | BookSnapshot, emit: Emit): void => {
  state.clock.see(message.seq, message.knownAtMs);
  deskOf(state, message.instrument).book(message, emit);
};

const TICK_HANDLERS: StepHandlers<VenueState> = {
  [Kind.instrumentRules]: rulesStep,
  [Kind.trade]: (state, trade, emit) => {
    state.clock.see(trade.seq, trade.knownAtMs);
    deskOf(state, trade.instrument).trade(trade, emit);
  },
  [Kind.bookSnapshot]: bookStep,
  [Kind.bookDiff]: bookStep,
  [Kind.bestBidAsk]: heard,
  [Kind.timer]: heard,
  [Kind.markPrice]: (state, mark, emit) => {
    state.clock.see(mark.seq, mark.knownAtMs);
    deskOf(state, mark.instrument).mark(mark, emit);
  },
  [Kind.funding]: (state, funding, emit) => {
    state.clock.see(funding.seq, funding.knownAtMs);
    deskOf(state, funding.instrument).settle(funding, emit);
  },
  [Kind.kline]: (state, kline, emit) => {
    state.clock.see(kline.seq, -Infinity);
    deskOf(state, kline.instrument).bar(kline, emit);
  },
};

const EMITS = {
  emits: [Kind.orderAccepted, Kind.orderRejected, Kind.orderCanceled, Kind.orderExpired, Kind.orderFilled, Kind.fundingPayment],
} as const;

/**
 * The simulated venue (docs/venue.md): a desk for each instrument, one wallet for all. Each desk fills by bars, by trades or by the order
 * book. Its answers follow the kline, trade or book message that caused them; the layers hear of a bar after all that happened inside it.
 * `submit` and `cancel` only enqueue. Each subscription starts with an empty account. `models` replaces what the options describe.
 */
export const simulatedVenue = (
  instruments: readonly Instrument[],
  options: SimulatedVenueOptions,
  models: Partial<VenueModels> = {},
): SimulatedVenue => {
  const allModels = { ...modelsOf(options), ...models };
  const { takerFeeRate } = allModels.fees;
  let queries = queryDesk(instruments.length);
  const onBar = ({ symbol }: Instrument): boolean => fillOnOf(options.fillOn, symbol) === "bars";
  let desks: readonly InstrumentDesk[] = [];
  const venue: Venue = {
    terms: { filters: options.filters === "all", margin: options.margin, takerFeeRate, attachesBrackets: instruments.map(onBar) },
    submit: (order) => {
      noteOrder(queries, order);
      (desks[order.instrument] as InstrumentDesk).submit(order);
    },
    cancel: (instrument, clientOrderId, decidedAtMs) => {
      (desks[instrument] as InstrumentDesk).cancel(clientOrderId, decidedAtMs);
    },
    ask: (query) => {
      queries.asked.push(query);
    },
  };
  const init = (): VenueState => {
    const wallet = new Wallet(options.startUsdt);
    const clock = new LineClock();
    desks = instruments.map((instrument) => new InstrumentDesk(instrument, options, allModels, wallet, clock));
    return { desks, clock };
  };
  return {
    venue,
    fills: pipe(
      stepOperator("simulatedVenue", init, instruments.every(onBar) ? BAR_HANDLERS : TICK_HANDLERS, EMITS),
      answerQueries(() => (queries = queryDesk(instruments.length))),
    ),
  };
};
