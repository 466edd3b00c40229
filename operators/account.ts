import type { OperatorFunction } from "rxjs";
import type { Fill, MomentClosed } from "../src/domain/derived.ts";
import type { FundingPayment, InstrumentRules, OpenOrders, OrderFilled, PositionReport } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import type { LedgerOptions } from "../src/domain/ledger.ts";
import { Ledger } from "../src/domain/ledger.ts";
import { arrive, closeOf } from "../src/domain/moment.ts";
import type { OwnOrders } from "../src/domain/orders/ownOrder.ts";
import type { OrderAnswer } from "../src/domain/orders/openOrders.ts";
import { compared } from "../src/domain/orders/openOrders.ts";
import { answered, filled, tradeOver } from "../src/domain/orders/ownOrders.ts";
import type { FillUnits } from "../src/domain/orders/fillOf.ts";
import { fillOf } from "../src/domain/orders/fillOf.ts";
import { isNewTrade } from "../src/domain/orders/tradeIds.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

const barStep = (ledger: Ledger, bar: Bar, emit: Emit): void => {
  if (!bar.base) return;
  ledger.mark(bar.instrument, bar.close);
  const arrival = arrive(ledger.moment, closeOf(bar));
  if (arrival === "last") closeStep(ledger, bar, emit);
  else if (arrival === "late") publish(ledger, bar, false, emit, true);
};

/** A moment closes once, with its last bar or without it: day and peak are judged, and everybody sees all instruments at one time. */
const closeStep = (ledger: Ledger, cause: Bar | MomentClosed, emit: Emit): void => {
  ledger.closeMoment();
  publish(ledger, cause, true, emit);
};

const momentStep = (ledger: Ledger, item: MomentClosed, emit: Emit): void => {
  if (ledger.moment.open) closeStep(ledger, item, emit);
};

/** Our orders take an answer or a fill before anybody behind sees it; the money of a fill is booked, and told, directly behind it. */
const answerStep = (ledger: Ledger, item: OrderAnswer): true => {
  answered(ledger.orders[item.instrument] as OwnOrders, item);
  return true;
};

const openOrdersStep = (ledger: Ledger, item: OpenOrders): true => {
  compared(ledger.orders[item.instrument] as OwnOrders, item);
  return true;
};

/** A position that is not ours is told: the fills that explain it are asked for (`execute`), and a person may have traded by hand. */
const positionStep = (ledger: Ledger, item: PositionReport, emit: Emit): void => {
  const heldLots = ledger.lotsOf(item.instrument);
  if (item.positionLots === heldLots) return;
  const { seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs } = item;
  const message = `the venue reports ${item.positionLots} lots where the fills say ${heldLots}: wait for missing fills, then look for trades by hand`;
  emit({ kind: Kind.fault, seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs, source: "account", message });
};

const fillStep = (ledger: Ledger, item: OrderFilled, emit: Emit): void => {
  const { instrument } = item;
  const own = ledger.orders[instrument] as OwnOrders;
  if (!isNewTrade(own.trades, item.tradeId)) return;
  const fill = fillOf(own, item, ledger.positions[instrument] as FillUnits);
  filled(own, fill, ledger.lotsOf(instrument));
  emit(fill);
  const closed = ledger.fill(fill);
  own.heldLots = ledger.lotsOf(instrument);
  if (closed !== null) {
    tradeOver(own, closed.direction);
    emit(closed);
  }
  publish(ledger, fill, false, emit);
};

const fundingStep = (ledger: Ledger, payment: FundingPayment, emit: Emit): void => {
  ledger.payFunding(payment.instrument, payment.paidUsdt);
  publish(ledger, payment, false, emit);
};

/** Larger exits are sliced by the largest market order in force. */
const rulesStep = (ledger: Ledger, { rules }: InstrumentRules): void => {
  ledger.setRules(rules);
};

const publish = (ledger: Ledger, cause: Bar | MomentClosed | Fill | FundingPayment, atClose: boolean, emit: Emit, late = false): void => {
  ledger.seq = cause.seq;
  ledger.instrument = cause.instrument;
  // A bar that comes late closed before what the line has heard since.
  ledger.knownAtMs = Math.max(ledger.knownAtMs, cause.knownAtMs);
  ledger.atClose = atClose;
  ledger.late = late;
  emit(ledger);
};

const HANDLERS: StepHandlers<Ledger> = {
  [Kind.bar]: barStep,
  [Kind.momentClosed]: momentStep,
  [Kind.orderFilled]: fillStep,
  [Kind.fundingPayment]: fundingStep,
  [Kind.orderAccepted]: answerStep,
  [Kind.orderRejected]: answerStep,
  [Kind.orderUnknown]: answerStep,
  [Kind.orderCanceled]: answerStep,
  [Kind.orderExpired]: answerStep,
  [Kind.instrumentRules]: rulesStep,
  [Kind.openOrders]: openOrdersStep,
  [Kind.positionReport]: positionStep,
};

const OPTIONS = {
  passingOf: {
    [Kind.orderAccepted]: "filter",
    [Kind.orderRejected]: "filter",
    [Kind.orderUnknown]: "filter",
    [Kind.orderCanceled]: "filter",
    [Kind.orderExpired]: "filter",
    [Kind.openOrders]: "filter",
  },
  emits: [Kind.accountState, Kind.tradeClosed, Kind.fill, Kind.fault],
} as const;

/**
 * What we own: our orders as the venue's answers leave them; position, cash and equity exactly as fills and payments say, marked at every
 * moment's close. Emits the pooled `accountState` after each moment, fill and payment, and `tradeClosed` when a round trip ends.
 */
export const account = (instruments: readonly Instrument[], options: LedgerOptions): OperatorFunction<Item, Item> =>
  stepOperator("account", () => new Ledger(instruments, options), HANDLERS, OPTIONS);
