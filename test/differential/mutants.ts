/** One edit that breaks a rule of the venue; `from` stands once in the file. */
export interface VenueMutant {
  readonly rule: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const V = "src/venues/simulated";

const IN_FILES: Readonly<Record<string, readonly (readonly [rule: string, from: string, to: string])[]>> = {
  [`${V}/matching.ts`]: [
    [
      "slippage is against us",
      "this.takenTicks(order, referenceTicks, direction), referenceTicks",
      "2 * referenceTicks - this.takenTicks(order, referenceTicks, direction), referenceTicks",
    ],
    ["slippage is rounded against us", "Math.ceil(ticks - 1e-9)", "Math.round(ticks)"],
    ["a limit never takes beyond itself", "Math.min(worst, request.priceTicks)", "worst"],
    ["fills of a bar share its volume", "this.market.capacityLots -= qtyLots", "this.market.capacityLots -= 0"],
    ["reduce-only fills what is there", "qtyLots = Math.min(qtyLots, reducible)", "qtyLots = Math.min(qtyLots, reducible + 1)"],
    [
      "no protection outlives a turn",
      "if (was * direction < 0) this.expireReductions()",
      "if (was * direction > 0) this.expireReductions()",
    ],
    ["no protection outlives its position", "if (now === 0) this.expireReductions()", "if (now !== 0) this.expireReductions()"],
    ["protection is made anew", "this.closes(direction, type) ? 0 : placed + 1", "placed > 0 ? 0 : placed + 1"],
    ["… only where none closes", "placed > 0 && this.closes(direction, type) ? 0", "placed > 9 ? 0"],
    [
      "close-position is the whole position",
      "if (order.request.closePosition) order.remainingLots =",
      "if (order.request.closePosition && order.remainingLots === 0) order.remainingLots =",
    ],
    [
      "a liquidation fills at the bankruptcy price at worst",
      "direction > 0 ? Math.max(priceTicks, bankruptTicks)",
      "direction > 0 ? priceTicks",
    ],
    ["its fee takes at most what is left", ", leftUsdt));", ", leftUsdt + 1));"],
    [
      "it withdraws all orders",
      'if (!order.done) this.expire(order, "liquidation")',
      'if (!order.done && reduces(order.request)) this.expire(order, "liquidation")',
    ],
  ],
  [`${V}/models/fees.ts`]: [["makers pay the maker's rate", "(maker ? (this", "(!maker ? (this"]],
  [`${V}/desk.ts`]: [
    ["IOC never rests", 'timeInForce === "IOC" || timeInForce === "FOK"', 'timeInForce === "FOK"'],
    [
      "exits take the volume first",
      "this.takeRests(before, true);\n      this.takeRests(before, false);",
      "this.takeRests(before, false);\n      this.takeRests(before, true);",
    ],
    [
      "liquidation comes before all at the open",
      "if (this.position.isLiquidatedAt(market.priceTicks)) this.matching.liquidate(market.priceTicks);",
      "",
    ],
    [
      "a stop born past the open triggers there",
      "for (let i = 0; i < orders.length; i += 1) {",
      "for (let i = 0, count = orders.length; i < count; i += 1) {",
    ],
    ["what triggered cannot be cancelled", "order.done || hasTriggered(order) ||", "order.done ||"],
    ["a date ends an order at that open", "order.request.expiresAtMs <= timeMs", "order.request.expiresAtMs < timeMs"],
    ["an order that arrives at its date expires", "if (request.expiresAtMs <= market.timeMs)", "if (request.expiresAtMs < market.timeMs)"],
    ["longs pay a positive rate", "wallet.cashUsdt -= paidUsdt", "wallet.cashUsdt += paidUsdt"],
    ["funding comes out of the margin", "    position.fund(paidUsdt);\n", ""],
    ["the last price is the close before", "this.lastPrice = kline.close;", "this.lastPrice = kline.open;"],
    [
      "a conditional entry is asked for margin",
      "if (refused === null) {\n      order.active",
      "if (refused !== undefined) {\n      order.active",
    ],
    [
      "a trailing stop follows completed bars",
      "this.follow(bars.bar.highTicks, bars.bar.lowTicks)",
      "this.follow(bars.bar.closeTicks, bars.bar.closeTicks)",
    ],
  ],
  [`${V}/fills/barFills.ts`]: [
    [
      "liquidation comes first at one price",
      "down ? ticks >= orderTicks : ticks <= orderTicks",
      "down ? ticks > orderTicks : ticks < orderTicks",
    ],
    [
      "a resting limit fills at a better open",
      "this.matching.make(order, openTicks);\n",
      "this.matching.make(order, order.request.priceTicks);\n",
    ],
    ["the path starts anew from an entry", "        back = false;\n", ""],
    ["the path turns to what hurts", "        down = now > 0;\n", ""],
    ["a profit inside must be proven", "        bar.grewInside = true;\n", ""],
  ],
  [`${V}/fills/barPath.ts`]: [
    ["the stop counts where a bar touches both", "return positionLots > 0;", "return positionLots < 0;"],
    ["flat, the oldest entry says the way", "return isBelowMarket(request);", "return !isBelowMarket(request);"],
    [
      "a stop comes first at one price",
      "price === bestTicks && isStop(order) && !isStop(best)",
      "price === bestTicks && isStop(best) && !isStop(order)",
    ],
    ["touching does not fill a limit", "reachTicks < request.priceTicks", "reachTicks <= request.priceTicks"],
    ["stops need no proof", " && !isStop(order) ? bar.closeTicks", " ? bar.closeTicks"],
    ["limits need proof too", "bar.grewInside && reduces(request)", "bar.grewInside && awaitsTrigger(order) && reduces(request)"],
  ],
  [`${V}/requests.ts`]: [["latency", "sent.latencyMs < barMs ? 0", "sent.latencyMs <= barMs ? 0"]],
  [`${V}/orders/workingOrder.ts`]: [
    [
      "a trailing trigger is rounded to the best price",
      "Math.ceil(bestTicks * (1 - request.callbackFraction) - 1e-9)",
      "Math.floor(bestTicks * (1 - request.callbackFraction) + 1e-9)",
    ],
    [
      "a trailing stop never moves back",
      "selling ? extreme <= order.bestTicks : extreme >= order.bestTicks",
      "extreme === order.bestTicks",
    ],
  ],
  [`${V}/orders/admission.ts`]: [
    ["FOK", "order.qtyLots <= takeable", "order.qtyLots < takeable"],
    [
      "reserved margin is at the order's leverage",
      "(order.remainingLots * entryTicks(order)) / order.request.leverage",
      "order.remainingLots * entryTicks(order)",
    ],
    ["conditional orders reserve nothing", "!order.done && !awaitsTrigger(order) && !reduces", "!order.done && !reduces"],
    ["a stop that the price has reached is refused", "if (!isPast(order, order.triggerTicks, at.lastTicks)) return null;", ""],
    ["nothing to reduce", "this.position.lots * directionOf(order.side) < 0", "this.position.lots * directionOf(order.side) <= 0"],
    ["ids are unique", "if (other.request.clientOrderId === order.clientOrderId)", "if (false)"],
  ],
  [`${V}/margin/isolatedPosition.ts`]: [
    ["liquidation comes a tick early", "direction > 0 ? ceilOf(exact) : floorOf(exact)", "direction > 0 ? floorOf(exact) : ceilOf(exact)"],
    ["bankruptcy is rounded to what costs less", "Math.max(0, ceilOf(exact))", "Math.max(0, floorOf(exact))"],
  ],
  "src/domain/entryMargin.ts": [
    ["the fee must fit", "added / leverage + added * takerFeeRate", "added / leverage"],
    ["open entries count for the cap", "(Math.max(0, held) * priceTicks + openTickLots)", "Math.max(0, held) * priceTicks"],
    [
      "a turn frees the margin of what it closes",
      "position.marginUsdt - Math.max(0, position.lossUsdt(priceTicks)) : 0;\n  const needed",
      "position.marginUsdt : 0;\n  const needed",
    ],
  ],
  "src/domain/isolatedMargin.ts": [["a reduction gives margin back", "this.marginUsdt * (1 - closing / held)", "this.marginUsdt"]],
  "src/domain/margin.ts": [
    ["the bracket is that at the liquidation price", "if (bracketFor(instrument, next) === bracket) break;", "break;"],
  ],
  "src/domain/nearestTick.ts": [
    [
      "halves are decimals",
      "return mayBeHalf ? exactly(fromTicks, fraction, halvesTo) : Math.round(product);",
      "return Math.round(product);",
    ],
  ],
  "src/domain/order.ts": [
    [
      "half a tick goes against us",
      "nearestTick(fromTicks, fraction, -direction as Direction)",
      "nearestTick(fromTicks, fraction, direction)",
    ],
  ],
};

/** The rules of the venue, each broken once. */
export const VENUE_MUTANTS: readonly VenueMutant[] = Object.entries(IN_FILES).flatMap(([file, edits]) =>
  edits.map(([rule, from, to]) => ({ rule, file, from, to })),
);
