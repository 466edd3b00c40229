import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { testInstrument, testKlines } from "../../../test/contract/historyStore.ts";
import type { Event, Trade } from "../../domain/event.ts";
import { Kind } from "../../domain/kind.ts";
import type { StoredKind } from "../../domain/ports.ts";
import { HOUR_MS, instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import { instrumentRulesEvent } from "../../store/rules/defaultInstruments.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import type { RunData } from "./history.ts";
import { runData } from "./history.ts";
import { shownPath } from "./shownPath.ts";

const EARLY_MS = Date.UTC(2023, 4, 1);
const LATE_MS = Date.UTC(2024, 7, 8, 10);

const trades = (fromMs: number, minutes: number): Trade[] =>
  Array.from({ length: minutes * 6 }, (_, i) => ({
    kind: Kind.trade,
    seq: -1,
    instrument: instrumentIndex(0),
    eventTimeMs: fromMs + i * 10_000,
    receivedTimeMs: fromMs + i * 10_000,
    knownAtMs: fromMs + i * 10_000,
    tradeId: String(i + 1),
    price: 100,
    qty: 1,
    buyerIsMaker: false,
  }));

const header = (atMs: number) => ({ seq: -1, instrument: instrumentIndex(0), eventTimeMs: atMs, receivedTimeMs: atMs, knownAtMs: atMs });
const levels = { bids: Float64Array.of(99.9, 1), asks: Float64Array.of(100, 1) };
const snapshot = (atMs: number): Event => ({ kind: Kind.bookSnapshot, ...header(atMs), lastUpdateId: "5", ...levels });
const diff = (atMs: number): Event => ({
  kind: Kind.bookDiff,
  ...header(atMs),
  firstUpdateId: "5",
  finalUpdateId: "6",
  previousFinalUpdateId: "4",
  ...levels,
});

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-stored-data-"));
});
afterEach(() => rm(dir, { recursive: true }));

const filled = async (parts: readonly (readonly [symbol: string, market: string, events: readonly Event[]])[]): Promise<void> => {
  const store = parquetStore({ root: dir });
  for (const [symbol, market, events] of parts) await store.write(symbol, market, events);
  await store.close();
};

const rules = (symbol: string, tickSize: number): Event => instrumentRulesEvent({ ...testInstrument(symbol, 0), tickSize });

const opened = (config: Record<string, unknown>, wanted: readonly StoredKind[] = []): Promise<RunData> => {
  const parsed = configSchema.parse({ ...config, data: { dir } });
  return runData({
    config: parsed,
    warmUpBars: 0,
    wanted: new Set(wanted),
    simulate: false,
    dirGiven: true,
    captures: [],
    env: {},
  });
};

const kindsOf = async (data: RunData): Promise<ReadonlySet<Kind>> => {
  const kinds = new Set<Kind>();
  for await (const burst of data.events()) for (const { kind } of burst) kinds.add(kind);
  await data.close();
  return kinds;
};

