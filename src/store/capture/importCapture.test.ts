import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import { STREAMS } from "../../../test/wireFuzz.ts";
import { UserError } from "../../domain/units.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
import { instrumentRulesEvent } from "../rules/defaultInstruments.ts";
import type { ImportCaptureReport } from "./importCapture.ts";
import { importCapture } from "./importCapture.ts";

let dir = "";
let capture = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-import-"));
  capture = join(dir, "capture.jsonl");
  const messages = ["1", "2", "3"].map((last) => STREAMS.captured["trade"]?.replace("5266583935", `526658393${last}`));
  await writeFile(capture, messages.map((json, i) => `${1_723_161_255_000 + i}000000 ${json}\n`).join(""));
});
afterEach(() => rm(dir, { recursive: true }));

const imported = async (more: { readonly fromMs?: number; readonly symbols?: readonly string[] } = {}): Promise<ImportCaptureReport> => {
  const store = parquetStore({ root: join(dir, "history") });
  try {
    return await importCapture({ store, paths: [capture], signal: new AbortController().signal, onProgress: () => undefined, ...more });
  } finally {
    await store.close();
  }
};

describe("an import of captured messages", () => {
  it("refuses a range in which there is nothing, and writes no rules for it", async () => {
    const refused: unknown = await imported({ fromMs: Date.UTC(2025, 0, 1) }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(UserError);
    expect((refused as Error).message).toMatch(
      /^there is nothing from 2025-01-01T00:00:00Z in .*: it holds 2024-08-08T.*; move --from or --to$/,
    );
    expect(existsSync(join(dir, "history", "instruments"))).toBe(false);
  });

  it("says whose rules it has guessed, once", async () => {
    expect((await imported()).guessedRules).toEqual(["BTCUSDT"]);
    expect((await imported()).guessedRules).toEqual([]);
  });

  it("takes a symbol that is named twice once", async () => {
    const { symbols, events } = await imported({ symbols: ["BTCUSDT", "BTCUSDT"] });
    expect([symbols, events]).toEqual([["BTCUSDT"], 3]);
  });

  /** A capture's exchangeInfo with this tick. */
  const infoOf = async (tickSize: string): Promise<string> => {
    const filters = [
      { filterType: "PRICE_FILTER", minPrice: "100", maxPrice: "1000000", tickSize },
      { filterType: "LOT_SIZE", minQty: "0.001", maxQty: "1000", stepSize: "0.001" },
      { filterType: "MARKET_LOT_SIZE", minQty: "0.001", maxQty: "100", stepSize: "0.001" },
      { filterType: "MIN_NOTIONAL", notional: "100" },
      { filterType: "PERCENT_PRICE", multiplierUp: "1.05", multiplierDown: "0.95", multiplierDecimal: "4" },
    ];
    const symbol = { symbol: "BTCUSDT", contractType: "PERPETUAL", status: "TRADING", liquidationFee: "0.0125", filters };
    const info = join(dir, "info.jsonl");
    await writeFile(info, `${1_723_161_255_000}000000 ${JSON.stringify({ timezone: "UTC", symbols: [symbol] })}\n`);
    return info;
  };
  const withInfo = async (tickSize: string): Promise<ImportCaptureReport> => {
    const paths = [capture, await infoOf(tickSize)];
    const store = parquetStore({ root: join(dir, "history") });
    try {
      return await importCapture({ store, paths, signal: new AbortController().signal, onProgress: () => undefined });
    } finally {
      await store.close();
    }
  };

  it("keeps the rules of the capture's exchangeInfo from its beginning on, where the store has others", async () => {
    const store = parquetStore({ root: join(dir, "history") });
    const ticks = async (): Promise<unknown[]> => {
      const rules = [];
      for (const atMs of [Date.UTC(2024, 0), Date.UTC(2024, 7, 9)]) rules.push(...(await store.instruments(["BTCUSDT"], atMs)));
      return rules.map(({ tickSize }) => tickSize);
    };
    await store.write("BTCUSDT", "um", [instrumentRulesEvent({ ...testInstrument("BTCUSDT", 0), tickSize: 0.1 })]);
    await store.close();
    for (let i = 0; i < 2; i++) {
      await withInfo("0.50");
      expect(await ticks()).toEqual([0.1, 0.5]);
      expect((await store.spans(["instrumentRules"]))[0]?.events).toBe(2);
    }
  });

  it("replaces what was guessed by what the exchange told, and says which trades are between its ticks", async () => {
    await imported();
    const { offTick, guessedRules } = await withInfo("0.50");
    expect(guessedRules).toEqual([]);
    expect(offTick).toEqual([{ symbol: "BTCUSDT", tickSize: 0.5, rows: 3, ofRows: 3, firstMs: 1_723_161_256_322, price: 61_800.3 }]);
    const store = parquetStore({ root: join(dir, "history") });
    expect(await store.rules("BTCUSDT", "um")).toMatchObject([{ rules: { source: "exchange", tickSize: 0.5 } }]);
    expect((await imported()).guessedRules).toEqual([]);
    expect(await store.rules("BTCUSDT", "um")).toMatchObject([{ rules: { source: "exchange", tickSize: 0.5 } }]);
    await store.close();
  });

  it("makes a guess finer when the next capture is", async () => {
    await imported();
    await writeFile(capture, (await readFile(capture, "utf8")).replaceAll('"p":"61800.30"', '"p":"61800.305"'));
    expect((await imported()).guessedRules).toEqual(["BTCUSDT"]);
    const store = parquetStore({ root: join(dir, "history") });
    expect(await store.rules("BTCUSDT", "um")).toMatchObject([{ rules: { source: "guessed", tickSize: 0.001 } }]);
    await store.close();
  });
});
