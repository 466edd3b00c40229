import type { IntentAction } from "../../src/domain/intentAction.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { priceToTicks } from "../../src/domain/instrument.ts";
import type { Bracket } from "../../src/domain/order.ts";
import { isEntry } from "../../src/domain/intentAction.ts";
import type { Direction } from "../../src/domain/units.ts";
import type { EntryProposal } from "./positionModule.ts";

type Terms = Pick<EntryProposal, "worstTicks" | "leverage" | "limitTicks" | "expiresAtMs">;

/**
 * Refuses a proposal that no account could make sense of: it is a mistake in the module that made it, and not a plan for
 * the risk gate to weigh. Throws an Error that names the call, the field and what it must be; NaN fails everywhere.
 */
export const checkProposal = (
  action: IntentAction,
  direction: unknown,
  qtyLots: unknown,
  terms: Terms,
  bracket: unknown,
  stopTicks: unknown,
  reason: unknown,
): void => {
  const opens = isEntry(action);
  if (direction !== 1 && direction !== -1) throw wrong(action, "direction", direction, "1 (long) or -1 (short)");
  if ((opens || action === "reduce") && !isCount(qtyLots)) throw wrong(action, "qtyLots", qtyLots, "a whole number of lots, 1 or more");
  if (action === "moveStop" && !isCount(stopTicks)) throw wrong(action, "stopTicks", stopTicks, "a whole number of ticks, 1 or more");
  if (!isReason(reason)) throw wrong(action, "reason", reason, "1 to 64 printable ASCII characters");
  if (!opens) return;
  const { worstTicks, leverage, limitTicks, expiresAtMs } = terms;
  if (!isCount(worstTicks)) throw wrong(action, "worstTicks", worstTicks, "a whole number of ticks, 1 or more");
  if (!(typeof leverage === "number" && leverage > 0 && leverage < Infinity)) throw wrong(action, "leverage", leverage, "a number above 0");
  if (limitTicks !== undefined && !isCount(limitTicks)) throw wrong(action, "limitTicks", limitTicks, "a whole number of ticks, 1 or more");
  if (expiresAtMs !== undefined && !(typeof expiresAtMs === "number" && expiresAtMs > 0))
    throw wrong(action, "expiresAtMs", expiresAtMs, "a time in ms");
  if (typeof bracket !== "object" || bracket === null) throw wrong(action, "bracket", bracket, "{ stopFraction, targetFraction }");
  const { stopFraction, targetFraction } = bracket as Partial<Bracket>;
  if (!isFraction(stopFraction) || stopFraction >= 1)
    throw wrong(action, "bracket.stopFraction", stopFraction, "a fraction of the price from 0 (none) to below 1");
  if (!isFraction(targetFraction))
    throw wrong(action, "bracket.targetFraction", targetFraction, "a fraction of the price, 0 (none) or more");
};

/**
 * Refuses a market buy whose worst price is below the last close: it reads like a cap on the fill, and there is none. Margin is reserved at
 * the worst price, or at the market or the entry's own limit where that is higher; a limit buy and a sell may therefore have any.
 */
export const checkWorst = (
  action: IntentAction,
  direction: Direction,
  { worstTicks, limitTicks }: Pick<Terms, "worstTicks" | "limitTicks">,
  close: number,
  instrument: Instrument,
): void => {
  if (!isEntry(action) || direction < 0 || limitTicks !== undefined) return;
  const closeTicks = priceToTicks(instrument, close);
  if (worstTicks >= closeTicks) return;
  const must = `the close (${closeTicks}) or more: margin is reserved at it, it does not cap the fill (limitTicks does)`;
  throw wrong(action, "worstTicks", worstTicks, must);
};

/** Refuses a reason to wait that no summary could print. */
export const checkWait = (reason: unknown): void => {
  if (!isReason(reason)) throw wrong("wait", "reason", reason, "1 to 64 printable ASCII characters");
};

/** Reasons seen before: they are few and come at every proposal, a pattern match does not have to. */
const knownReasons = new Set<unknown>();
const REASONS_MAX = 64;

const isReason = (reason: unknown): boolean => {
  if (knownReasons.has(reason)) return true;
  if (typeof reason !== "string" || !/^[\x20-\x7e]{1,64}$/.test(reason)) return false;
  if (knownReasons.size < REASONS_MAX) knownReasons.add(reason);
  return true;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isFraction = (value: unknown): value is number => typeof value === "number" && value >= 0 && value < Infinity;

const wrong = (action: string, field: string, value: unknown, must: string): Error =>
  new Error(`${action}: ${field} is ${typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value)}, it must be ${must}`);
