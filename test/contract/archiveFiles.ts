import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";

/** A zip with one deflated file, as the public archive has them. */
export const zipOf = (name: string, content: string): Buffer => {
  const data = Buffer.from(content);
  const packed = deflateRawSync(data);
  const fileName = Buffer.from(name);
  const sizes = Buffer.alloc(12);
  sizes.writeUInt32LE(crc32(data), 0);
  sizes.writeUInt32LE(packed.length, 4);
  sizes.writeUInt32LE(data.length, 8);
  const nameLength = Buffer.from([fileName.length, 0, 0, 0]);
  const version = Buffer.from([20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0x58]);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), version, sizes, nameLength, fileName, packed]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02"), Buffer.from([20, 0]), version, sizes, nameLength, Buffer.alloc(14), fileName]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
};

/** The text of a `.CHECKSUM` file. */
export const checksumOf = (bytes: Uint8Array, file: string): string => `${createHash("sha256").update(bytes).digest("hex")}  ${file}\n`;

export const KLINE_HEADER =
  "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore";

/** `count` rows of a kline CSV from `fromMs`, a minute apart. */
export const klineLines = (fromMs: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => {
    const openTimeMs = fromMs + i * 60_000;
    return `${openTimeMs},100.25,101.5,99.75,${100 + (i % 5) / 4},12.345,${openTimeMs + 59_999},1234.5678,42,6.1,610.25,0`;
  });

export const AGG_TRADES_HEADER = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker";

/** `count` rows of an aggTrades CSV from `fromMs`, `stepMs` apart, with ids from 1,700,000,000. */
export const aggTradeLines = (fromMs: number, count: number, stepMs = 250): string[] =>
  Array.from({ length: count }, (_, i) => {
    const firstId = 3_600_000_000 + 2 * i;
    const row = [1_700_000_000 + i, (29_000 + (i % 7) / 10).toFixed(1), (0.001 * ((i % 9) + 1)).toFixed(3), firstId, firstId + (i % 2)];
    return `${row.join(",")},${fromMs + Math.floor(i * stepMs)},${i % 3 === 0}`;
  });

export const METRICS_HEADER =
  "create_time,symbol,sum_open_interest,sum_open_interest_value,count_toptrader_long_short_ratio,sum_toptrader_long_short_ratio," +
  "count_long_short_ratio,sum_taker_long_short_vol_ratio";

/** The 288 rows of a day's metrics CSV; the first label is `firstMinute` minutes into the day. */
export const metricsLines = (symbol: string, dayMs: number, firstMinute: 0 | 5): string[] =>
  Array.from({ length: 288 }, (_, i) => {
    const label = new Date(dayMs + (firstMinute + 5 * i) * 60_000).toISOString().slice(0, 19).replace("T", " ");
    return `${label},${symbol},${80_000 + i}.2500000000000000,${2_000_000_000 + i}.5000000000000000,1.5,1.25,1.75,0.${500 + i}`;
  });
