import type { AccountState, PositionState } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import { usdtPerTickLot } from "../domain/instrument.ts";
import type { OwnOrders } from "../domain/orders/ownOrder.ts";
import { exitLots, ownOrders } from "../domain/orders/ownOrders.ts";
import type { Direction, InstrumentIndex } from "../domain/units.ts";

/** What an entry asks of the account. */
export interface EntryTerms {
  readonly direction: Direction;
  readonly qtyLots: number;
  /** What `worstTicksOf` made of the intent's own. */
  readonly worstTicks: number;
  readonly leverage: number;
}

/**
 * What one instrument costs when every entry of ours fills at its worst price: a view of the account's position and orders. Reductions never
 * count in favour: they may not fill.
 */
export class InstrumentExposure {
  private readonly index: InstrumentIndex;
  private readonly usdtPerTickLot: number;
  private readonly ticksPerUnit: number;
  /** The account's own, looked at from its first state on. */
  position: Pick<PositionState, "positionLots" | "markPrice"> = { positionLots: 0, markPrice: NaN };
  orders: OwnOrders;

  constructor(instrument: Instrument) {
    this.index = instrument.index;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
    this.ticksPerUnit = 1 / instrument.tickSize;
    this.orders = ownOrders(instrument);
  }

  /** The state and what it holds are pooled: they are looked at from now on. */
  follow({ positions, orders }: Pick<AccountState, "positions" | "orders">): void {
    this.position = positions[this.index] as PositionState;
    this.orders = orders[this.index] as OwnOrders;
  }

  get positionLots(): number {
    return this.position.positionLots;
  }
  /** Last price in ticks, not rounded; NaN before the first. */
  get markTicks(): number {
    return this.position.markPrice * this.ticksPerUnit;
  }
  /** Part of the position that no reduction on its way closes. */
  get uncoveredLots(): number {
    return Math.max(0, Math.abs(this.positionLots) - exitLots(this.orders));
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
    let leverage = positionLots === 0 ? Infinity : this.orders.leverage;
    let long = positionLots > 0 ? positionLots * this.markTicks : 0;
    let short = positionLots < 0 ? -positionLots * this.markTicks : 0;
    for (const order of this.orders.open) {
      if (order.role !== "entry") continue;
      leverage = Math.min(leverage, order.leverage);
      if (order.direction > 0) long += order.remainingLots * order.worstTicks;
      else short += order.remainingLots * order.worstTicks;
    }
    if (extra !== null) {
      leverage = Math.min(leverage, extra.leverage);
      if (extra.direction > 0) long += extra.qtyLots * extra.worstTicks;
      else short += extra.qtyLots * extra.worstTicks;
    }
    return { long, short, leverage };
  }
}
