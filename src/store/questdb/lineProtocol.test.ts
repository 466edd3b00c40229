import { describe, expect, it } from "vitest";
import { InvariantError } from "../../domain/units.ts";
import { encodeLine, encodeRows } from "./lineProtocol.ts";
import { FUNDING_TABLE } from "../table/marketTables.ts";
import { KLINE_TABLE } from "../table/tables.ts";
import { questTableOf } from "./tables.ts";

const [KLINES, FUNDING] = [questTableOf(KLINE_TABLE), questTableOf(FUNDING_TABLE)];

/** A double as the protocol wants it: `==`'s second half is a plain equals sign, 0x10 says binary double, then little endian. */
const binary = (hexBigEndian: string): Buffer =>
  Buffer.concat([Buffer.from([0x3d, 0x3d, 0x10]), Buffer.from(hexBigEndian, "hex").reverse()]);

describe("line protocol", () => {
  it("lays a row out as QuestDB's protocol version 2 does: symbols, binary doubles, counts, time in ms", () => {
    const columns = { length: 1, data: [1_672_531_200_000, 1, -2, 0.5, 0, 100, 1e-4, 42, 3, NaN].map((value) => Float64Array.of(value)) };
    const [line, ...more] = encodeRows("t_klines", KLINES, { symbol: "BTC USDT", market: "a=b,c", interval: "1m" }, columns);
    expect(more).toEqual([]);
    // IEEE 754 by hand: 1 = 3ff0…, −2 = c000…, 0.5 = 3fe0…, 100 = 4059…, 1e-4 = 3f1a36e2eb1c432d, 3 = 4008…
    const parts: (string | Buffer)[] = [
      "t_klines,symbol=BTC\\ USDT,market=a\\=b\\,c,interval=1m open",
      binary("3ff0000000000000"),
      ",high",
      binary("c000000000000000"),
      ",low",
      binary("3fe0000000000000"),
      ",close",
      binary("0000000000000000"),
      ",volume",
      binary("4059000000000000"),
      ",quote_volume",
      binary("3f1a36e2eb1c432d"),
      ",taker_buy_volume",
      binary("4008000000000000"),
      ",taker_buy_quote_volume",
      binary("7ff8000000000000"),
      ",trades=42i 1672531200000\n",
    ];
    expect(line?.toString("hex")).toBe(
      Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))).toString("hex"),
    );
  });

  it("leaves a count that is not known out, and refuses what no line can carry exactly", () => {
    const row = (trades: number, timeMs = 0) => ({
      length: 1,
      data: [timeMs, 1, 1, 1, 1, 1, 1, trades, 1, 1].map((value) => Float64Array.of(value)),
    });
    const symbols = { symbol: "X", market: "um", interval: "1m" };
    expect(encodeRows("k", KLINES, symbols, row(NaN))[0]?.toString("latin1")).not.toContain("trades");
    expect(encodeRows("k", KLINES, symbols, row(2 ** 53 - 1))[0]?.toString("latin1")).toContain("trades=9007199254740991i 0\n");
    for (const bad of [row(0.5), row(2 ** 53), row(Infinity), row(1, -1), row(1, NaN), row(1, 0.5)])
      expect(() => encodeRows("k", KLINES, symbols, bad)).toThrow(InvariantError);
    expect(() => encodeRows("k", KLINES, { symbol: "X", market: "um" }, row(1))).toThrow(InvariantError);
  });

  it("cuts many rows into chunks that are whole lines", () => {
    const length = 10_000;
    const column = Float64Array.from({ length }, (_, i) => i);
    const chunks = encodeRows("f", FUNDING, { symbol: "X", market: "um" }, { length, data: [column, column, column, column] });
    expect(chunks.length).toBeGreaterThan(1);
    const ends = chunks.map((chunk) => chunk.subarray(-6).toString("latin1").split(" ")[1]);
    expect(ends).toEqual(["4095\n", "8191\n", "9999\n"]);
  });

  it("writes text values with their quotes and backslashes escaped", () => {
    expect(encodeLine("i", { symbol: "X" }, { rules: '{"a":"\\n"}', rows: 3 }, 5).toString()).toBe(
      'i,symbol=X rules="{\\"a\\":\\"\\\\n\\"}",rows=3i 5\n',
    );
  });
});
