/** The bar that a book is in: one object per book, overwritten bar by bar. */
export interface BarState {
  openTimeMs: number;
  /** Last price before this bar: filters, triggers and margin of what arrives are checked against it. */
  lastTicks: number;
  openTicks: number;
  highTicks: number;
  lowTicks: number;
  closeTicks: number;
  /** Lots that our fills may still take of this bar's volume; Infinity without a cap. */
  capacityLots: number;
  /** The position grew, or turned, on the way through the bar: its favourable extreme may have come before. */
  grewInside: boolean;
}

// Numbers that need doubles are doubles from the start.
export const barState = (): BarState => ({
  openTimeMs: 0.5,
  lastTicks: 0,
  openTicks: 0,
  highTicks: 0,
  lowTicks: 0,
  closeTicks: 0,
  capacityLots: Infinity,
  grewInside: false,
});
