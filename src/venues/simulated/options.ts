import type { FillOn } from "../../domain/order.ts";

/** How the simulated venue fills and charges (docs/venue.md). */
export interface SimulatedVenueOptions {
  readonly startUsdt: number;
  /** Adverse price move of every market or triggered fill, as a fraction of price; rounded to the tick against us. */
  readonly slippageFraction: number;
  /** Time from decision to the venue; with a jitter the least time. */
  readonly latencyMs: number;
  /** Mean of what each request takes beyond `latencyMs` (`models/latency.ts`); 0: all take `latencyMs`. */
  readonly latencyJitterMs: number;
  /** Another seed draws other latencies. */
  readonly latencySeed: number;
  /** Share of a bar's volume that our fills may take; null: no cap. */
  readonly maxVolumeShare: number | null;
  /** Whether funding is paid. */
  readonly funding: boolean;
  /** `all`: Binance's filters with their error codes; `tickAndLot`: only those two. */
  readonly filters: "all" | "tickAndLot";
  /** Isolated margin with liquidation; false: no margin is asked for and nothing is liquidated. */
  readonly margin: boolean;
  /** Fee rates; null: the instrument's own. */
  readonly makerFeeRate: number | null;
  readonly takerFeeRate: number | null;
  /** What orders are filled by: the bars, the trades or the order book of the line. */
  readonly fillOn: FillOnChoice;
  /** On `trades` and `book`: price that triggers stops, targets and liquidation. On `bars` the last price does. */
  readonly triggerBy: "last" | "mark";
  /** On `book`: what a shrinking level means for the queue ahead of a resting order (`models/queue.ts`). */
  readonly queue: QueueName;
  /** On `trades`, where no queue is seen: notional that is taken to stand before each resting order, USDT. */
  readonly queueAheadUsdt: number;
}

/** One for all instruments, or one by symbol; symbols that are not named have that of `default`, or else `bars`. */
export type FillOnChoice = FillOn | Readonly<Record<string, FillOn>>;

/** What the orders of one instrument are filled by. */
export const fillOnOf = (choice: FillOnChoice, symbol: string): FillOn =>
  typeof choice === "string" ? choice : (choice[symbol] ?? choice["default"] ?? "bars");

export type QueueName = "pessimistic" | "proportional";

export const DEFAULT_VENUE: SimulatedVenueOptions = {
  startUsdt: 10_000,
  slippageFraction: 0.0001,
  latencyMs: 250,
  latencyJitterMs: 0,
  latencySeed: 1,
  maxVolumeShare: 0.1,
  funding: true,
  filters: "all",
  margin: true,
  makerFeeRate: null,
  takerFeeRate: null,
  fillOn: "bars",
  triggerBy: "last",
  queue: "pessimistic",
  queueAheadUsdt: 0,
};
