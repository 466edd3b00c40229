import type { Instrument } from "../../src/domain/instrument.ts";
import type { OrderRequest } from "../../src/domain/order.ts";
import type { SimulatedVenueOptions } from "../../src/venues/simulated/options.ts";

/** One bar: prices in ticks, volume in lots. */
export interface ScenarioBar {
  readonly openTimeMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volumeLots: number;
}

/** A funding rate that was settled; `markPrice` NaN: the source has none. */
export interface Settlement {
  readonly timeMs: number;
  readonly rate: number;
  readonly markPrice: number;
}

/** What the requester sends: an order, or the id of one to be withdrawn. */
export type Sent =
  { readonly order: OrderRequest } | { readonly cancelId: string; readonly instrument: number; readonly decidedAtMs: number };

/** What happens between two bars and in the second: settlements become known, requests are sent, the bar comes. */
export interface Step {
  readonly instrument: number;
  readonly settlements: readonly Settlement[];
  readonly sent: readonly Sent[];
  readonly bar: ScenarioBar;
}

/** All that a venue is told: the same for the desk and for the oracle. */
export interface Scenario {
  readonly seed: number;
  readonly family: string;
  readonly instruments: readonly Instrument[];
  readonly options: SimulatedVenueOptions;
  readonly steps: readonly Step[];
}

/** What a venue said, reduced to what a trader can see. Money in USDT. */
export type Said =
  | { readonly what: "accepted"; readonly id: string }
  | { readonly what: "rejected"; readonly id: string; readonly code: number }
  /** `lots`: what was left; of a close-position order 0 until it triggers. */
  | { readonly what: "canceled"; readonly id: string; readonly lots: number | null }
  | { readonly what: "expired"; readonly id: string; readonly lots: number; readonly reason: string }
  | {
      readonly what: "fill";
      /** `LIQUIDATION` where the exchange closed the position. */
      readonly id: string;
      readonly timeMs: number;
      readonly side: "buy" | "sell";
      readonly lots: number;
      readonly ticks: number;
      readonly feeUsdt: number;
      readonly slippageUsdt: number;
      readonly maker: boolean;
    }
  | { readonly what: "funding"; readonly timeMs: number; readonly paidUsdt: number };

export const LIQUIDATION = "liquidation";

/** One step as a venue lived it; the account is that at the bar's close. */
export interface Lived {
  readonly said: readonly Said[];
  /** Cash: start + realised − fees − funding. */
  readonly walletUsdt: number;
  readonly equityUsdt: number;
}
