import type { Instrument } from "./instrument.ts";
import type { Kind } from "./kind.ts";
import type { Kline } from "./kline.ts";
import type { OrderSide } from "./order.ts";
import type { RejectionReason } from "./rejection.ts";
import type { InstrumentIndex, Lots, Ticks } from "./units.ts";

/**
 * Events are the line's only inputs. Each has `seq` (given once by the driver or sequencer; −1 before), the exchange's
 * time, our time and `knownAtMs`, when a trader could know it: decisions use that one, never a wall clock.
 */
interface EventHeader<K extends Kind> {
  readonly kind: K;
  seq: number;
  readonly instrument: InstrumentIndex;
  readonly eventTimeMs: number;
  readonly receivedTimeMs: number;
  readonly knownAtMs: number;
}

// ---- market -------------------------------------------------------------------------------------------------------

export interface InstrumentRules extends EventHeader<typeof Kind.instrumentRules> {
  readonly rules: Instrument;
}
/** A settled funding rate; `eventTimeMs` is the settlement floored to the minute (archives jitter by milliseconds). */
export interface Funding extends EventHeader<typeof Kind.funding> {
  /** Fraction of notional a long pays to a short. */
  readonly rate: number;
  readonly intervalHours: number;
  /** Mark price at settlement; NaN where the source has none. */
  readonly markPrice: number;
}
export interface MarkPrice extends EventHeader<typeof Kind.markPrice> {
  readonly markPrice: number;
  readonly indexPrice: number;
  readonly nextFundingRate: number;
  readonly nextFundingTimeMs: number;
}
export interface OpenInterest extends EventHeader<typeof Kind.openInterest> {
  readonly openInterestQty: number;
  readonly openInterestUsdt: number;
}
export interface LongShortRatio extends EventHeader<typeof Kind.longShortRatio> {
  readonly topAccountRatio: number;
  readonly topPositionRatio: number;
  readonly globalAccountRatio: number;
  readonly takerVolumeRatio: number;
}
/** A whole book: prices and quantities interleaved, best first (`[price0, qty0, price1, qty1, …]`). */
export interface BookSnapshot extends EventHeader<typeof Kind.bookSnapshot> {
  readonly lastUpdateId: string;
  readonly bids: Float64Array;
  readonly asks: Float64Array;
}
/** Changed levels with absolute quantities (0 removes), interleaved as in `BookSnapshot`. */
export interface BookDiff extends EventHeader<typeof Kind.bookDiff> {
  readonly firstUpdateId: string;
  readonly finalUpdateId: string;
  readonly previousFinalUpdateId: string;
  readonly bids: Float64Array;
  readonly asks: Float64Array;
}
export interface BestBidAsk extends EventHeader<typeof Kind.bestBidAsk> {
  readonly updateId: string;
  readonly bidPrice: number;
  readonly bidQty: number;
  readonly askPrice: number;
  readonly askQty: number;
}
export interface Trade extends EventHeader<typeof Kind.trade> {
  readonly tradeId: string;
  readonly price: number;
  readonly qty: number;
  readonly buyerIsMaker: boolean;
  /** Trades in an aggregate; absent: a single trade, and the id is its own. */
  readonly tradeCount?: number;
}
/**
 * A single trade that was not made in the market (insurance fund, auto-deleveraging, block trades): it has no price of the market, and only
 * its id counts, so that the ids of the market's trades have no hole.
 */
export interface NonMarketTrade extends EventHeader<typeof Kind.nonMarketTrade> {
  readonly tradeId: string;
}
export interface Liquidation extends EventHeader<typeof Kind.liquidation> {
  readonly side: OrderSide;
  readonly price: number;
  readonly qty: number;
}

// ---- control ------------------------------------------------------------------------------------------------------

