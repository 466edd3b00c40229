import type { Instrument } from "../../domain/instrument.ts";
import type { Emit } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { OrderRequest } from "../../domain/order.ts";
import type { InstrumentIndex, Lots, Ticks } from "../../domain/units.ts";
import { InvariantError } from "../../domain/units.ts";
import type { Refusal } from "./orders/filters.ts";
import { LIQUIDATION_ID } from "./orders/protection.ts";

/**
 * What the venue says of one instrument: account items with the event that caused them (`seq`), numbered within it (`sub`).
 * Everything inside a bar carries its open time: a bar does not tell more.
 */
export class Tape {
  private readonly instrument: InstrumentIndex;
  private emit: Emit = unbound;
  private seq = -1;
  private timeMs = 0;
  private knownAtMs = 0;
  private sub = 0;
  private trades = 0;

  constructor(instrument: Instrument) {
    this.instrument = instrument.index;
  }

  /** What follows is caused by event `seq`; `timeMs` is the exchange's time of it. */
  begin(seq: number, timeMs: number, knownAtMs: number, emit: Emit): void {
    this.emit = emit;
    this.seq = seq;
    this.timeMs = timeMs;
    this.knownAtMs = knownAtMs;
    this.sub = 0;
  }

  accepted(clientOrderId: string): void {
    this.emit({
      kind: Kind.orderAccepted,
      seq: this.seq,
      instrument: this.instrument,
      eventTimeMs: this.timeMs,
      receivedTimeMs: this.timeMs,
      knownAtMs: this.knownAtMs,
      sub: (this.sub += 1),
      clientOrderId,
    });
  }

  rejected(clientOrderId: string, { reason, message }: Refusal): void {
    this.emit({
      kind: Kind.orderRejected,
      seq: this.seq,
      instrument: this.instrument,
      eventTimeMs: this.timeMs,
      receivedTimeMs: this.timeMs,
      knownAtMs: this.knownAtMs,
      sub: (this.sub += 1),
      clientOrderId,
      reason,
      message,
    });
  }

  canceled(clientOrderId: string, remainingLots: number): void {
    this.emit({
      kind: Kind.orderCanceled,
      seq: this.seq,
      instrument: this.instrument,
      eventTimeMs: this.timeMs,
      receivedTimeMs: this.timeMs,
      knownAtMs: this.knownAtMs,
      sub: (this.sub += 1),
      clientOrderId,
      remainingLots: remainingLots as Lots,
    });
  }

  expired(clientOrderId: string, remainingLots: number, reason: string): void {
    this.emit({
      kind: Kind.orderExpired,
      seq: this.seq,
      instrument: this.instrument,
      eventTimeMs: this.timeMs,
      receivedTimeMs: this.timeMs,
      knownAtMs: this.knownAtMs,
      sub: (this.sub += 1),
      clientOrderId,
      remainingLots: remainingLots as Lots,
      reason,
    });
  }

  /** `referenceTicks`: the price without slippage. */
  fill(request: OrderRequest, qtyLots: number, priceTicks: number, referenceTicks: number, feeUsdt: number, maker: boolean): void {
    this.trades += 1;
    this.emit({
      kind: Kind.orderFilled,
      seq: this.seq,
      instrument: this.instrument,
      eventTimeMs: this.timeMs,
      receivedTimeMs: this.timeMs,
      knownAtMs: this.knownAtMs,
      sub: (this.sub += 1),
      clientOrderId: request.clientOrderId,
      tradeId: this.trades,
      side: request.side,
      priceTicks: priceTicks as Ticks,
      qtyLots: qtyLots as Lots,
      feeUsdt,
      maker,
      liquidation: request.clientOrderId.startsWith(LIQUIDATION_ID),
      referenceTicks,
    });
  }

  /** Funding keeps its own time: the settlement lies at or before the bar's open. */
  funding(settledAtMs: number, paidUsdt: number, rate: number): void {
    this.emit({
      kind: Kind.fundingPayment,
      seq: this.seq,
      instrument: this.instrument,
      eventTimeMs: settledAtMs,
      receivedTimeMs: settledAtMs,
      knownAtMs: this.knownAtMs,
      sub: (this.sub += 1),
      paidUsdt,
      rate,
    });
  }
}

const unbound: Emit = () => {
  throw new InvariantError("the simulated venue emitted outside an event");
};
