import type { BookDiff, BookSnapshot } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { instrumentAt, knownAt, sentAt } from "./message.ts";
import type { Arrival, MessageParser, Row } from "./message.ts";
import { arrayAt, idAt, priceAt, qtyAt, timeAt, WireError } from "./wire.ts";

/** What is wrong with a difference of the spot market. */
export const OF_SPOT = "a depthUpdate without pu is of Binance spot";

/** `<symbol>@depth[@100ms]`: changed levels. `pu` is what tells a futures message from a spot one. */
export const parseDepthUpdate: MessageParser = (row, arrival): BookDiff | null => {
  const instrument = instrumentAt(row, "depthUpdate.s", arrival);
  if (instrument === undefined) return null;
  if (row["pu"] === undefined) throw new WireError(OF_SPOT);
  return {
    kind: Kind.bookDiff,
    seq: -1,
    instrument,
    eventTimeMs: timeAt(row["T"], "depthUpdate.T"),
    receivedTimeMs: arrival.receivedTimeMs,
    knownAtMs: knownAt(sentAt(row, "depthUpdate.E"), arrival, "depthUpdate.E"),
    firstUpdateId: idAt(row["U"], "depthUpdate.U"),
    finalUpdateId: idAt(row["u"], "depthUpdate.u"),
    previousFinalUpdateId: idAt(row["pu"], "depthUpdate.pu"),
    bids: levelsAt(row["b"], "depthUpdate.b", instrument, arrival),
    asks: levelsAt(row["a"], "depthUpdate.a", instrument, arrival),
  };
};

/** `<symbol>@depth5|10|20`: the same shape as a diff, but the best levels in whole; a snapshot of these levels. */
export const parsePartialDepth: MessageParser = (row, arrival): BookSnapshot | null => {
  const instrument = instrumentAt(row, "depth.s", arrival);
  if (instrument === undefined) return null;
  const levels = { bids: sideAt(row["b"], -1, "depth.b", instrument, arrival), asks: sideAt(row["a"], 1, "depth.a", instrument, arrival) };
  return snapshotOf(row, arrival, instrument, idAt(row["u"], "depth.u"), levels);
};

/** The answer of `GET /fapi/v1/depth`. It does not name its symbol: `arrival.symbol` does. */
export const parseDepthSnapshot: MessageParser = (row, arrival): BookSnapshot | null => {
  const instrument = arrival.instrumentOf(arrival.symbol);
  if (instrument === undefined) return null;
  const levels = {
    bids: sideAt(row["bids"], -1, "depth.bids", instrument, arrival),
    asks: sideAt(row["asks"], 1, "depth.asks", instrument, arrival),
  };
  return snapshotOf(row, arrival, instrument, idAt(row["lastUpdateId"], "depth.lastUpdateId"), levels);
};

const snapshotOf = (
  row: Row,
  arrival: Arrival,
  instrument: InstrumentIndex,
  lastUpdateId: string,
  { bids, asks }: Pick<BookSnapshot, "bids" | "asks">,
): BookSnapshot => ({
  kind: Kind.bookSnapshot,
  seq: -1,
  instrument,
  eventTimeMs: timeAt(row["T"], "depth.T"),
  receivedTimeMs: arrival.receivedTimeMs,
  knownAtMs: knownAt(sentAt(row, "depth.E"), arrival, "depth.E"),
  lastUpdateId,
  bids,
  asks,
});

/** `[["61800.20","2.909"], …]` as `[price0, qty0, price1, …]`. */
const levelsAt = (value: unknown, path: string, instrument: InstrumentIndex, { written }: Arrival): Float64Array => {
  const rows = arrayAt(value, path);
  const levels = new Float64Array(2 * rows.length);
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i];
    if (!Array.isArray(row) || row.length < 2) throw new WireError(`${path}[${i}] is no pair of price and quantity`);
    levels[2 * i] = priceAt(row[0], path);
    levels[2 * i + 1] = qtyAt(row[1], path);
    written?.(instrument, row[0], row[1]);
  }
  return levels;
};

/** One side of a whole book: quantities above 0, prices strictly falling (`direction` −1) or rising (1). */
const sideAt = (value: unknown, direction: 1 | -1, path: string, instrument: InstrumentIndex, arrival: Arrival): Float64Array => {
  const levels = levelsAt(value, path, instrument, arrival);
  for (let i = 0; i < levels.length; i += 2) {
    if (!((levels[i + 1] as number) > 0)) throw new WireError(`${path}[${i / 2}] has no quantity`);
    if (i > 0 && !(direction * ((levels[i] as number) - (levels[i - 2] as number)) > 0))
      throw new WireError(`${path}[${i / 2}] is not sorted from the best price on`);
  }
  return levels;
};
