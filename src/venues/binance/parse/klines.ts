import { NumberCount } from "../../../domain/decimals/numberCount.ts";
import { textDecimals } from "../../../domain/decimals/written.ts";
import type { KlineBlock, KlineColumn } from "../../../domain/kline.ts";
import { KLINE_COLUMNS, klineBlock } from "../../../domain/kline.ts";
import { klineFault } from "../../../domain/klineFault.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { HOUR_MS } from "../../../domain/units.ts";
import { amountAt, arrayAt, WireError } from "./wire.ts";

/** Place of each block column in a row, in the order of `KLINE_COLUMNS`, and of the close time. */
const PLACES = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10] as const;
/** Prices and volume stand at the same places in a row and in the block. */
const [OPEN, CLOSE, VOLUME, CLOSE_TIME] = [1, 4, 5, 6] as const;
/** Behind its end by this much by the exchange's clock, the last bar is closed although none follows: nothing trades any more. */
const SURELY_OVER_MS = HOUR_MS;

/**
 * The answer of `GET /fapi/v1/klines` or `/api/v3/klines` as a block: rows `[openTime, open, high, low, close, volume,
 * closeTime, quoteVolume, trades, takerBuyBase, takerBuyQuote, …]`, ascending. A candle that may still be open is left out: one that is
 * not over by the exchange's clock (`exchangeMs`, from the answer's `Date`), and the newest of the answer, until another follows it or an
 * hour has passed. What prices and volumes are written with is counted into `numbers`. Throws `WireError` on anything that is no such answer
 * or no bar (`klineFault`).
 */
export const parseRestKlines = (
  json: unknown,
  intervalMs: number,
  exchangeMs: number,
  numbers = new NumberCount(),
  instrument = 0 as InstrumentIndex,
): KlineBlock => {
  const rows = arrayAt(json, "klines");
  const block = klineBlock(instrument, intervalMs, rows.length);
  const values = new Float64Array(KLINE_COLUMNS.length);
  let lastMs = -Infinity;
  for (const [i, raw] of rows.entries()) {
    const row = arrayAt(raw, `klines[${i}]`);
    const at = (place: number): number => amountAt(row[place], `klines[${i}][${place}]`);
    const openTimeMs = at(0);
    if (openTimeMs <= lastMs) throw new WireError(`klines[${i}] is out of order`);
    lastMs = openTimeMs;
    const overMs = exchangeMs - (openTimeMs + intervalMs);
    if (overMs < 0 || (i === rows.length - 1 && overMs < SURELY_OVER_MS)) continue;
    for (let c = 0; c < PLACES.length; c++) values[c] = at(PLACES[c] as number);
    const fault = klineFault(values, intervalMs, at(CLOSE_TIME));
    if (fault !== null) throw new WireError(`klines[${i}] has ${fault}`);
    for (let c: number = OPEN; c <= CLOSE; c += 1) numbers.price.see(textDecimals(row[c]), values[c] as number);
    numbers.qty.see(textDecimals(row[VOLUME]), values[VOLUME] as number);
    numbers.price.row(openTimeMs);
    numbers.qty.row(openTimeMs);
    for (let c = 0; c < PLACES.length; c++) block[KLINE_COLUMNS[c] as KlineColumn][block.length] = values[c] as number;
    block.length += 1;
  }
  return block;
};
