import type { TradeRow } from "../runRecord.ts";

type Trades = readonly Pick<TradeRow, "pnlUsdt">[];

/** Trades with a net profit over all trades; a trade of exactly 0 is not won. NaN without trades. */
export const winRate = (trades: Trades): number => trades.filter(({ pnlUsdt }) => pnlUsdt > 0).length / trades.length;

/** Σ net profits / |Σ net losses|. Infinity when there are profits and no losses, NaN when there is neither. */
export const profitFactor = (trades: Trades): number => {
  let [won, lost] = [0, 0];
  for (const { pnlUsdt } of trades)
    if (pnlUsdt > 0) won += pnlUsdt;
    else lost -= pnlUsdt;
  return won / lost;
};

/** Mean net profit of a trade, in USDT. NaN without trades. */
export const expectancyUsdt = (trades: Trades): number => trades.reduce((sum, { pnlUsdt }) => sum + pnlUsdt, 0) / trades.length;
