const TAG_LENGTH_MAX = 18;

/**
 * Start of a plan's id for a symbol: what Binance allows in a client order id (`[.A-Z:/a-z0-9_-]`, 36 characters with all
 * that follows). Characters it does not allow become their code point.
 */
export const planTagOf = (symbol: string): string =>
  symbol.replaceAll(/[^.A-Z:/a-z0-9_-]/gu, (character) => (character.codePointAt(0) ?? 0).toString(36)).slice(0, TAG_LENGTH_MAX);

/**
 * Client order ids are functions of the plan: the same on every retry and restart. A plan's first order has the plan's own id; an exit
 * that is larger than one market order goes on as `.2`, `.3`, …
 */
export const sliceIdOf = (planId: string, slice: number): string => (slice > 1 ? `${planId}.${slice}` : planId);

/**
 * Ids of an entry's stop and target. Protection that is made anew (`time` 2, 3, …), because the position closed while the entry filled
 * on, has an id of its own: a late cancel of the first cannot take it.
 */
export const stopIdOf = (entryId: string, time = 1): string => `${entryId}.s${time > 1 ? time : ""}`;
export const targetIdOf = (entryId: string, time = 1): string => `${entryId}.t${time > 1 ? time : ""}`;
/** Id of the order that protects while a plan moves a stop. */
export const bridgeIdOf = (planId: string): string => `${planId}.b`;
