import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { RiskGate, watchesBars } from "../src/risk/gate.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

const HANDLERS: StepHandlers<RiskGate> = {
  [Kind.gap]: (gate, item, emit) => {
    gate.gap(item, emit);
  },
  [Kind.accountState]: (gate, item, emit) => {
    gate.account(item, emit);
  },
  [Kind.tradeClosed]: (gate, item, emit) => {
    gate.tradeClosed(item, emit);
  },
  [Kind.fill]: (gate, item) => {
    gate.fill(item);
  },
  [Kind.orderAccepted]: (gate, item) => {
    gate.orderAccepted(item);
  },
  [Kind.orderRejected]: (gate, item, emit) => {
    gate.orderRejected(item, emit);
  },
  [Kind.orderCanceled]: (gate, item, emit) => {
    gate.orderEnded(item, emit);
  },
  [Kind.orderExpired]: (gate, item, emit) => {
    gate.orderEnded(item, emit);
  },
  [Kind.intent]: (gate, item, emit) => {
    gate.intent(item, emit);
  },
  [Kind.streamStatus]: (gate, item, emit) => {
    gate.streamStatus(item, emit);
  },
  [Kind.resyncNeeded]: (gate, item, emit) => {
    gate.resyncNeeded(item, emit);
  },
  [Kind.bookTop]: (gate, item, emit) => {
    gate.bookTop(item, emit);
  },
  [Kind.inferenceFailure]: (gate, item, emit) => {
    gate.inferenceFailure(item, emit);
  },
  [Kind.command]: (gate, item, emit) => {
    gate.command(item, emit);
  },
  [Kind.timer]: (gate, item, emit) => {
    gate.timer(item, emit);
  },
};

/** Rules of volatility look at every bar; without them none is looked at. */
const WATCHING_BARS: StepHandlers<RiskGate> = {
  ...HANDLERS,
  [Kind.bar]: (gate, item, emit) => {
    gate.bar(item, emit);
  },
};

/** The three tiers of risk, in line: intents in, approved plans or refusals out, `riskState` at every change. */
export const riskGate = (instruments: readonly Instrument[], limits: RiskLimits, tradeFromMs = -Infinity): OperatorFunction<Item, Item> =>
  stepOperator("riskGate", () => new RiskGate(instruments, limits, tradeFromMs), watchesBars(limits) ? WATCHING_BARS : HANDLERS, {
    emits: [Kind.intent, Kind.approvedPlan, Kind.refusal, Kind.riskState, Kind.fault],
  });