export interface Timer extends EventHeader<typeof Kind.timer> {
  readonly periodMs: number;
}
export interface Command extends EventHeader<typeof Kind.command> {
  readonly command: "halt" | "reduce" | "resume" | "flatten" | "swapModel" | "setLimits";
  /** Given once by whoever sends the command; "" where nobody did. */
  readonly id: string;
  /** Who asks, and why, in words; "" where it was not said. */
  readonly by: string;
  readonly reason: string;
  /** JSON argument of the command ("" where it has none). */
  readonly argument: string;
}
export interface StreamStatus extends EventHeader<typeof Kind.streamStatus> {
  readonly stream: string;
  readonly status: "connected" | "gap" | "stale";
}
export interface InferenceFailure extends EventHeader<typeof Kind.inferenceFailure> {
  readonly layer: string;
  readonly barTimeMs: number;
  /** `notFinite`, `invalid`: it answered with numbers that are none, or that can be no belief. */
  readonly reason: "late" | "notFinite" | "invalid" | "crashed";
}
/** Bad data: counted and reported, never swallowed. */
export interface Fault extends EventHeader<typeof Kind.fault> {
  readonly source: string;
  readonly message: string;
}

// ---- account (events from a real venue; derived, with `sub` > 0, from the simulated one) ----------------------------

interface AccountHeader<K extends Kind> extends EventHeader<K> {
  /** Sub-number among the items that one event caused; 0 for an event of its own. */
  readonly sub: number;
}
interface OrderHeader<K extends Kind> extends AccountHeader<K> {
  readonly clientOrderId: string;
}
export type OrderAccepted = OrderHeader<typeof Kind.orderAccepted>;
export interface OrderRejected extends OrderHeader<typeof Kind.orderRejected> {
  readonly reason: RejectionReason;
  /** What was asked for and what is allowed, or the venue's own words; "" where the reason says it all. */
  readonly message: string;
}
/** An answer about the order was lost: it may be at the venue, and may still fill. */
export type OrderUnknown = OrderHeader<typeof Kind.orderUnknown>;
export interface OrderCanceled extends OrderHeader<typeof Kind.orderCanceled> {
  readonly remainingLots: Lots;
}
export interface OrderExpired extends OrderHeader<typeof Kind.orderExpired> {
  readonly remainingLots: Lots;
  readonly reason: string;
}
/** A trade of one of our orders as an exchange tells it. `account` joins it with the order and makes a `Fill` of it. */
export interface OrderFilled extends OrderHeader<typeof Kind.orderFilled> {
  /** The venue's number of the trade. A venue may tell one twice. */
  readonly tradeId: number;
  readonly side: OrderSide;
  readonly priceTicks: Ticks;
  readonly qtyLots: Lots;
  readonly feeUsdt: number;
  readonly maker: boolean;
  /** The exchange's own order, which liquidates the position. */
  readonly liquidation: boolean;
  /** Price without the slippage that a simulated venue adds, in ticks; 0: the venue adds none of its own. */
  readonly referenceTicks: number;
}
export interface FundingPayment extends AccountHeader<typeof Kind.fundingPayment> {
  /** What the account paid: > 0 paid, < 0 received. */
  readonly paidUsdt: number;
  readonly rate: number;
}
interface Balance extends AccountHeader<typeof Kind.balance> {
  readonly walletUsdt: number;
}
/** Answer to a query: every order of the instrument that was working at the venue when it answered. */
export interface OpenOrders extends AccountHeader<typeof Kind.openOrders> {
  /** When we asked: what we sent later need not be among them. */
  readonly askedAtMs: number;
  readonly clientOrderIds: readonly string[];
}
/** Answer to a query: what the venue says that we hold, signed. */
export interface PositionReport extends AccountHeader<typeof Kind.positionReport> {
  readonly positionLots: Lots;
  readonly entryPrice: number;
}

export type MarketEvent =
  | InstrumentRules
  | Funding
  | MarkPrice
  | OpenInterest
  | LongShortRatio
  | BookSnapshot
  | BookDiff
  | BestBidAsk
  | Trade
  | NonMarketTrade
  | Liquidation
  | Kline;
export type AccountEvent =
  | OrderAccepted
  | OrderRejected
  | OrderUnknown
  | OrderCanceled
  | OrderExpired
  | OrderFilled
  | FundingPayment
  | Balance
  | OpenOrders
  | PositionReport;
type ControlEvent = Timer | Command | StreamStatus | InferenceFailure | Fault;
export type Event = MarketEvent | AccountEvent | ControlEvent;
