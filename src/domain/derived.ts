import type { Bracket, OrderRequest, OrderSide } from "./order.ts";
import type { DayLedger } from "./dayLedger.ts";
import type { IntentAction } from "./intentAction.ts";
import type { IsolatedMargin } from "./isolatedMargin.ts";
import type { Kind } from "./kind.ts";
import type { Bar } from "./kline.ts";
import type { Leg } from "./orders/orderIds.ts";
import type { OwnOrder, OwnOrders } from "./orders/ownOrder.ts";
import type { Direction, InstrumentIndex, Lots, Ticks } from "./units.ts";

/** Derived items carry their cause's `seq` and line time; they are re-computed in every replay. */
interface DerivedHeader<K extends Kind> {
  readonly kind: K;
  readonly seq: number;
  readonly instrument: InstrumentIndex;
  readonly knownAtMs: number;
}

/** Klines between `fromMs` (inclusive) and `toMs` (exclusive) are missing: the edge may fetch them. */
export interface Gap extends DerivedHeader<typeof Kind.gap> {
  readonly fromMs: number;
  readonly toMs: number;
  readonly missingBars: number;
}

/**
 * The best levels of a whole book after a message changed it; prices and quantities interleaved, best first, at most ten a side. Views
 * of a block that is filled once: they stay as they are.
 */
export interface BookTop extends DerivedHeader<typeof Kind.bookTop> {
  readonly bids: Float64Array;
  readonly asks: Float64Array;
}

/** A stream broke: what it tells is not to be believed until the next snapshot, which the edge may fetch. */
export interface ResyncNeeded extends DerivedHeader<typeof Kind.resyncNeeded> {
  readonly stream: "book";
  readonly reason: string;
}

/**
 * Scales of one instrument at a decision bar, for numbers that know no price or volume level. Like feature rows and beliefs it is a
 * view of row `row` of a block that is filled once and never pooled, because model layers hold items until their burst ends.
 */
export interface Scales extends DerivedHeader<typeof Kind.scales> {
  /** `[rows, SCALES]` float64, row-major, in the order of `Scale`. */
  readonly values: Float64Array;
  readonly row: number;
  /** False while there are too few bars behind them. */
  readonly ready: boolean;
}

/** Columns of a `Scales` row. */
export const Scale = {
  /** Close of the decision bar. */
  referencePrice: 0,
  /** Standard deviation of one bar's log return, > 0. */
  volatilityUnit: 1,
  /** Mean volume of a bar, base units, > 0. */
  volumeBaseline: 2,
  /** Mean number of trades of a bar, > 0. */
  tradesBaseline: 3,
} as const;
export const SCALES = 4;

/** The numbers that models see of one decision bar; NaN where a column is not warm. */
export interface FeatureRow extends DerivedHeader<typeof Kind.featureRow> {
  /** Open time of the decision bar. */
  readonly barTimeMs: number;
  /** `[rows, features]` float64, row-major. */
  readonly values: Float64Array;
  readonly row: number;
  readonly features: number;
}

/** The states of L1 in the order of their probabilities (docs/architecture.md#what-each-layer-says). */
export const REGIME_STATES = ["strong up", "weak up", "ranging", "weak down", "strong down", "low volatility", "high volatility"] as const;

/** What every belief says of itself; L1 to L3 say exactly one a decision bar. */
interface BeliefHeader<K extends Kind> extends DerivedHeader<K> {
  readonly ready: boolean;
  /** Why it is not ready, e.g. `warm-up`; "" where it is. */
  readonly reason: string;
  /** The member that said it. */
  readonly member: string;
  /** Why the layer's rule said it and not the member that serves; "" where that one did. */
  readonly fallback: string;
}

/** L1: probabilities of the seven states, NaN while the layer is not ready. */
export interface Regime extends BeliefHeader<typeof Kind.regime> {
  /** `[rows, 7]` float64, row-major. */
  readonly values: Float64Array;
  readonly row: number;
}

/** L2, NaN while the layer is not ready. */
export interface Pattern extends BeliefHeader<typeof Kind.pattern> {
  /** `[rows, width]` float64, row-major: P(up), P(down) over the horizon, then the embedding. */
  readonly values: Float64Array;
  readonly row: number;
  readonly width: number;
}

