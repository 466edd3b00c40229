import type { Intent } from "../domain/derived.ts";
import { trueFraction } from "../domain/order.ts";
import { isProtected, stopTicks as stopOf } from "../domain/orders/protection.ts";
import type { EntryTerms, InstrumentExposure } from "./exposure.ts";
import type { PositionLimits } from "./limits.ts";

/** What a refusal names. */
export interface RuleBreach {
  readonly rule: string;
  readonly value: number;
  readonly limit: number;
}

/**
 * The position tier for an entry or scale-in: protection, leverage, margin of the instrument and of the account, all
 * entries filled at their worst price. Oversize is refused, never clipped. Every comparison is written so that NaN is
 * refused: what is not known (equity, a mark) is never enough. Null when it may pass.
 *
 * `worstTicks` is what `worstTicksOf` made of the intent's own; `otherMarginUsdt` is the worst margin of the other instruments.
 */
export const refuseEntry = (
  intent: Intent,
  worstTicks: number,
  exposure: InstrumentExposure,
  limits: PositionLimits,
  equityUsdt: number,
  otherMarginUsdt: number,
): RuleBreach | null => {
  const { maxStopFraction, maxLeverage } = limits;
  const entryTicks = entryTicksOf(intent, exposure.markTicks);
  const malformed = malformedEntry(intent) ?? refuseNoRoom(intent, entryTicks);
  if (malformed !== null) return malformed;
  const unprotected = maxStopFraction === null ? null : refuseUnprotected(intent, exposure, entryTicks, maxStopFraction);
  if (unprotected !== null) return unprotected;
  const groundless = refuseGrowth(intent, exposure);
  if (groundless !== null) return groundless;
  if (maxLeverage !== null && intent.leverage > maxLeverage) {
    return { rule: "position.maxLeverage", value: intent.leverage, limit: maxLeverage };
  }
  const { direction, qtyLots, leverage } = intent;
  return refuseMargin({ direction, qtyLots, leverage, worstTicks }, exposure, limits, equityUsdt, otherMarginUsdt);
};

/** The part of the position tier that looks at an entry's size. */
export const refuseMargin = (
  entry: EntryTerms,
  exposure: InstrumentExposure,
  { maxMarginFraction, maxAccountMarginFraction }: Pick<PositionLimits, "maxMarginFraction" | "maxAccountMarginFraction">,
  equityUsdt: number,
  otherMarginUsdt: number,
): RuleBreach | null => {
  if (maxMarginFraction === null && maxAccountMarginFraction === null) return null;
  const marginUsdt = exposure.worstMarginUsdt(entry);
  if (maxMarginFraction !== null && !(marginUsdt <= maxMarginFraction * equityUsdt)) {
    return { rule: "position.maxMarginFraction", value: marginUsdt / equityUsdt, limit: maxMarginFraction };
  }
  const accountUsdt = marginUsdt + otherMarginUsdt;
  if (maxAccountMarginFraction !== null && !(accountUsdt <= maxAccountMarginFraction * equityUsdt)) {
    return { rule: "position.maxAccountMarginFraction", value: accountUsdt / equityUsdt, limit: maxAccountMarginFraction };
  }
  return null;
};

/**
 * The price an entry is counted at, in ticks: never better than what the market or the entry's own limit says, whatever
 * the strategy states. Only a resting buy is sure not to fill above its limit. NaN while the instrument has no mark.
 */
export const worstTicksOf = (
  { orderType, direction, limitTicks, worstTicks }: Pick<Intent, "orderType" | "direction"> & { limitTicks: number; worstTicks: number },
  markTicks: number,
): number => {
  if (orderType === "limit" && direction > 0) return Math.max(worstTicks, limitTicks);
  return Math.max(worstTicks, limitTicks, markTicks);
};

/** The price an entry's bracket is judged at, in ticks: its limit, else the last price; its own worst one before the first. */
export const entryTicksOf = ({ orderType, limitTicks, worstTicks }: Intent, markTicks: number): number => {
  if (orderType === "limit") return limitTicks;
  return Number.isNaN(markTicks) ? worstTicks : Math.round(markTicks);
};

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;

/** Whole lots and ticks, a side, a leverage: anything else is a strategy's mistake and no order. */
const malformedEntry = ({ direction, qtyLots, worstTicks, limitTicks, orderType, leverage }: Intent): RuleBreach | null => {
  const sound =
    isCount(qtyLots) &&
    isCount(worstTicks) &&
    (orderType === "market" || isCount(limitTicks)) &&
    leverage >= 1 &&
    leverage < Infinity &&
    Math.abs(direction) === 1;
  return sound ? null : { rule: "position.wellFormed", value: Math.min(qtyLots, worstTicks, leverage), limit: 1 };
};

/** A scale-in grows a position: there must be one of its side. */
const refuseGrowth = ({ action, direction }: Intent, { positionLots }: InstrumentExposure): RuleBreach | null =>
  action === "scaleIn" && !(positionLots * direction > 0)
    ? { rule: "position.scaleInGrows", value: positionLots * direction, limit: 1 }
    : null;

/** Below a price of one tick there is none: neither the stop of a long nor the target of a short can stand there. */
const refuseNoRoom = ({ direction, bracket }: Intent, entryTicks: number): RuleBreach | null => {
  const below = direction > 0 ? bracket.stopFraction : bracket.targetFraction;
  return below > 0 && below < 1 && entryTicks < MIN_ENTRY_TICKS
    ? { rule: "position.minEntryTicks", value: entryTicks, limit: MIN_ENTRY_TICKS }
    : null;
};
const MIN_ENTRY_TICKS = 2;

/**
 * An entry brings its stop, which is judged by where it will stand: a tick away at least. A scale-in is covered by the stop of the position
 * it grows.
 */
const refuseUnprotected = (
  intent: Intent,
  exposure: InstrumentExposure,
  entryTicks: number,
  maxStopFraction: number,
): RuleBreach | null => {
  const asked = intent.bracket.stopFraction;
  const stopFraction = asked > 0 ? trueFraction(entryTicks, asked) : 0;
  const covered =
    intent.action === "scaleIn"
      ? exposure.positionLots * intent.direction > 0 && isProtected(exposure.orders)
      : stopFraction > 0 && stopFraction <= maxStopFraction;
  return covered ? null : { rule: "position.maxStopFraction", value: stopFraction > 0 ? stopFraction : Infinity, limit: maxStopFraction };
};

/** Exits never increase exposure; a stop may only come closer. Placing the first one is always allowed. */
export const refuseReduction = (intent: Intent, exposure: InstrumentExposure): RuleBreach | null => {
  const { action, direction, qtyLots, stopTicks } = intent;
  if (action === "cancelEntries") return null;
  const held = exposure.positionLots * direction;
  if (!(held > 0)) return { rule: "position.exitsNeverIncrease", value: qtyLots, limit: 0 };
  if (action !== "moveStop") {
    const sound = Number.isSafeInteger(qtyLots) && qtyLots >= 1 && qtyLots <= held;
    return sound ? null : { rule: "position.exitsNeverIncrease", value: qtyLots, limit: held };
  }
  if (!(Number.isSafeInteger(stopTicks) && stopTicks >= 1)) return { rule: "position.wellFormed", value: stopTicks, limit: 1 };
  const nowTicks = stopOf(exposure.orders);
  const tightens = nowTicks === 0 || (stopTicks - nowTicks) * direction > 0;
  return tightens ? null : { rule: "position.stopOnlyTightens", value: stopTicks, limit: nowTicks };
};
