import type { QueueName } from "../options.ts";

/** Where a resting order stands in the queue of its price. All quantities are lots. The desk rounds up, so that more stand ahead. */
export interface QueueModel {
  /** Lots ahead of an order that joins a price. `shownLots`: on the book what its level shows, on trades what `queueAheadUsdt` buys. */
  joinLots(shownLots: number): number;
  /**
   * Lots still ahead after the level shrank by `canceledLots` more than was traded (on the book only). `aheadLots` stood ahead before, at
   * least 1, and `behindLots` behind.
   */
  cancelLots(aheadLots: number, behindLots: number, canceledLots: number): number;
}

/** All who cancel stood behind (hftbacktest's `RiskAdverseQueueModel`). */
class PessimisticQueue implements QueueModel {
  joinLots(shownLots: number): number {
    return shownLots;
  }
  cancelLots(aheadLots: number): number {
    return aheadLots;
  }
}

/**
 * Of what cancels, the share ahead / (ahead + behind) stood ahead (Rigtorp 2013, "Estimating order queue position", f(x) = x; hftbacktest's
 * `ProbQueueModel` with the identity).
 */
class ProportionalQueue implements QueueModel {
  joinLots(shownLots: number): number {
    return shownLots;
  }
  cancelLots(aheadLots: number, behindLots: number, canceledLots: number): number {
    return aheadLots - (canceledLots * aheadLots) / (aheadLots + behindLots);
  }
}

export const queueOf = (name: QueueName): QueueModel => (name === "proportional" ? new ProportionalQueue() : new PessimisticQueue());
