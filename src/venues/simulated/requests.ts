import type { OrderRequest } from "../../domain/order.ts";
import { checked } from "./models/checked.ts";
import type { LatencyModel, RequestKind } from "./models/latency.ts";

/** Who takes what arrives. */
export interface Receiver {
  arrive(order: OrderRequest): void;
  withdraw(clientOrderId: string): void;
}

interface Sent {
  /** Null: a cancel. */
  readonly order: OrderRequest | null;
  readonly clientOrderId: string;
  readonly latencyMs: number;
  leftMs: number;
}

/**
 * Line time, shared by the instruments that fill on trades or on the book. A bar made from trades stands on the line before the event that
 * closed it, and with its number: what was decided on that bar leaves no earlier than that event was known.
 */
export class LineClock {
  nowMs = -Infinity;
  private seq = -1;
  private readonly fresh: Sent[] = [];

  /** An event of the line is known; a kline (`knownAtMs` −Infinity) says its number only. */
  see(seq: number, knownAtMs: number): void {
    if (knownAtMs > this.nowMs) this.nowMs = knownAtMs;
    if (this.fresh.length > 0) {
      if (seq === this.seq) for (const sent of this.fresh) sent.leftMs = Math.max(sent.leftMs, this.nowMs);
      else this.fresh.length = 0;
    }
    this.seq = seq;
  }

  /** A request leaves now. */
  send(sent: Sent): void {
    sent.leftMs = Math.max(sent.leftMs, this.nowMs);
    this.fresh.push(sent);
  }
}

/** Orders and cancels on their way to one instrument, in the order they were sent. None overtakes another. */
export class Requests {
  private readonly latency: LatencyModel;
  /** Null: a request leaves when it was decided. Bars know no other time. */
  private readonly clock: LineClock | null;
  private readonly waiting: Sent[] = [];

  constructor(latency: LatencyModel, clock: LineClock | null) {
    this.latency = latency;
    this.clock = clock;
  }

  get size(): number {
    return this.waiting.length;
  }

  submit(order: OrderRequest): void {
    this.send(order, order.clientOrderId, "order", order.decidedAtMs);
  }

  cancel(clientOrderId: string, decidedAtMs: number): void {
    this.send(null, clientOrderId, "cancel", decidedAtMs);
  }

  /** Hands over the cancels that are due by `timeMs`, up to the first order. */
  deliverCancels(timeMs: number, receiver: Receiver): void {
    let gone = 0;
    for (; this.isDue(gone, timeMs, 0); gone += 1) {
      const { order, clientOrderId } = this.waiting[gone] as Sent;
      if (order !== null) break;
      receiver.withdraw(clientOrderId);
    }
    this.drop(gone);
  }

  /**
   * Hands over all that is due by `timeMs`. A latency shorter than `barMs` counts as none, because what was decided at a bar's close meets
   * the next open.
   */
  deliver(timeMs: number, barMs: number, receiver: Receiver): void {
    let gone = 0;
    for (; this.isDue(gone, timeMs, barMs); gone += 1) {
      const { order, clientOrderId } = this.waiting[gone] as Sent;
      if (order === null) receiver.withdraw(clientOrderId);
      else receiver.arrive(order);
    }
    this.drop(gone);
  }

  private send(order: OrderRequest | null, clientOrderId: string, request: RequestKind, decidedAtMs: number): void {
    const latencyMs = checked("latency", this.latency.latencyMs(clientOrderId, request, decidedAtMs), 0);
    const sent: Sent = { order, clientOrderId, latencyMs, leftMs: decidedAtMs };
    this.clock?.send(sent);
    this.waiting.push(sent);
  }

  private isDue(at: number, timeMs: number, barMs: number): boolean {
    const sent = this.waiting[at];
    return sent !== undefined && sent.leftMs + (sent.latencyMs < barMs ? 0 : sent.latencyMs) <= timeMs;
  }

  private drop(gone: number): void {
    const { waiting } = this;
    if (gone === 0) return;
    for (let i = gone; i < waiting.length; i += 1) waiting[i - gone] = waiting[i] as Sent;
    // Popped one by one, the array keeps its storage.
    for (let i = 0; i < gone; i += 1) waiting.pop();
  }
}
