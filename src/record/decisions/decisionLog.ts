import type { OperatorFunction } from "rxjs";
import type { OrderRejected } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Item } from "../../domain/item.ts";
import { Kind, KIND_NAMES } from "../../domain/kind.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import { codeOf, rejectionText } from "../../venues/binance/rejectionCodes.ts";

/** One bar of one instrument, as far as something happened in it. */
interface DecisionLine {
  readonly timeMs: number;
  readonly symbol: string;
  signal: { readonly pLong: number; readonly pShort: number; readonly pNeutral: number } | null;
  readonly happened: Readonly<Record<string, unknown>>[];
}

interface LogState {
  readonly instruments: readonly Instrument[];
  readonly fromMs: number;
  readonly write: (line: string) => void;
  /** By instrument, its last bar; written when a later bar of any comes. */
  readonly lines: (DecisionLine | null)[];
  /** The last bar of any. */
  newest: DecisionLine | null;
}

const flush = (state: LogState): void => {
  for (const [index, line] of state.lines.entries()) {
    if (line !== null && line.happened.length > 0) state.write(JSON.stringify(line));
    state.lines[index] = null;
  }
  state.newest = null;
};

const happened =
  (fields: (item: never) => Readonly<Record<string, unknown>>) =>
  (state: LogState, item: Item): void => {
    if (item.kind === Kind.barrier) return;
    (state.lines[item.instrument] ?? state.newest)?.happened.push({ what: KIND_NAMES[item.kind], ...fields(item as never) });
  };

const HANDLERS: StepHandlers<LogState> = {
  [Kind.kline]: (state, kline) => {
    if (kline.knownAtMs !== state.newest?.timeMs) flush(state);
    if (kline.knownAtMs <= state.fromMs) return;
    const { symbol } = state.instruments[kline.instrument] as Instrument;
    state.newest = state.lines[kline.instrument] = { timeMs: kline.knownAtMs, symbol, signal: null, happened: [] };
  },
  [Kind.signal]: ({ lines }, { instrument, ready, pLong, pShort, pNeutral }) => {
    const line = lines[instrument];
    if (line && ready) line.signal = { pLong, pShort, pNeutral };
  },
  [Kind.intent]: happened(({ planId, action, direction, qtyLots, stopTicks, reason }: Record<string, unknown>) => ({
    planId,
    action,
    direction,
    qtyLots,
    stopTicks,
    reason,
  })),
  [Kind.refusal]: happened(({ planId, rule, value, limit }: Record<string, unknown>) => ({ planId, rule, value, limit })),
  [Kind.orderSent]: happened(({ order }: { order: Record<string, unknown> }) => ({
    clientOrderId: order["clientOrderId"],
    side: order["side"],
    type: order["type"],
    qtyLots: order["qtyLots"],
    priceTicks: order["priceTicks"],
    triggerTicks: order["triggerTicks"],
  })),
  [Kind.fill]: happened(({ clientOrderId, side, priceTicks, qtyLots, feeUsdt, reason }: Record<string, unknown>) => ({
    clientOrderId,
    side,
    priceTicks,
    qtyLots,
    feeUsdt,
    reason,
  })),
  [Kind.orderRejected]: happened(({ clientOrderId, reason, message }: OrderRejected) => ({
    clientOrderId,
    code: codeOf(reason),
    reason,
    message: rejectionText(reason, message),
  })),
  [Kind.orderCanceled]: happened(({ clientOrderId }: Record<string, unknown>) => ({ clientOrderId })),
  [Kind.orderExpired]: happened(({ clientOrderId, reason }: Record<string, unknown>) => ({ clientOrderId, reason })),
  [Kind.fundingPayment]: happened(({ paidUsdt, rate }: Record<string, unknown>) => ({ paidUsdt, rate })),
  [Kind.riskState]: happened(({ level, rule, active, value, limit }: Record<string, unknown>) => ({
    level,
    rule,
    active,
    value,
    limit,
  })),
  [Kind.gap]: happened(({ fromMs, toMs, missingBars }: Record<string, unknown>) => ({
    fromMs,
    toMs,
    missingBars,
  })),
};

/**
 * `decisions.jsonl`: one line for each bar in which something happened (intent, verdict, order, fill, risk state, gap),
 * with what the signal said. `write` gets each line without its end.
 */
export const logDecisions = (
  instruments: readonly Instrument[],
  fromMs: number,
  write: (line: string) => void,
): OperatorFunction<Item, Item> =>
  stepOperator<LogState>(
    "decisionLog",
    () => ({ instruments, fromMs, write, lines: instruments.map(() => null), newest: null }),
    HANDLERS,
    { flush },
  );
