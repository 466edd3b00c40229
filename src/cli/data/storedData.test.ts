import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { testInstrument, testKlines } from "../../../test/contract/testMarket.ts";
import type { Event, Trade } from "../../domain/event.ts";
import type { StoredKind } from "../../domain/kind.ts";
import { Kind } from "../../domain/kind.ts";
import { fundingEvent } from "../../domain/fundingEvent.ts";
import { klineValues, singleKline } from "../../domain/kline.ts";
import { HOUR_MS, instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import { instrumentRulesEvent } from "../../store/rules/defaultInstruments.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import type { RunData } from "./runData.ts";
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
    // Nothing is heard behind the last trade: its minute may be partial.
    expect([data.fromMs, data.toMs]).toEqual([LATE_MS + MINUTE_MS, LATE_MS + 59 * MINUTE_MS]);
    await data.close();
    // A recording of both begins and ends with either by chance.
    const others = aggregates.slice(0, -1).map((event) => ({ ...event, eventTimeMs: event.eventTimeMs - 5000 }));
    await filled([["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...trades(LATE_MS + 2000, 60).slice(0, -1), ...others]]]);
    const both = await opened({});
    for await (const burst of both.events()) expect(burst.every((event) => !("tradeCount" in event))).toBe(true);
    await both.close();
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

describe("a run is told what its history lacks", () => {
  const openInterest = (atMs: number): Event => ({ kind: Kind.openInterest, ...header(atMs), openInterestQty: 5, openInterestUsdt: 500 });
  const settled = (...hours: readonly number[]): Event[] =>
    hours.map((hour) => fundingEvent(EARLY_MS + hour * HOUR_MS, 1e-4, 8, NaN, instrumentIndex(0)));
  const warnings = async (config: Record<string, unknown>, wanted: readonly StoredKind[] = []): Promise<readonly string[]> => {
    const data = await opened(config, wanted);
    await data.close();
    return data.warnings;
  };

  it("of each symbol: where its bars begin and end, beside others that have more", async () => {
    await filled([
      ["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...testKlines(EARLY_MS, 300), ...settled(0)]],
      ["ETHUSDT", "um", [rules("ETHUSDT", 0.1), ...testKlines(EARLY_MS + 10 * MINUTE_MS, 190), ...settled(0)]],
    ]);
    expect(await warnings({ symbols: ["BTCUSDT", "ETHUSDT"] })).toEqual([
      "History of ETHUSDT begins only at 2023-05-01T00:10:00Z: 10 minutes missing.",
      "History of ETHUSDT ends already at 2023-05-01T03:20:00Z: 100 minutes missing.",
    ]);
    expect(await warnings({ to: "2023-05-01T05:30Z" })).toEqual([
      "History of BTCUSDT ends already at 2023-05-01T05:00:00Z: 30 minutes missing.",
    ]);
    expect(await warnings({ symbols: ["BTCUSDT", "ETHUSDT"], from: "2023-05-01T03:30Z" })).toContain(
      "History of ETHUSDT has no bar in this range: 90 minutes missing.",
    );
  });

  it("of holes inside: those of a day, or of more than a hundredth of the bars; shorter ones are counted with the data", async () => {
    const day = 24 * 60;
    await filled([
      [
        "BTCUSDT",
        "um",
        [
          rules("BTCUSDT", 0.1),
          ...settled(...Array.from({ length: 12 }, (_, i) => i * 8)),
          ...testKlines(EARLY_MS, 600),
          ...testKlines(EARLY_MS + 620 * MINUTE_MS, day),
          ...testKlines(EARLY_MS + (620 + 2 * day) * MINUTE_MS, day),
        ],
      ],
    ]);
    expect(await warnings({})).toEqual([
      "klines of BTCUSDT: 1,460 minutes missing, the first 2023-05-01T10:00Z, in 2 gaps, the longest from 2023-05-02T10:20Z to 2023-05-03T10:20Z.",
    ]);
    expect(await warnings({ to: "2023-05-02T10:20Z" })).toEqual([]);
    expect(await warnings({ to: "2023-05-01T20:00Z" })).toEqual(["klines of BTCUSDT: 20 minutes missing, the first 2023-05-01T10:00Z."]);
  });

  it("of funding: without any, and with settlements missing; spot bars take the perpetual's", async () => {
    const bars = testKlines(EARLY_MS, 2 * 24 * 60);
    await filled([
      ["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...bars]],
      ["ETHUSDT", "spot", [rules("ETHUSDT", 0.1), ...bars]],
      ["ETHUSDT", "um", settled(0, 8, 24, 32)],
    ]);
    expect(await warnings({})).toEqual([
      "BTCUSDT is held without funding data from 2023-05-01T00:00:00Z to 2023-05-03T00:00:00Z: 6 settlements missing.",
    ]);
    expect(await warnings({ symbols: ["ETHUSDT"] })).toContain(
      "funding of ETHUSDT: 2 settlements missing, the first 2023-05-01T16:00Z, in 2 gaps, the longest from 2023-05-01T16:00Z to 2023-05-02T00:00Z.",
    );
    expect(await warnings({ from: "2023-05-01T01:00Z", to: "2023-05-01T08:00Z" })).toEqual([]);
  });

  it("of open interest that is read, and of labels that an older import read by their date", async () => {
    const some = [5, 10, 15, 30, 35].map((minute) => openInterest(EARLY_MS + minute * MINUTE_MS));
    await filled([["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...testKlines(EARLY_MS, 40), ...settled(0), ...some]]]);
    expect(await warnings({})).toEqual([]);
    const holes = "open interest of BTCUSDT: 2 five-minute values missing, the first 2023-05-01T00:20Z.";
    expect(await warnings({}, ["openInterest"])).toEqual([holes]);
    const store = parquetStore({ root: dir });
    const path = "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2023-05-01.zip";
    await store.lock();
    await (await store.landed()).change([[path, { sha256: "ab12", rows: 5 }]]);
    await store.close();
    expect(await warnings({}, ["openInterest"])).toEqual([
      holes,
      expect.stringMatching(/five minutes too early: run riposte backfill --kinds metrics/),
    ]);
  });

  it("of an end without any trade", async () => {
    const bars = testKlines(EARLY_MS, 300, 1).map((kline, i) =>
      i < 200
        ? kline
        : singleKline(instrumentIndex(0), MINUTE_MS, {
            ...klineValues(kline),
            ...{ volume: 0, quoteVolume: 0, trades: 0, takerBuyVolume: 0, takerBuyQuoteVolume: 0 },
          }),
    );
    await filled([["BTCUSDT", "um", [rules("BTCUSDT", 0.1), ...bars, ...settled(0)]]]);
    expect(await warnings({})).toEqual(["The last 100 bars of BTCUSDT, from 2023-05-01T03:20:00Z on, are without any trade."]);
  });
});