describe("what goes with the bars of a run", () => {
  it("is of their market: trades of the perpetual have its rules though spot klines of another year lie beside them", async () => {
    await filled([
      ["BTCUSDT", "spot", [rules("BTCUSDT", 0.01), ...testKlines(EARLY_MS, 10)]],
      ["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...trades(LATE_MS, 5)]],
    ]);
    const late = await opened({ from: "2024-08-08" });
    expect(late.instruments[0]?.tickSize).toBe(0.1);
    expect(late.source).toContain("USD-M perpetual trades in");
    expect(await kindsOf(late)).toEqual(new Set([Kind.trade]));
    const early = await opened({ to: "2023-05-02" });
    expect(early.instruments[0]?.tickSize).toBe(0.01);
    expect(await kindsOf(early)).toEqual(new Set([Kind.kline]));
  });

  it("is read of the market that has klines in the range", async () => {
    await filled([
      ["BTCUSDT", "spot", [rules("BTCUSDT", 0.01), ...testKlines(EARLY_MS, 10)]],
      ["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...testKlines(LATE_MS, 10)]],
    ]);
    const early = await opened({ to: "2023-05-02" });
    expect(early.source).toContain("spot klines in");
    expect(await kindsOf(early)).toEqual(new Set([Kind.kline]));
  });

  it("is nothing real beside simulated klines, which no trade of the exchange can fill", async () => {
    await filled([
      ["BTCUSDT", "simulated", [rules("BTCUSDT", 0.1), ...testKlines(LATE_MS, 10)]],
      ["BTCUSDT", "um", trades(LATE_MS, 5)],
    ]);
    const data = await opened({}, ["trade", "aggTrade"]);
    expect(data.fillable).toEqual([{ modes: ["bars"], marks: false }]);
    expect(await kindsOf(data)).toEqual(new Set([Kind.kline]));
  });

  it("names every market that the bars are of, and a simulated one makes the run simulated", async () => {
    await filled([
      ["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...trades(LATE_MS, 5)]],
      ["ETHUSDT", "simulated", [rules("ETHUSDT", 0.1), ...testKlines(LATE_MS, 10)]],
    ]);
    const data = await opened({ symbols: ["BTCUSDT", "ETHUSDT"] });
    expect(data.source).toBe(`USD-M perpetual trades and SIMULATED klines in ${shownPath(dir)}`);
    expect(data.simulated).toBe(true);
    await data.close();
  });

  it("is of single trades and aggregates the one that covers more of the range", async () => {
    const aggregates = trades(LATE_MS, 60).map((event) => ({ ...event, tradeCount: 1 }));
    await filled([["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...trades(LATE_MS + 10 * MINUTE_MS, 5), ...aggregates]]]);
    const data = await opened({});
    expect([data.fromMs, data.toMs]).toEqual([LATE_MS + MINUTE_MS, LATE_MS + 60 * MINUTE_MS]);
    await data.close();
    await filled([["BTCUSDT", "um", testKlines(LATE_MS, 60)]]);
    const onKlines = await opened({}, ["trade", "aggTrade"]);
    expect(onKlines.warnings).toEqual([]);
    await onKlines.close();
  });

  it("is a warning where it is a part of the range only", async () => {
    await filled([["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...testKlines(LATE_MS, 60), ...trades(LATE_MS + 10 * MINUTE_MS, 5)]]]);
    const part = "The history has of BTCUSDT only a part of this range: trade from 2024-08-08T10:10:00Z to 2024-08-08T10:14:50.001Z.";
    const whole = await opened({}, ["trade", "aggTrade"]);
    expect(whole.warnings).toContain(part);
    await whole.close();
    const inside = await opened({ from: "2024-08-08T10:10Z", to: "2024-08-08T10:15Z" }, ["trade", "aggTrade"]);
    expect(inside.warnings).toEqual([]);
    await inside.close();
  });

  it("is read from the last order book snapshot before it on, where one lies within a day", async () => {
    const klines = testKlines(LATE_MS, 5);
    const book = (atMs: number): Event[] => [snapshot(atMs), diff(atMs + 1000)];
    await filled([
      ["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...klines, ...trades(LATE_MS, 5), ...book(LATE_MS - 3 * HOUR_MS), diff(LATE_MS + 299_000)]],
    ]);
    const wanted = ["trade", "bookSnapshot", "bookDiff"] as const;
    const near = await opened({}, wanted);
    expect(near.warnings).toEqual([]);
    expect(near.fillable).toEqual([{ modes: ["bars", "trades", "book"], marks: false }]);
    expect(await kindsOf(near)).toEqual(new Set([Kind.bookSnapshot, Kind.bookDiff, Kind.trade, Kind.kline]));
    await rm(join(dir, "bookSnapshots"), { recursive: true });
    await filled([["BTCUSDT", "um", [snapshot(LATE_MS - 30 * HOUR_MS), snapshot(LATE_MS + HOUR_MS)]]]);
    const far = await opened({}, wanted);
    expect(far.warnings).toEqual([
      "No order book snapshot of BTCUSDT lies in the day before the run: until the next one the book is unknown.",
    ]);
    await far.close();
  });
});
