import type { OperatorFunction } from "rxjs";
import type { Fill, FundingPayment } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import { Ledger } from "../src/domain/ledger.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

const barStep = (ledger: Ledger, bar: Bar, emit: Emit): void => {
  if (!bar.base) return;
  ledger.mark(bar.instrument, bar.close);
  publish(ledger, bar, true, emit);
};

const fillStep = (ledger: Ledger, fill: Fill, emit: Emit): void => {
  const closed = ledger.fill(fill);
  if (closed !== null) emit(closed);
  publish(ledger, fill, false, emit);
};

const fundingStep = (ledger: Ledger, payment: FundingPayment, emit: Emit): void => {
  ledger.payFunding(payment.instrument, payment.paidUsdt);
  publish(ledger, payment, false, emit);
};

const publish = (ledger: Ledger, cause: Bar | Fill | FundingPayment, atClose: boolean, emit: Emit): void => {
  ledger.seq = cause.seq;
  ledger.instrument = cause.instrument;
  ledger.knownAtMs = cause.knownAtMs;
  ledger.atClose = atClose;
  emit(ledger);
};

const HANDLERS: StepHandlers<Ledger> = {
  [Kind.bar]: barStep,
  [Kind.fill]: fillStep,
  [Kind.fundingPayment]: fundingStep,
};

/**
 * Position, cash and equity exactly as fills and payments say, marked at every decision bar's close. Emits the pooled
 * `accountState` after each, and `tradeClosed` when a round trip ends.
 */
export const account = (instruments: readonly Instrument[], startUsdt: number): OperatorFunction<Item, Item> =>
  stepOperator("account", () => new Ledger(instruments, startUsdt), HANDLERS, { emits: [Kind.accountState, Kind.tradeClosed] });
