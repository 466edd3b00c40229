import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { marketColumns } from "../../streams/simulatedMarket/marketColumns.ts";
import { DEFAULT_MARKET } from "../../streams/simulatedMarket.ts";
import { Kind } from "../domain/kind.ts";
import { DAY_MS } from "../domain/units.ts";
import { parquetStore } from "../store/parquet/parquetStore.ts";
import type { CommandContext, OptionValues } from "./frame/command.ts";
import { simulateCommand } from "./simulate.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-simulate-"));
});
afterEach(() => rm(dir, { recursive: true }));

const run = async (
  values: OptionValues,
  stop = new AbortController(),
): Promise<{ result: unknown; printed: string[]; progress: number[] }> => {
  const printed: string[] = [];
  const progress: number[] = [];
  const context: CommandContext = {
    log: (line) => printed.push(line),
    print: (text) => printed.push(text),
    progress: (_, done, total) => progress.push(done / total),
    signal: stop.signal,
    json: false,
    env: {},
  };
  const result = await simulateCommand.run({ data: dir, ...values }, context);
  return { result, printed, progress };
};

/** Closes and funding rates that the store gives back. */
const stored = async (symbol: string): Promise<{ closes: number[]; rates: number[]; markets: string[] }> => {
  const store = parquetStore({ root: dir });
  try {
    const instruments = await store.instruments([symbol]);
    const [closes, rates]: [number[], number[]] = [[], []];
    const query = { instruments, kinds: ["kline", "funding"] as const, fromMs: 0, toMs: 4e12, burstEvents: 4096 };
    for await (const burst of store.read(query))
      for (const event of burst)
        if (event.kind === Kind.kline) closes.push(event.close);
        else if (event.kind === Kind.funding) rates.push(event.rate);
    return { closes, rates, markets: [...new Set((await store.spans()).map((span) => span.market))] };
  } finally {
    await store.close();
  }
};

describe("simulate", () => {
  test("writes the market of its options, rules included, across months", async () => {
    const { result, printed, progress } = await run({
      symbol: ["BTCUSDT,ETHUSDT"],
      from: "2023-01-30",
      days: "4",
      seed: "7",
      edge: "planted",
      "edge-strength": "0.3",
      "gap-rate": "5",
    });
    const options = {
      ...DEFAULT_MARKET,
      symbols: ["BTCUSDT", "ETHUSDT"],
      fromMs: Date.UTC(2023, 0, 30),
      days: 4,
      seed: 7,
      edge: { kind: "planted", strength: 0.3 },
      gapsPerDay: 5,
    } as const;
    for (const [index, symbol] of options.symbols.entries()) {
      const expected = marketColumns(options, index);
      const found = await stored(symbol);
      expect(found.closes).toEqual(Array.from(expected.close));
      expect(found.rates).toEqual(expected.funding.map((event) => event.rate));
      expect(found.markets).toEqual(["simulated"]);
      expect(expected.length).toBeLessThan(4 * 1440);
      expect(printed[index]).toContain(`${symbol}: ${expected.length} bars and 12 funding rates from 2023-01-30`);
    }
    expect(result).toMatchObject({
      seed: 7,
      edge: { strength: 0.3 },
      stopped: false,
      symbols: [{ symbol: "BTCUSDT" }, { symbol: "ETHUSDT" }],
    });
    expect(progress.at(-1)).toBe(1);
  });

  test("twice changes nothing, longer goes on, another path is refused", async () => {
    await run({ days: "2" });
    const once = await stored("BTCUSDT");
    await run({ days: "2" });
    expect(await stored("BTCUSDT")).toEqual(once);
    await run({ days: "3" });
    const longer = await stored("BTCUSDT");
    expect(longer.closes.slice(0, once.closes.length)).toEqual(once.closes);
    expect(longer.closes.length).toBe(3 * 1440);
    for (const other of [{ seed: "2" }, { edge: "none" }, { from: "2023-01-02" }, { from: "2024-01-01" }, { "gap-rate": "50" }])
      await expect(run({ days: "2", ...other }), JSON.stringify(other)).rejects.toThrow("already holds another simulated path of BTCUSDT");
    expect(await stored("BTCUSDT")).toEqual(longer);
  });

  test("a stop keeps whole months and says so", async () => {
    const stop = new AbortController();
    stop.abort("SIGINT");
    const { result, printed } = await run({ days: "1" }, stop);
    expect(result).toMatchObject({ stopped: true, symbols: [{ bars: 0 }] });
    expect(printed.at(-1)).toContain("stopped");
  });

  test.each([
    [{ "edge-strength": "x" }, "simulate.edgeStrength must be a number"],
    [{ "gap-rate": "-1" }, "simulate.gapsPerDay"],
    [{ edge: "magic" }, "simulate.edge"],
    [{ days: "0" }, "simulate.days"],
    [{ from: "2023-01-01T00:00:30Z" }, "give a time on a full minute"],
  ])("%o is refused in one line", async (values, message) => {
    await expect(run(values)).rejects.toThrow(message);
  });

  test("its length is that of its data: the end is the last bar's close", async () => {
    const { result } = await run({ days: "1" });
    expect(result).toMatchObject({
      fromMs: DEFAULT_MARKET.fromMs,
      symbols: [{ toMs: DEFAULT_MARKET.fromMs + DAY_MS, bars: 1440, fundings: 3 }],
    });
  });
});
