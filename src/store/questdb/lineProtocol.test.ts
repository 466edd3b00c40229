import { describe, expect, it } from "vitest";
import { InvariantError } from "../../domain/units.ts";
import { encodeLine, encodeRows } from "./lineProtocol.ts";
import type { QuestTable } from "./tables.ts";
import { FUNDING, KLINES, QUEST_TABLES } from "./tables.ts";

/** A double as the protocol wants it: `==`'s second half is a plain equals sign, 0x10 says binary double, then little endian. */
const binary = (hexBigEndian: string): Buffer =>
  Buffer.concat([Buffer.from([0x3d, 0x3d, 0x10]), Buffer.from(hexBigEndian, "hex").reverse()]);

const table = (name: string): QuestTable => {
  const found = QUEST_TABLES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no table ${name}`);
  return found;
};

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

  it("lays out ids, flags and book sides: an array of doubles is type 14, element type 10, its dimensions and lengths, the numbers", () => {
    const symbols = { symbol: "X", market: "um" };
    const sides = (...offsets: number[]) => ({ offsets: Int32Array.from(offsets), values: Float64Array.of(9, 1, -2, 0.5, 100) });
    const times = [Float64Array.of(5), Float64Array.of(8), Float64Array.of(7)];
    const ids = (id: bigint) => BigInt64Array.of(id);
    const [time = Float64Array.of(), received = time, known = time] = times;
    const diffs = [time, ids(9007199254740993n), received, known, ids(-1n), ids(2n ** 63n - 1n), sides(1, 5), sides(1, 1)];
    const [line] = encodeRows("d", table("book_diffs"), symbols, { length: 1, data: diffs });
    // Lengths of two dimensions, four bytes each: 2 levels of 2 numbers, then 0 of 2.
    const parts: (string | Buffer)[] = [
      "d,symbol=X,market=um final_update_id=9007199254740993i,received_time_ms=8i,known_at_ms=7i",
      ",first_update_id=-1i,previous_final_update_id=9223372036854775807i,bids==",
      Buffer.from("0e0a020200000002000000", "hex"),
      ...["3ff0000000000000", "c000000000000000", "3fe0000000000000", "4059000000000000"].map((hex) => Buffer.from(hex, "hex").reverse()),
      ",asks==",
      Buffer.from("0e0a020000000002000000", "hex"),
      " 5\n",
    ];
    expect(line?.toString("hex")).toBe(
      Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part))).toString("hex"),
    );
    const trades = [time, ids(7n), received, known, Float64Array.of(1), Float64Array.of(-2), Float64Array.of(1)];
    expect(encodeRows("t", table("trades"), symbols, { length: 1, data: trades })[0]?.toString("hex")).toBe(
      Buffer.concat([
        Buffer.from("t,symbol=X,market=um price"),
        binary("3ff0000000000000"),
        Buffer.from(",qty"),
        binary("c000000000000000"),
        Buffer.from(",buyer_is_maker=t,trade_id=7i,received_time_ms=8i,known_at_ms=7i 5\n"),
      ]).toString("hex"),
    );
  });

  it("cuts rows with long lists into shorter chunks, a row too long for one into its own", () => {
    const lengths = [10, 600_000, 200_000, 200_000, 200_000, 4];
    const offsets = Int32Array.from([0, ...lengths.map((_, i) => lengths.slice(0, i + 1).reduce((sum, length) => sum + length))]);
    const list = { offsets, values: new Float64Array(offsets.at(-1) ?? 0) };
    const times = Float64Array.from(lengths, (_, i) => i);
    const none = { offsets: new Int32Array(lengths.length + 1), values: new Float64Array(0) };
    const data = [times, new BigInt64Array(lengths.length), times, times, list, none];
    const chunks = encodeRows("s", table("book_snapshots"), { symbol: "X", market: "um" }, { length: lengths.length, data });
    expect(chunks.map((chunk) => chunk.subarray(-3).toString("latin1"))).toEqual([" 0\n", " 1\n", " 3\n", " 5\n"]);
    // Numbers, and 118 bytes a row: its head, names, ids and times, the two shapes.
    expect(chunks.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(8 * list.values.length + 150 * lengths.length);
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
