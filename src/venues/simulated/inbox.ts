import type { OrderRequest } from "../../domain/order.ts";

/** Asks to withdraw an order; travels like an order. */
interface Cancellation {
  readonly cancelId: string;
  readonly decidedAtMs: number;
}

/** Who takes what arrives. */
export interface Receiver {
  arrive(order: OrderRequest): void;
  withdraw(clientOrderId: string): void;
}

/** Orders and cancels on their way to the venue, in the order they were sent; handled one after the other. */
export class Inbox {
  private readonly latencyMs: number;
  private readonly requests: (OrderRequest | Cancellation)[] = [];

  constructor(latencyMs: number) {
    this.latencyMs = latencyMs;
  }

  get size(): number {
    return this.requests.length;
  }

  submit(order: OrderRequest): void {
    this.requests.push(order);
  }

  cancel(cancelId: string, decidedAtMs: number): void {
    this.requests.push({ cancelId, decidedAtMs });
  }

  /**
   * Hands over what is there at an open. Decided at a close, a request arrives with the next open while the latency is
   * shorter than a bar; else with the first open after the latency. What the receiver's answers make us send stays.
   */
  deliver(openTimeMs: number, intervalMs: number, receiver: Receiver): void {
    const delayMs = this.latencyMs < intervalMs ? 0 : this.latencyMs;
    const requests = this.requests;
    const count = requests.length;
    let waiting = 0;
    for (let i = 0; i < count; i += 1) {
      const request = requests[i] as OrderRequest | Cancellation;
      if (request.decidedAtMs + delayMs > openTimeMs) {
        requests[waiting] = request;
        waiting += 1;
      } else if ("cancelId" in request) receiver.withdraw(request.cancelId);
      else receiver.arrive(request);
    }
    for (let i = count; i < requests.length; i += 1) {
      requests[waiting] = requests[i] as OrderRequest | Cancellation;
      waiting += 1;
    }
    // Popped one by one, the array keeps its storage.
    while (requests.length > waiting) requests.pop();
  }
}
