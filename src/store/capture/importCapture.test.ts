import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { STREAMS } from "../../../test/wireFuzz.ts";
import { UserError } from "../../domain/units.ts";
import { parquetStore } from "../parquet/parquetStore.ts";
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

  it("keeps the rules of the capture's exchangeInfo from its beginning on, where the store has others", async () => {
    await imported();
    const filters = [
      { filterType: "PRICE_FILTER", minPrice: "100", maxPrice: "1000000", tickSize: "0.50" },
      { filterType: "LOT_SIZE", minQty: "0.001", maxQty: "1000", stepSize: "0.001" },
      { filterType: "MARKET_LOT_SIZE", minQty: "0.001", maxQty: "100", stepSize: "0.001" },
      { filterType: "MIN_NOTIONAL", notional: "100" },
      { filterType: "PERCENT_PRICE", multiplierUp: "1.05", multiplierDown: "0.95", multiplierDecimal: "4" },
    ];
    const symbol = { symbol: "BTCUSDT", contractType: "PERPETUAL", status: "TRADING", liquidationFee: "0.0125", filters };
    const info = join(dir, "info.jsonl");
    await writeFile(info, `${1_723_161_255_000}000000 ${JSON.stringify({ timezone: "UTC", symbols: [symbol] })}\n`);
    const store = parquetStore({ root: join(dir, "history") });
    const ticks = async (): Promise<unknown[]> => {
      const rules = [];
      for (const atMs of [Date.UTC(2024, 0), Date.UTC(2024, 7, 9)]) rules.push(...(await store.instruments(["BTCUSDT"], atMs)));
      return rules.map(({ tickSize }) => tickSize);
    };
    const before = await ticks();
    expect(before[1]).toBe(before[0]);
    for (let i = 0; i < 2; i++) {
      await importCapture({ store, paths: [capture, info], signal: new AbortController().signal, onProgress: () => undefined });
      expect(await ticks()).toEqual([before[0], 0.5]);
      expect((await store.spans(["instrumentRules"]))[0]?.events).toBe(2);
    }
    await store.close();
  });
});
