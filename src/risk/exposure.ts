import type { ApprovedPlan, Intent, PositionState } from "../domain/derived.ts";
import type { Fill } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import { usdtPerTickLot } from "../domain/instrument.ts";
import { bracketLevels, directionOf, stopIdOf } from "../domain/order.ts";
import { indexOfOrder, removeAt, removeOrder } from "../domain/orderList.ts";
import type { Direction } from "../domain/units.ts";

/** An approved entry that has not filled, been refused or been withdrawn yet. */
export interface PendingEntry {
  readonly orderId: string;
  readonly intent: Intent;
  readonly worstTicks: number;
  remainingLots: number;
  /** The venue has it: it rests or waits for volume. */
  accepted: boolean;
  /** Asked to be canceled; the venue has not said so yet. */
  withdrawn: boolean;
  /** How often the venue has placed its stop. */
  stopsPlaced: number;
}

/** An approved reduction on its way. */
interface PendingExit {
  readonly orderId: string;
  remainingLots: number;
}

/** A stop at the venue, or on its way there: an entry's own from its first fill on, or a moved one. */
interface Stop {
  readonly orderId: string;
  readonly direction: Direction;
  readonly ticks: number;
  /** The venue has it. */
  accepted: boolean;
}

/** What an entry asks of the account. */
export interface EntryTerms {
  readonly direction: Direction;
  readonly qtyLots: number;
  /** What `worstTicksOf` made of the intent's own. */
  readonly worstTicks: number;
  readonly leverage: number;
}

/**
 * What one instrument holds and has on its way, and what it costs when every entry fills at its worst price. Reductions
 * never count in favour: they may not fill.
 *
 * Orders are told apart by their own id: an entry, its bracket and its moved stop share a plan, and what ends one of them
 * says nothing about the others. All lists empty themselves as the venue answers; stops and exits also when the trade closes.
 */
export class InstrumentExposure {
  private readonly usdtPerTickLot: number;
  private readonly ticksPerUnit: number;
  private readonly entries: PendingEntry[] = [];
  private readonly exits: PendingExit[] = [];
  private stops: Stop[] = [];
  /** Lowest leverage of what was filled into the position; 1 where nobody said. */
  private leverage = 1;
  /** The account's own view of the position, pooled. */
  position: Pick<PositionState, "positionLots" | "markPrice"> = { positionLots: 0, markPrice: NaN };

  constructor(instrument: Instrument) {
    this.usdtPerTickLot = usdtPerTickLot(instrument);
    this.ticksPerUnit = 1 / instrument.tickSize;
  }

  get positionLots(): number {
    return this.position.positionLots;
  }
  /** Last price in ticks, not rounded; NaN before the first. */
  get markTicks(): number {
    return this.position.markPrice * this.ticksPerUnit;
  }
  get pendingEntries(): number {
    return this.entries.length;
  }
  /** Entries on their way or resting. */
  get pending(): readonly PendingEntry[] {
    return this.entries;
  }
  get isProtected(): boolean {
    return this.stops.length > 0;
  }
  /** The tightest stop of the position in ticks, one on its way included; 0 when it has none. */
  get stopTicks(): number {
    return this.tightestTicks(false);
  }
  /** The tightest stop that the venue has; 0 when it has none. */
  get workingStopTicks(): number {
    return this.tightestTicks(true);
  }
  /** Part of the position that no reduction on its way closes. */
  get uncoveredLots(): number {
    let lots = Math.abs(this.positionLots);
    for (const exit of this.exits) lots -= exit.remainingLots;
    return Math.max(0, lots);
  }

  // ---- what was approved ------------------------------------------------------------------------------------------------

  approved({ intent, orderId }: Pick<ApprovedPlan, "intent" | "orderId">, worstTicks: number): void {
    const { action, direction, qtyLots } = intent;
    switch (action) {
      case "enter":
      case "scaleIn":
        this.entries.push({ orderId, intent, worstTicks, remainingLots: qtyLots, accepted: false, withdrawn: false, stopsPlaced: 0 });
        return;
      case "reduce":
      case "exit":
        this.exits.push({ orderId, remainingLots: qtyLots });
        return;
      case "moveStop":
        this.stops.push({ orderId, direction, ticks: intent.stopTicks, accepted: false });
        return;
      case "cancelEntries":
        for (const entry of this.entries) entry.withdrawn = true;
        return;
    }
  }

  /** Whether an entry is on its way that nobody has asked to cancel. */
  get mustWithdraw(): boolean {
    for (const entry of this.entries) if (!entry.withdrawn) return true;
    return false;
  }

  // ---- what the venue says ----------------------------------------------------------------------------------------------

  /** Before the account books the fill: the position is still the one it met. Returns whether it was an entry's. */
  filled(fill: Fill): boolean {
    const direction = directionOf(fill.side);
    const wasLots = this.positionLots * direction;
    const entryAt = indexOfOrder(this.entries, fill.clientOrderId);
    const entry = entryAt < 0 ? undefined : this.entries[entryAt];
    const opens = wasLots + fill.qtyLots > 0;
    if (opens && !fill.reduceOnly) {
      const leverage = entry?.intent.leverage ?? 1;
      this.leverage = wasLots > 0 ? Math.min(this.leverage, leverage) : leverage;
    }
    if (entry !== undefined) {
      if (opens) this.protect(entry, fill.priceTicks);
      entry.remainingLots -= fill.qtyLots;
      if (entry.remainingLots <= 0) removeAt(this.entries, entryAt);
      return true;
    }
    const exitAt = indexOfOrder(this.exits, fill.clientOrderId);
    if (exitAt < 0) return false;
    const exit = this.exits[exitAt] as PendingExit;
    exit.remainingLots -= fill.qtyLots;
    if (exit.remainingLots <= 0) removeAt(this.exits, exitAt);
    return false;
  }

