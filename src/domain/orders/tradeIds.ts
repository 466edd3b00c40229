/** Trades that are remembered by their ids. */
const REMEMBERED = 1000;

/** Ids of the trades of one instrument that were booked. Plain data. */
export interface TradeIds {
  /** The largest; −1 before the first. */
  lastId: number;
  /** The last thousand, in the order in which they came; once the list is full the oldest stands at `next`. */
  readonly recent: number[];
  readonly known: Set<number>;
  next: number;
  /** Trades that were told a second time. */
  duplicates: number;
}

export const tradeIds = (): TradeIds => ({ lastId: -1, recent: [], known: new Set(), next: 0, duplicates: 0 });

/** From which id on (exclusive) a missing trade can still be told from one that was booked. */
export const knownSince = ({ recent }: TradeIds): number => (recent.length < REMEMBERED ? -1 : Math.min(...recent) - 1);

/** Whether the trade is new. One that is known, or older than all that are remembered, is counted as a duplicate. */
export const isNewTrade = (ids: TradeIds, tradeId: number): boolean => {
  const { recent, known } = ids;
  const full = recent.length === REMEMBERED;
  if (tradeId <= ids.lastId && (known.has(tradeId) || (full && tradeId <= knownSince(ids)))) {
    ids.duplicates += 1;
    return false;
  }
  if (full) known.delete(recent[ids.next] as number);
  recent[ids.next] = tradeId;
  known.add(tradeId);
  ids.next = (ids.next + 1) % REMEMBERED;
  if (tradeId > ids.lastId) ids.lastId = tradeId;
  return true;
};
