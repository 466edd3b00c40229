import { NumberCount } from "../../../domain/decimals/numberCount.ts";
import { textDecimals } from "../../../domain/decimals/written.ts";
import type { KlineBlock } from "../../../domain/kline.ts";
import { appendKline, klineBlock } from "../../../domain/kline.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { amountAt, arrayAt, WireError } from "./wire.ts";

/**
 * The answer of `GET /fapi/v1/klines` or `/api/v3/klines` as a block: rows `[openTime, open, high, low, close, volume,
 * closeTime, quoteVolume, trades, takerBuyBase, takerBuyQuote, …]`, ascending. The candle that is still open at
 * `nowMs` is dropped. What prices and volumes are written with is counted into `numbers`. Throws `WireError` on anything else.
 */
export const parseRestKlines = (
  json: unknown,
  intervalMs: number,
  nowMs: number,
  numbers = new NumberCount(),
  instrument = 0 as InstrumentIndex,
): KlineBlock => {
  const rows = arrayAt(json, "klines");
  const block = klineBlock(instrument, intervalMs, rows.length);
  for (const [i, raw] of rows.entries()) {
    const row = arrayAt(raw, `klines[${i}]`);
    const at = (column: number): number => amountAt(row[column], `klines[${i}][${column}]`);
    const openTimeMs = at(0);
    if (openTimeMs % intervalMs !== 0)
      throw new WireError(`klines[${i}] opens at ${openTimeMs}, which is not a multiple of ${intervalMs} ms`);
    if (i > 0 && block.length > 0 && openTimeMs <= (block.openTimeMs[block.length - 1] as number))
      throw new WireError(`klines[${i}] is out of order`);
    if (openTimeMs + intervalMs > nowMs) continue;
    const [open, high, low, close] = [at(1), at(2), at(3), at(4)] as const;
    if (!(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close))) {
      throw new WireError(`klines[${i}] has open ${open}, high ${high}, low ${low}, close ${close}, which is no bar`);
    }
    const volume = at(5);
    for (const [column, price] of [open, high, low, close].entries()) numbers.price.see(textDecimals(row[column + 1]), price);
    numbers.qty.see(textDecimals(row[5]), volume);
    numbers.price.row(openTimeMs);
    numbers.qty.row(openTimeMs);
    appendKline(block, {
      openTimeMs,
      open,
      high,
      low,
      close,
      volume,
      quoteVolume: at(7),
      trades: at(8),
      takerBuyVolume: at(9),
      takerBuyQuoteVolume: at(10),
    });
  }
  return block;
};
