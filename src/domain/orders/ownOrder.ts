import type { IntentAction } from "../intentAction.ts";
import type { Bracket } from "../order.ts";
import type { Direction } from "../units.ts";
import type { IdScope } from "./orderIds.ts";
import type { TradeIds } from "./tradeIds.ts";

/** What an order of ours is for. A `bridge` protects while a stop is moved (src/domain/orders/stopMove.ts). */
type OrderRole = "entry" | "exit" | "stop" | "target" | "bridge";

/**
 * Where an order of ours stands, as far as we know:
 * - `sent`: handed over, or (a bracket) about to be placed by the venue itself; not confirmed yet;
 * - `working`: the venue has confirmed it; `partlyFilled`: and a part has filled;
 * - `cancelSent`: we asked to cancel it, and the venue has not said yet what became of it;
 * - `unknown`: an answer was lost, or a cancel was refused: it may be at the venue, may still fill, and may be canceled again; a query
 *   settles it, and until then it is not sent again under another id;
 * - `ending`: it was canceled or expired, and fills that the venue has counted are still on their way;
 * - `done`: filled, canceled, expired or refused.
 */
type OrderStatus = "sent" | "working" | "partlyFilled" | "cancelSent" | "unknown" | "ending" | "done";

/**
 * What can happen to an order. `undecided`: an answer was lost, which does not unsay what the venue has confirmed. `missed`: the venue's
 * list of open orders does not have it, which does. `endedEarly`: it ended, and fills of before are still to come.
 */
export type OrderChange = "accepted" | "partFilled" | "filled" | "cancelAsked" | "ended" | "endedEarly" | "undecided" | "missed";

type Transitions = Readonly<Record<OrderChange, OrderStatus>>;

const ALIVE = { filled: "done", ended: "done", cancelAsked: "cancelSent", endedEarly: "ending", missed: "unknown" } as const;
const GONE = { endedEarly: "done", missed: "done" } as const;

/** The state machine of an order. A message about an order that is done changes nothing: venues repeat themselves. */
const TRANSITIONS: Readonly<Record<OrderStatus, Transitions>> = {
  sent: { ...ALIVE, accepted: "working", partFilled: "partlyFilled", undecided: "unknown" },
  working: { ...ALIVE, accepted: "working", partFilled: "partlyFilled", undecided: "working" },
  partlyFilled: { ...ALIVE, accepted: "partlyFilled", partFilled: "partlyFilled", undecided: "partlyFilled" },
  cancelSent: { ...ALIVE, accepted: "cancelSent", partFilled: "cancelSent", undecided: "unknown" },
  unknown: { ...ALIVE, accepted: "working", partFilled: "partlyFilled", undecided: "unknown" },
  // Nothing but its last fill ends it.
  ending: {
    ...{ accepted: "ending", partFilled: "ending", filled: "done", undecided: "ending" },
    ...{ ended: "ending", endedEarly: "ending", cancelAsked: "ending", missed: "ending" },
  },
  done: { accepted: "done", partFilled: "done", filled: "done", cancelAsked: "done", ended: "done", undecided: "done", ...GONE },
};

export const statusAfter = (status: OrderStatus, change: OrderChange): OrderStatus => TRANSITIONS[status][change];

/** One order of ours: plain data, kept by `account` from the moment it is approved until it is done. */
export interface OwnOrder {
  readonly orderId: string;
  /** The plan that it belongs to: a bracket's is its entry's. */
  readonly planId: string;
  readonly role: OrderRole;
  /** What the plan asks for. */
  readonly action: IntentAction;
  /** Direction of the position that it opens, grows, shrinks or protects. */
  readonly direction: Direction;
  /** Lots asked for; 0: the whole position, whatever it is when the order triggers. */
  readonly qtyLots: number;
  /** Limit price or trigger in ticks; 0: a market order. */
  readonly priceTicks: number;
  /** An entry: the price that risk counts it at, in ticks; 0 otherwise. */
  readonly worstTicks: number;
  readonly leverage: number;
  /** Protection that an entry brings; `NO_BRACKET` otherwise. */
  readonly bracket: Bracket;
  readonly postOnly: boolean;
  /** When a resting entry expires (ms, line time); Infinity: never. */
  readonly expiresAtMs: number;
  readonly reason: string;
  /** Line time of the decision. */
  readonly decidedAtMs: number;
  remainingLots: number;
  status: OrderStatus;
  /** The venue has said that it has the order. */
  confirmed: boolean;
  /** Its trade is over, or a newer stop has taken its place: it protects nothing and is to be withdrawn as soon as the venue has it. */
  superseded: boolean;
  /** How often the stop of an entry, or of a bridge, has been made. */
  stopsPlaced: number;
}

/**
 * Our orders of one instrument: the only list of them. `account` owns it and publishes it with its state; the gate enters what it
 * approves, `execute` marks what it cancels, and everybody reads. Plain data.
 */
export interface OwnOrders {
  /** Account and run, which their ids begin with. */
  readonly scope: IdScope;
  /** Orders that are not done, in the order in which they were made. */
  readonly open: OwnOrder[];
  /** The order that the item on the line is about (it may be done); null: none of ours. */
  latest: OwnOrder | null;
  /** Lowest leverage of what filled into the position; 1 where nobody said. */
  leverage: number;
  /** Largest market order in lots; 0: any. */
  maxMarketQtyLots: number;
  /** The venue places an entry's bracket itself; false: we send it. */
  readonly attachesBrackets: boolean;
  /** What is held, in lots. */
  heldLots: number;
  /** Protection that the last fill asked for and that is ours to send. */
  made: readonly OwnOrder[];
  /**
   * A stop that is owed: that of a bridge which filled before it, while something is still held, or one that was refused because another was
   * there. Null: none is.
   */
  owed: OwnOrder | null;
  /** Ids of the trades that were booked: a venue may tell one twice. */
  readonly trades: TradeIds;
}

/** Whether a part of the order may have filled. */
export const hasFilled = ({ qtyLots, remainingLots }: OwnOrder): boolean => remainingLots !== qtyLots;