/**
 * L3. POOLED: one object per instrument, overwritten at its next decision bar; copy what you keep.
 * A layer that is not warm says NEUTRAL with `ready` false.
 */
export interface Signal extends BeliefHeader<typeof Kind.signal> {
  readonly pLong: number;
  readonly pShort: number;
  readonly pNeutral: number;
  /** Expected net return of the side over the horizon, as a fraction; NaN where the member states none. */
  readonly netLong: number;
  readonly netShort: number;
  /** Calibrated probability that the likelier side ends with a profit after costs; NaN where the member states none. */
  readonly confidence: number;
}

/**
 * What members of a layer would have said at a judged bar. Nobody on the line acts on it, and no decision hash holds it. It stands before the
 * barrier of its burst, not directly behind its cause.
 */
export interface Shadow extends DerivedHeader<typeof Kind.shadow> {
  readonly layer: string;
  /** `[members, width]` float64, row-major, in the order of the comparison; what the layer's rule said where a member did not speak. */
  readonly values: Float64Array;
  readonly width: number;
  /** By member, 1: it spoke itself. */
  readonly own: Uint8Array;
}

/** A moment closed without the bars of some instruments (`operators/moments.ts`). */
export interface MomentClosed extends DerivedHeader<typeof Kind.momentClosed> {
  readonly closeMs: number;
}

/** What the account holds of one instrument. Signed lots; the cost is exact in tick·lots. */
export interface PositionState {
  readonly instrument: InstrumentIndex;
  readonly positionLots: number;
  /** Σ price × signed quantity of the open position, in tick·lots (integer). */
  readonly costTickLots: number;
  /** Average entry in ticks: costTickLots / positionLots; NaN when flat. */
  readonly averageTicks: number;
  /** Last traded price known to the account. */
  readonly markPrice: number;
  readonly unrealisedUsdt: number;
  /** |position| at the mark, USDT. */
  readonly notionalUsdt: number;
  readonly openedAtMs: number;
  /** Plan that opened the position. */
  readonly planId: string;
}

/** POOLED: one object per account, updated in place after every bar, fill and payment; copy what you keep. */
export interface AccountState extends DerivedHeader<typeof Kind.accountState> {
  /** A moment closed (src/domain/moment.ts) and the account is marked at it; false: a fill, a payment or a late bar changed it. */
  readonly atClose: boolean;
  /** Close time of the newest moment. */
  readonly closeMs: number;
  /** The bar of `instrument` came after its moment had closed: no entry is taken on it. */
  readonly late: boolean;
  /** Wallet balance: start + realised PnL − fees − funding. */
  readonly cashUsdt: number;
  readonly unrealisedUsdt: number;
  /** cash + unrealised. */
  readonly equityUsdt: number;
  readonly realisedUsdt: number;
  readonly feesUsdt: number;
  readonly fundingUsdt: number;
  readonly slippageUsdt: number;
  readonly fills: number;
  /** What the UTC day began with, and the peak: judged once a moment. */
  readonly day: Readonly<DayLedger>;
  /** By instrument index, as all that follows. */
  readonly positions: readonly PositionState[];
  /** Isolated margins, as the venue counts them. */
  readonly margins: readonly IsolatedMargin[];
  /** Our orders: the one list of them. */
  readonly orders: readonly OwnOrders[];
}

/** A trade of our own: what the exchange told (`OrderFilled`), joined with our order by `account`. Each trade once. */
export interface Fill extends DerivedHeader<typeof Kind.fill> {
  /** The exchange's time. */
  readonly eventTimeMs: number;
  readonly clientOrderId: string;
  readonly tradeId: number;
  readonly planId: string;
  /** What the order is in its plan. */
  readonly leg: Leg;
  readonly side: OrderSide;
  readonly priceTicks: Ticks;
  readonly qtyLots: Lots;
  readonly feeUsdt: number;
  /** Cost of the fill against its reference price (open, trigger, limit or mark), ≥ 0; already inside `priceTicks`. */
  readonly slippageUsdt: number;
  readonly maker: boolean;
  readonly reduceOnly: boolean;
  /** Why the order existed: `entry`, `scale-in`, `stop`, `target`, `time-limit`, … */
  readonly reason: string;
}
/** A finished round trip: flat → flat, or to a flip. */
export interface TradeClosed extends DerivedHeader<typeof Kind.tradeClosed> {
  readonly direction: Direction;
  readonly entryTimeMs: number;
  readonly entryPrice: number;
  readonly exitTimeMs: number;
  readonly exitPrice: number;
  /** Total quantity entered, in lots. */
  readonly qtyLots: Lots;
  /** Net of fees and funding. */
  readonly pnlUsdt: number;
  readonly feesUsdt: number;
  readonly fundingUsdt: number;
  readonly slippageUsdt: number;
  readonly exitReason: string;
  readonly planId: string;
}