  /** The round trip of `direction` is over, and with it its protection and its exits; after a flip the new stop stays. */
  closed(direction: Direction): void {
    if (this.stops.length > 0) this.stops = this.stops.filter((stop) => stop.direction !== direction);
    while (this.exits.length > 0) this.exits.pop();
  }

  /** Whether an entry without a bracket of its own is on its way: it counted on the protection of a position. */
  get awaitsScaleIn(): boolean {
    for (const { intent, withdrawn } of this.entries) if (intent.action === "scaleIn" && !withdrawn) return true;
    return false;
  }

  /** The venue has an order. Returns whether it is an entry. */
  accepted(orderId: string): boolean {
    const entry = this.entries[indexOfOrder(this.entries, orderId)];
    if (entry !== undefined) {
      entry.accepted = true;
      return true;
    }
    const stop = this.stops[indexOfOrder(this.stops, orderId)];
    if (stop !== undefined) stop.accepted = true;
    return false;
  }

  /** An order is refused, canceled or expired: nothing of it is on its way any more. Returns an entry of which nothing had filled. */
  ended(orderId: string): Intent | null {
    const entry = this.entries[indexOfOrder(this.entries, orderId)];
    removeOrder(this.entries, orderId);
    removeOrder(this.exits, orderId);
    removeOrder(this.stops, orderId);
    return entry !== undefined && entry.remainingLots === entry.intent.qtyLots ? entry.intent : null;
  }

  /** Nobody knows whether the order is there (a refused cancel, an answer that was lost): the entry counts, and may be canceled again. */
  undecided(orderId: string): void {
    for (const entry of this.entries) if (entry.orderId === orderId) entry.withdrawn = false;
  }

  // ---- what it costs ----------------------------------------------------------------------------------------------------

  /**
   * Worst margin in USDT: max over sides of (position on that side + entries of that side) / leverage; an entry against
   * the position can only open after the position is closed. A venue keeps one leverage an instrument: the lowest of its
   * parts counts for all. NaN while a position has no mark.
   */
  worstMarginUsdt(extra: EntryTerms | null): number {
    const { long, short, leverage } = this.worst(extra);
    return (Math.max(long, short) * this.usdtPerTickLot) / leverage;
  }

  /** Lots that an entry may have so that the worst margin of its side is `marginUsdt`, not rounded; below 0: none. */
  lotsOfMargin(marginUsdt: number, entry: Omit<EntryTerms, "qtyLots">): number {
    const { long, short, leverage } = this.worst({ ...entry, qtyLots: 0 });
    return ((marginUsdt * leverage) / this.usdtPerTickLot - (entry.direction > 0 ? long : short)) / entry.worstTicks;
  }

  /** Tick·lots of either side when every entry fills at its worst price, and the lowest leverage. */
  private worst(extra: EntryTerms | null): { long: number; short: number; leverage: number } {
    const { positionLots } = this;
    let leverage = positionLots === 0 ? Infinity : this.leverage;
    let long = positionLots > 0 ? positionLots * this.markTicks : 0;
    let short = positionLots < 0 ? -positionLots * this.markTicks : 0;
    for (const { intent, remainingLots, worstTicks } of this.entries) {
      leverage = Math.min(leverage, intent.leverage);
      if (intent.direction > 0) long += remainingLots * worstTicks;
      else short += remainingLots * worstTicks;
    }
    if (extra !== null) {
      leverage = Math.min(leverage, extra.leverage);
      if (extra.direction > 0) long += extra.qtyLots * extra.worstTicks;
      else short += extra.qtyLots * extra.worstTicks;
    }
    return { long, short, leverage };
  }

  /** The venue places the bracket with the entry's first fill, and anew when no stop of the position waits any more. */
  private protect(entry: PendingEntry, priceTicks: number): void {
    const { direction, bracket } = entry.intent;
    const { stopTicks } = bracketLevels(priceTicks, direction, bracket);
    if (stopTicks === 0 || (entry.stopsPlaced > 0 && this.hasWorkingStop(direction))) return;
    entry.stopsPlaced += 1;
    this.stops.push({ orderId: stopIdOf(entry.orderId, entry.stopsPlaced), direction, ticks: stopTicks, accepted: true });
  }

  private hasWorkingStop(side: Direction): boolean {
    for (const { direction, accepted } of this.stops) if (accepted && direction === side) return true;
    return false;
  }

  private tightestTicks(working: boolean): number {
    let tightest = 0;
    for (const { ticks, direction, accepted } of this.stops) {
      if (accepted || !working) if (tightest === 0 || (ticks - tightest) * direction > 0) tightest = ticks;
    }
    return tightest;
  }
}
