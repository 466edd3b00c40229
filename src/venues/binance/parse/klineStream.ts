import type { Kline } from "../../../domain/kline.ts";
import { KLINE_COLUMNS, singleKline } from "../../../domain/kline.ts";
import { klineFault } from "../../../domain/klineFault.ts";
import { MINUTE_MS } from "../../../domain/units.ts";
import { knownAt, sentAt } from "./message.ts";
import type { MessageParser } from "./message.ts";
import { decimalAt, flagAt, recordAt, textAt, timeAt, WireError } from "./wire.ts";

/** `<symbol>@kline_1m`, once it is final (`k.x`); null for candles that are still open and for other intervals. */
export const parseKline: MessageParser = (row, arrival): Kline | null => {
  const k = recordAt(row["k"], "kline.k");
  const closed = flagAt(k["x"], "kline.k.x");
  const interval = textAt(k["i"], "kline.k.i");
  const instrument = arrival.instrumentOf(textAt(k["s"], "kline.k.s"), row);
  if (instrument === undefined) return null;
  if (!closed || interval !== "1m") {
    arrival.notes?.otherKline(instrument, interval);
    return null;
  }
  const values = {
    openTimeMs: timeAt(k["t"], "kline.k.t"),
    open: decimalAt(k["o"], "kline.k.o"),
    high: decimalAt(k["h"], "kline.k.h"),
    low: decimalAt(k["l"], "kline.k.l"),
    close: decimalAt(k["c"], "kline.k.c"),
    volume: decimalAt(k["v"], "kline.k.v"),
    quoteVolume: decimalAt(k["q"], "kline.k.q"),
    trades: decimalAt(k["n"], "kline.k.n"),
    takerBuyVolume: decimalAt(k["V"], "kline.k.V"),
    takerBuyQuoteVolume: decimalAt(k["Q"], "kline.k.Q"),
  };
  const { openTimeMs } = values;
  const fault = klineFault(
    KLINE_COLUMNS.map((name) => values[name]),
    MINUTE_MS,
    timeAt(k["T"], "kline.k.T"),
  );
  if (fault !== null) throw new WireError(`a kline that cannot be, it has ${fault}`);
  const closedAtMs = openTimeMs + MINUTE_MS;
  const arrivedMs = knownAt(sentAt(row, "kline.E"), arrival, "kline.E");
  if (arrivedMs < closedAtMs) throw new WireError(`kline of ${openTimeMs} is final before its end`);
  for (const price of ["o", "h", "l", "c"]) arrival.written?.(instrument, k[price], k["v"]);
  return singleKline(instrument, MINUTE_MS, values, arrivedMs - closedAtMs);
};
