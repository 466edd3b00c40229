/** The market as the desk of one instrument sees it: one object, overwritten by every event that is worked on. */
export interface MarketState {
  /** The exchange's time of the event; of a bar its open. */
  timeMs: number;
  /** Last price before the event: filters, triggers and margin of what arrives are checked against it. NaN before the first. */
  lastTicks: number;
  /** Price that orders meet: the open of the bar, or the price of the print. */
  priceTicks: number;
  /** Lots that our fills may still take: of the bar's volume, of the print, or of the level. Infinity without a cap. */
  capacityLots: number;
}

// Numbers that need doubles are doubles from the start.
export const marketState = (): MarketState => ({ timeMs: 0.5, lastTicks: NaN, priceTicks: NaN, capacityLots: Infinity });
