import { stateClass } from "../../../domain/state/stateClass.ts";
import { checked } from "../models/checked.ts";
import type { QueueModel } from "../models/queue.ts";

/**
 * Where a resting order stands in the queue of its price: how many displayed lots must go before it. It starts behind all that the
 * level showed when it arrived (Rigtorp 2013, "Estimating order queue position") and moves up
 *
 * - by every trade that hits the level: first come, first served;
 * - when the level shows fewer lots than stand ahead: then no more can stand there;
 * - when the level shrinks by more than was traded, by what the model says.
 *
 * Lots that join the level stand behind. All in whole lots, rounded so that more stand ahead.
 */
export class QueuePlace {
  aheadLots: number;
  private shownLots: number;
  /** Traded at the level since it was shown last: what a smaller quantity then does not say again. */
  private tradedLots = 0;
  /** Exchange time of what the order met when it arrived: what traded up to then was before it. */
  readonly sinceMs: number;

  constructor(model: QueueModel, shownLots: number, sinceMs: number) {
    this.aheadLots = wholeLots(model.joinLots(shownLots));
    this.shownLots = shownLots;
    this.sinceMs = sinceMs;
  }

  /** A trade of `lots` hits the level; returns the lots of it that get as far as the order. */
  trade(lots: number): number {
    const reaching = lots - this.aheadLots;
    this.tradedLots += lots;
    this.aheadLots = Math.max(0, -reaching);
    return Math.max(0, reaching);
  }

  /** The level shows this many lots now. */
  show(lots: number, model: QueueModel): void {
    const held = this.shownLots - this.tradedLots;
    if (lots < held && this.aheadLots > 0)
      this.aheadLots = wholeLots(model.cancelLots(this.aheadLots, Math.max(0, held - this.aheadLots), held - lots));
    this.aheadLots = Math.max(0, Math.min(this.aheadLots, lots));
    this.shownLots = lots;
    this.tradedLots = 0;
  }

  /** The price was traded through, or the other side stands at it: nobody is left before the order. */
  clear(): void {
    this.aheadLots = 0;
  }
}

stateClass("QueuePlace", QueuePlace);

const wholeLots = (lots: number): number => Math.ceil(checked("queue", lots, 0) - 1e-9);
