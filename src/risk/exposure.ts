import type { Instrument } from "../domain/instrument.ts";
import { usdtPerTickLot } from "../domain/instrument.ts";
import type { Bracket } from "../domain/order.ts";
import { bracketLevels } from "../domain/order.ts";
import type { Direction } from "../domain/units.ts";

/** An approved entry that has not filled, been refused or withdrawn yet. */
interface PendingEntry {
  readonly planId: string;
  readonly direction: Direction;
  remainingLots: number;
  readonly worstTicks: number;
  readonly bracket: Bracket;
}

/**
 * What one instrument could cost when every entry on its way fills at its worst price. Reductions never count in
 * favour: they may not fill.
 */
export class InstrumentExposure {
  readonly #usdtPerTickLot: number;
  readonly #ticksPerUnit: number;
  readonly #pending: PendingEntry[] = [];
  positionLots = 0;
  markPrice = NaN;
  leverage = 1;
  /** The position's current stop in ticks; 0 when it has none. */
  stopTicks = 0;
  #stopPlanId = "";
  /** Plan id of an exit on its way; "" when none. */
  exitPlanId = "";

  constructor(instrument: Instrument) {
    this.#usdtPerTickLot = usdtPerTickLot(instrument);
    this.#ticksPerUnit = 1 / instrument.tickSize;
  }

  get pendingEntries(): number {
    return this.#pending.length;
  }

  expect(planId: string, direction: Direction, qtyLots: number, worstTicks: number, bracket: Bracket): void {
    this.#pending.push({ planId, direction, remainingLots: qtyLots, worstTicks, bracket });
  }

  /** A fill of an entry: its bracket is live from here on, at levels around the entry's first price. */
  filled(planId: string, qtyLots: number, priceTicks: number): void {
    const entry = this.#pending.find((each) => each.planId === planId);
    if (entry === undefined) return;
    if (entry.bracket.stopFraction > 0 && this.#stopPlanId !== planId) {
      this.stopTicks = bracketLevels(priceTicks, entry.direction, entry.bracket).stopTicks;
      this.#stopPlanId = planId;
    }
    entry.remainingLots -= qtyLots;
    if (entry.remainingLots <= 0) this.resolved(planId);
  }

  moveStop(stopTicks: number): void {
    this.stopTicks = stopTicks;
  }

  /** The round trip that `planId` opened is over; a flip's new stop stays. */
  closed(planId: string): void {
    if (this.#stopPlanId === planId) this.stopTicks = 0;
  }

  /** The plan's entry is done with: filled, refused, canceled or expired. */
  resolved(planId: string): void {
    const at = this.#pending.findIndex((entry) => entry.planId === planId);
    if (at >= 0) this.#pending.splice(at, 1);
  }

  /**
   * Worst margin in USDT: max over sides of (position on that side + entries of that side) / leverage; an entry against
   * the position can only open after the position is closed.
   */
  worstMarginUsdt(extra: { readonly direction: Direction; readonly qtyLots: number; readonly worstTicks: number; readonly leverage: number } | null): number {
    const leverage = extra?.leverage ?? this.leverage;
    let long = this.positionLots > 0 ? this.positionLots * this.markPrice * this.#ticksPerUnit : 0;
    let short = this.positionLots < 0 ? -this.positionLots * this.markPrice * this.#ticksPerUnit : 0;
    for (const entry of this.#pending) {
      if (entry.direction > 0) long += entry.remainingLots * entry.worstTicks;
      else short += entry.remainingLots * entry.worstTicks;
    }
    if (extra !== null) {
      if (extra.direction > 0) long += extra.qtyLots * extra.worstTicks;
      else short += extra.qtyLots * extra.worstTicks;
    }
    return (Math.max(long, short) * this.#usdtPerTickLot) / leverage;
  }

  /** Largest quantity in lots whose worst margin stays within `marginUsdt`, pending entries included; ≥ 0. */
  maxQtyLots(direction: Direction, worstTicks: number, leverage: number, marginUsdt: number): number {
    const used = this.worstMarginUsdt({ direction, qtyLots: 0, worstTicks, leverage });
    return Math.max(0, Math.floor(((marginUsdt - used) * leverage) / (worstTicks * this.#usdtPerTickLot)));
  }
}
