import type { OrderRequest } from "../../../domain/order.ts";
import type { Receiver } from "../inbox.ts";

interface Sent {
  /** Null: a cancel. */
  readonly order: OrderRequest | null;
  readonly cancelId: string;
  dueMs: number;
}

/**
 * Line time, shared by the instruments of a venue. A bar made from trades stands on the line before the event that closed it, and with
 * its number: what was decided on that bar is sent no earlier than that event was known.
 */
export class LineClock {
  nowMs = -Infinity;
  private readonly latencyMs: number;
  private seq = -1;
  private fresh: Sent[] = [];

  constructor(latencyMs: number) {
    this.latencyMs = latencyMs;
  }

  /** An event of the line is known; a kline (`knownAtMs` −Infinity) says its number only. */
  see(seq: number, knownAtMs: number): void {
    if (knownAtMs > this.nowMs) this.nowMs = knownAtMs;
    if (this.fresh.length > 0) {
      if (seq === this.seq) for (const sent of this.fresh) sent.dueMs = Math.max(sent.dueMs, this.nowMs + this.latencyMs);
      else this.fresh = [];
    }
    this.seq = seq;
  }

  /** A request decided at line time `decidedAtMs` leaves now. */
  send(order: OrderRequest | null, cancelId: string, decidedAtMs: number): Sent {
    const sent = { order, cancelId, dueMs: Math.max(decidedAtMs, this.nowMs) + this.latencyMs };
    this.fresh.push(sent);
    return sent;
  }
}

/** Orders and cancels on their way to one instrument, in the order they were sent; none overtakes another. */
export class Requests {
  private readonly clock: LineClock;
  private readonly waiting: Sent[] = [];

  constructor(clock: LineClock) {
    this.clock = clock;
  }

  get size(): number {
    return this.waiting.length;
  }

  submit(order: OrderRequest): void {
    this.waiting.push(this.clock.send(order, "", order.decidedAtMs));
  }

  cancel(cancelId: string, decidedAtMs: number): void {
    this.waiting.push(this.clock.send(null, cancelId, decidedAtMs));
  }

  /** Hands over the cancels that are due by `timeMs`, up to the first order. */
  deliverCancels(timeMs: number, receiver: Receiver): void {
    for (;;) {
      const first = this.waiting[0];
      if (first === undefined || first.order !== null || first.dueMs > timeMs) return;
      this.waiting.shift();
      receiver.withdraw(first.cancelId);
    }
  }

  /** Hands over all that is due by `timeMs`. */
  deliver(timeMs: number, receiver: Receiver): void {
    for (;;) {
      const first = this.waiting[0];
      if (first === undefined || first.dueMs > timeMs) return;
      this.waiting.shift();
      if (first.order === null) receiver.withdraw(first.cancelId);
      else receiver.arrive(first.order);
    }
  }
}
