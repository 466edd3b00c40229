/**
 * Every kind of item on the line. The number routes an item to the steps that handle it (see
 * `operators/stepOperator.ts`); the name is what journals and logs print. Append only: journals refer to the names.
 */
export const Kind = {
  // Market events, in the rank of the line (design §3).
  instrumentRules: 0,
  funding: 1,
  markPrice: 2,
  openInterest: 3,
  longShortRatio: 4,
  bookSnapshot: 5,
  bookDiff: 6,
  bestBidAsk: 7,
  trade: 8,
  liquidation: 9,
  kline: 10,
  timer: 11,
  command: 12,
  // Control events.
  streamStatus: 13,
  inferenceFailure: 14,
  fault: 15,
  // Account: events from a real venue, derived items from the simulated one.
  orderAccepted: 16,
  orderRejected: 17,
  orderCanceled: 18,
  orderExpired: 19,
  fill: 20,
  fundingPayment: 21,
  balance: 22,
  positionReport: 23,
  // Derived: re-computed in every replay, never journaled as truth.
  gap: 24,
  bar: 25,
  featureRow: 26,
  regime: 27,
  pattern: 28,
  signal: 29,
  accountState: 30,
  tradeClosed: 31,
  intent: 32,
  approvedPlan: 33,
  refusal: 34,
  orderSent: 35,
  riskState: 36,
  // The end of a burst.
  barrier: 37,
  // Derived, later: numbers are only appended.
  scales: 38,
  bookTop: 39,
  resyncNeeded: 40,
  noEntry: 41,
  // A market event, later.
  nonMarketTrade: 42,
  // Derived, later.
  momentClosed: 43,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];
export type KindName = keyof typeof Kind;

export const KIND_COUNT = 44;

/** Name of each kind, indexed by its number. */
export const KIND_NAMES: readonly KindName[] = Object.entries(Kind)
  .sort((a, b) => a[1] - b[1])
  .map(([name]) => name as KindName);

/**
 * Rank of an event among events with the same `knownAtMs`: instrument rules, funding, mark, … klines, timers, commands. All numbered trades
 * have one rank, so that their ids stay in order.
 */
export const lineRank = (kind: Kind): number => (kind === Kind.nonMarketTrade ? Kind.trade : kind);