/** An order before risk: what L4 would like. */
export interface Intent extends DerivedHeader<typeof Kind.intent> {
  /** A function of instrument, bar time and count within the bar: the same in every replay. */
  readonly planId: string;
  readonly action: IntentAction;
  /** Direction of the position it opens, grows, shrinks or protects. */
  readonly direction: Direction;
  /** Quantity to trade; ignored by `exit` (all) and `moveStop`. */
  readonly qtyLots: Lots;
  readonly orderType: "market" | "limit";
  readonly limitTicks: Ticks;
  readonly postOnly: boolean;
  /** Highest price that margin of the entry is computed at; no cap on its fill. */
  readonly worstTicks: Ticks;
  readonly bracket: Bracket;
  /** New stop of `moveStop`. */
  readonly stopTicks: Ticks;
  readonly leverage: number;
  readonly expiresAtMs: number;
  readonly reason: string;
}

declare const approved: unique symbol;
/**
 * A plan that risk let pass. Only the gate can make one (`src/risk/approval.ts`), so an unchecked order neither compiles nor runs.
 */
export interface ApprovedPlan extends DerivedHeader<typeof Kind.approvedPlan> {
  readonly [approved]: true;
  readonly intent: Intent;
  /** Orders that it sends: none for `cancelEntries`. */
  readonly orders: readonly OwnOrder[];
  /** Our orders of the instrument, which `account` keeps. */
  readonly own: OwnOrders;
  /** Orders that it cancels, before it sends any. */
  readonly withdrawn: readonly OwnOrder[];
  /** What the rules measured that let an entry pass; none of a plan that only reduces. */
  readonly readings: readonly RuleReading[];
}

/** A rule that let a plan pass, with what it measured and what is allowed. */
export interface RuleReading {
  /** Dotted name of the limit, e.g. `position.maxMarginFraction`. */
  readonly rule: string;
  readonly value: number;
  readonly limit: number;
}

export interface Refusal extends DerivedHeader<typeof Kind.refusal> {
  readonly planId: string;
  /** Dotted name of the limit, e.g. `position.maxMarginFraction`. */
  readonly rule: string;
  readonly value: number;
  readonly limit: number;
}

/** L4 would have entered and asked for nothing: why, with what it would have asked for and what is allowed. */
export interface NoEntry extends DerivedHeader<typeof Kind.noEntry> {
  readonly reason: string;
  readonly value: number;
  readonly limit: number;
}

/** An order handed to the venue. */
export interface OrderSent extends DerivedHeader<typeof Kind.orderSent> {
  readonly order: OrderRequest;
}

export type RiskLevel = "ACTIVE" | "REDUCING" | "HALTED";

/**
 * A cause became active or cleared. `instrument` is `NO_INSTRUMENT` for a cause of the account, else the only instrument that it holds
 * for; `level` is the worst active cause afterwards, of the account or of that instrument alone.
 */
export interface RiskState extends DerivedHeader<typeof Kind.riskState> {
  readonly level: RiskLevel;
  /** What this cause alone asks for. */
  readonly causeLevel: Exclude<RiskLevel, "ACTIVE">;
  readonly rule: string;
  readonly active: boolean;
  readonly value: number;
  readonly limit: number;
}

export type Derived =
  | Gap
  | BookTop
  | ResyncNeeded
  | Bar
  | Scales
  | FeatureRow
  | Regime
  | Pattern
  | Signal
  | Shadow
  | MomentClosed
  | AccountState
  | Fill
  | TradeClosed
  | Intent
  | ApprovedPlan
  | Refusal
  | NoEntry
  | OrderSent
  | RiskState;
