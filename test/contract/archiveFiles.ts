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
