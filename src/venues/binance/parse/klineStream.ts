import { Kline } from "../../../domain/kline.ts";
import { appendKline, klineBlock } from "../../../domain/kline.ts";
import { MINUTE_MS } from "../../../domain/units.ts";
import { knownAt, sentAt } from "./message.ts";
import type { MessageParser } from "./message.ts";
import { flagAt, priceAt, qtyAt, recordAt, textAt, timeAt, WireError } from "./wire.ts";

/** `<symbol>@kline_1m`, once it is final (`k.x`); null for candles that are still open and for other intervals. */
export const parseKline: MessageParser = (row, arrival): Kline | null => {
  const k = recordAt(row["k"], "kline.k");
  const closed = flagAt(k["x"], "kline.k.x");
  const interval = textAt(k["i"], "kline.k.i");
  const instrument = arrival.instrumentOf(textAt(k["s"], "kline.k.s"));
  if (!closed || interval !== "1m" || instrument === undefined) return null;
  const openTimeMs = timeAt(k["t"], "kline.k.t");
  if (openTimeMs % MINUTE_MS !== 0) throw new WireError(`kline.k.t is ${openTimeMs}, which is not a multiple of ${MINUTE_MS} ms`);
  const [open, high, low, close] = [
    priceAt(k["o"], "kline.k.o"),
    priceAt(k["h"], "kline.k.h"),
    priceAt(k["l"], "kline.k.l"),
    priceAt(k["c"], "kline.k.c"),
  ];
  if (low > Math.min(open, close) || high < Math.max(open, close))
    throw new WireError(`kline has open ${open}, high ${high}, low ${low}, close ${close}, which is no bar`);
  const closedAtMs = openTimeMs + MINUTE_MS;
  const arrivedMs = knownAt(sentAt(row, "kline.E"), arrival, "kline.E");
  if (arrivedMs < closedAtMs) throw new WireError(`kline of ${openTimeMs} is final before its end`);
  for (const price of ["o", "h", "l", "c"]) arrival.written?.(instrument, k[price], k["v"]);
  const block = klineBlock(instrument, MINUTE_MS, 1, arrivedMs - closedAtMs);
  appendKline(block, {
    openTimeMs,
    open,
    high,
    low,
    close,
    volume: qtyAt(k["v"], "kline.k.v"),
    quoteVolume: qtyAt(k["q"], "kline.k.q"),
    trades: qtyAt(k["n"], "kline.k.n"),
    takerBuyVolume: qtyAt(k["V"], "kline.k.V"),
    takerBuyQuoteVolume: qtyAt(k["Q"], "kline.k.Q"),
  });
  return new Kline(block, 0);
};
