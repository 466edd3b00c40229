import { NO_BRACKET } from "../order.ts";
import { clientOrderIdOf, nameOf, stopIdOf } from "./orderIds.ts";
import type { OwnOrder, OwnOrders } from "./ownOrder.ts";
import { askToCancel } from "./ownOrders.ts";
import { isPlaced } from "./protection.ts";

/** What is to be done next about a stop that is being moved. */
interface MoveSteps {
  readonly cancel: readonly OwnOrder[];
  readonly send: OwnOrder | null;
}

const NOTHING: MoveSteps = { cancel: [], send: null };

/**
 * Where the venue takes one close-position stop a side, a stop is moved over a bridge, so that there is never none: a reduce-only
 * stop with a quantity at the new level (the bridge); when the venue has it, the old stops are canceled; when they are gone, the new
 * close-position stop is sent; when the venue has that, the bridge is canceled. Asked behind every answer of the venue; it marks what it
 * names. A newer bridge takes the place of an older one and of what that one sent. Where the new stop is refused, the bridge stays.
 */
export const moveOn = (own: OwnOrders): MoveSteps => {
  const { open } = own;
  const bridgeAt = open.findLastIndex(({ role, confirmed, superseded }) => role === "bridge" && confirmed && !superseded);
  const bridge = open[bridgeAt];
  if (bridge === undefined) return NOTHING;
  // A bridge of fewer lots than are held takes nobody's place: an entry has filled on.
  const covers = bridge.remainingLots >= Math.abs(own.heldLots);
  const cancel: OwnOrder[] = [];
  let oldStops = 0;
  let moved: OwnOrder | null = null;
  for (const [at, order] of open.entries()) {
    if ((order.role !== "stop" && order.role !== "bridge") || order.direction !== bridge.direction || order === bridge) continue;
    if (order.planId === bridge.planId && order.action === "moveStop") {
      moved = order;
      continue;
    }
    if (at > bridgeAt && order.role === "bridge") continue;
    if (order.role === "stop") oldStops += 1;
    if (!covers) continue;
    order.superseded = true;
    if (isPlaced(own, order) && askToCancel(order)) cancel.push(order);
  }
  if (moved !== null) {
    if (moved.confirmed && askToCancel(bridge)) cancel.push(bridge);
  } else if (oldStops === 0 && bridge.stopsPlaced === 0) {
    bridge.stopsPlaced = 1;
    const send = movedStop(own, bridge);
    open.push(send);
    return { cancel, send };
  }
  return { cancel, send: null };
};

/** The stop that is owed, once no other is there; it enters the list. Null: none is to be sent. */
export const owedStop = (own: OwnOrders): OwnOrder | null => {
  const { owed, heldLots, open } = own;
  if (owed === null || open.some(({ role, direction }) => role === "stop" && direction === owed.direction)) return null;
  own.owed = null;
  if (heldLots * owed.direction <= 0) return null;
  const send = owed.role === "bridge" ? movedStop(own, owed) : again(own, owed);
  open.push(send);
  return send;
};

/** A stop of an entry once more, under an id of its own. */
const again = ({ open }: OwnOrders, stop: OwnOrder): OwnOrder => {
  const { orderId } = stop;
  const entryId = orderId.slice(0, orderId.lastIndexOf("."));
  const entry = open.find((order) => order.orderId === entryId);
  const attempt = Math.max(nameOf(orderId).attempt, entry?.stopsPlaced ?? 0) + 1;
  if (entry !== undefined) entry.stopsPlaced = attempt;
  return { ...stop, orderId: stopIdOf(entryId, attempt), status: "sent", confirmed: false };
};

/** The close-position stop at the end of a bridge, under the plan's own id. */
const movedStop = ({ scope }: OwnOrders, bridge: OwnOrder): OwnOrder => ({
  ...bridge,
  ...{ orderId: clientOrderIdOf(scope, { planId: bridge.planId }), role: "stop", qtyLots: 0, remainingLots: 0, bracket: NO_BRACKET },
  ...{ status: "sent", confirmed: false, superseded: false, stopsPlaced: 0 },
});
