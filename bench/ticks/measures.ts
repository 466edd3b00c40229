import { readdirSync } from "node:fs";
import { join } from "node:path";
import { configSchema } from "../../config/schema.ts";
import { beliefsOf } from "../../src/cli/run/beliefs.ts";
import { composeRun } from "../../src/cli/run/composeRun.ts";
import { replayRun } from "../../src/cli/run/replayRun.ts";
import { decimalsOfStep } from "../../src/domain/decimals/seen.ts";
import type { Event } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { KindName } from "../../src/domain/kind.ts";
import { instrumentIndex } from "../../src/domain/units.ts";
import { drive } from "../../src/engine/driver.ts";
import { observe } from "../../src/pipeline.ts";
import { importCapture } from "../../src/store/capture/importCapture.ts";
import { guessedInstrument, instrumentRulesEvent } from "../../src/store/rules/defaultInstruments.ts";
import { Duck } from "../../src/store/duck/duck.ts";
import { quoted } from "../../src/store/duck/scanSql.ts";
import { seriesFolder } from "../../src/store/parquet/layout.ts";
import { tableOf } from "../../src/store/table/marketTables.ts";
import type { Table } from "../../src/store/table/tables.ts";
import { serverAt, storeAt, tell } from "../storePlace.ts";
import type { TickSeries } from "./market.ts";
import { tickHours } from "./market.ts";

/**
 * One measurement of `bench/ticks.ts` in a process of its own, which the arguments name: `in`, `out`, `scan` and `line` with place and
 * series, `import` with place and capture, `replay` with place (or `-`) and capture.
 */
const SYMBOL = "BTCUSDT";
const MARKET = "um";
const RULES = guessedInstrument(
  SYMBOL,
  MARKET,
  { price: decimalsOfStep(0.1), qty: decimalsOfStep(0.001) },
  instrumentIndex(0),
) as Instrument;
const { signal } = new AbortController();

const query = (series: TickSeries) => {
  const kinds: readonly KindName[] = series === "bookDiff" ? ["bookSnapshot", "bookDiff"] : ["trade"];
  return { instruments: [RULES], kinds, fromMs: 0, toMs: Infinity, burstEvents: 4096 };
};

/** Writes a series an hour a call, as imports do. */
const writeIn = async (place: string, series: TickSeries, count: number): Promise<void> => {
  const store = storeAt(place);
  await store.write(SYMBOL, MARKET, [instrumentRulesEvent(RULES)]);
  let ms = 0;
  for (const hour of tickHours(series, count)) {
    const startedMs = performance.now();
    await store.write(SYMBOL, MARKET, hour);
    ms += performance.now() - startedMs;
  }
  await store.close();
  tell({ ms });
};

/** Twice the same work: the ms of a process's first time, and of its second. */
const twice = async (work: () => Promise<unknown>): Promise<{ readonly firstMs: number; readonly warmMs: number }> => {
  const startedMs = performance.now();
  await work();
  const againMs = performance.now();
  await work();
  return { firstMs: againMs - startedMs, warmMs: performance.now() - againMs };
};

/** A number that an event carries, so that each is touched. */
const touched = (event: Event): number =>
  event.kind === Kind.trade ? event.price + event.tradeId.length : event.kind === Kind.bookDiff ? event.bids.length + event.asks.length : 0;

/** Reads a series as events, each touched and its order checked. */
const readOut = async (place: string, series: TickSeries): Promise<void> => {
  const store = storeAt(place);
  let [events, sum] = [0, 0];
  const times = await twice(async () => {
    let lastMs = 0;
    events = 0;
    for await (const burst of store.read(query(series)))
      for (const event of burst) {
        if (event.knownAtMs < lastMs) throw new Error("out of order");
        lastMs = event.knownAtMs;
        sum += touched(event);
        events += 1;
      }
  });
  await store.close();
  tell({ events, sum, ...times });
};

/** The limits of a read from Parquet: DuckDB sums up every column in SQL, and hands all rows over as columns of which no event is made. */
const scanAlone = async (root: string, series: TickSeries): Promise<void> => {
  const table = tableOf(series) as Table;
  const folder = join(root, seriesFolder({ table, market: MARKET, symbol: SYMBOL, intervalMs: 60_000 }));
  const files = readdirSync(folder)
    .sort()
    .map((name) => join(folder, name));
  const sums = table.columns.map(({ name, type }) => (type === "levels" ? `sum(list_sum("${name}"))` : `sum("${name}"::DOUBLE)`));
  const sql = `SELECT count(*)::DOUBLE, ${sums.join(", ")} FROM read_parquet([${files.map(quoted).join(", ")}])`;
  const duck = new Duck();
  const summed = await twice(() => duck.query(sql));
  const columns = await twice(async () => {
    for await (const chunk of duck.stream({ table, files, fromMs: 0, toMs: Infinity, remedyOf: () => "import again" }))
      if (chunk.length === 0) throw new Error("no rows");
  });
  await duck.close();
  tell({ summed, columns });
};

/** Reads a series into the line that makes books and bars of it, once. */
const throughLine = async (place: string, series: TickSeries): Promise<void> => {
  const store = storeAt(place);
  let [bars, tops] = [0, 0];
  const startedMs = performance.now();
  const line = observe({ instruments: [RULES], timeframesMs: [], features: null, barsFromTrades: [instrumentIndex(0)] });
  const { events, lineSeconds } = await drive(store.read(query(series)), line, ({ kind }) => {
    if (kind === Kind.bar) bars += 1;
    else if (kind === Kind.bookTop) tops += 1;
  });
  const ms = performance.now() - startedMs;
  await store.close();
  if (bars + tops === 0) throw new Error("nothing came out of the line");
  tell({ events, ms, lineMs: lineSeconds * 1000, bars, tops });
};

const importOnce = async (place: string, capture: string): Promise<void> => {
  const store = storeAt(place);
  const startedMs = performance.now();
  const { events } = await importCapture({ store, paths: [capture], signal, onProgress: () => undefined });
  await store.close();
  tell({ events, ms: performance.now() - startedMs });
};

/** A backtest that trades at every bar and is filled by the book, from the store at `place`, or with `-` from the capture itself. */
const replay = async (place: string, capture: string): Promise<void> => {
  const server = serverAt(place);
  const config = configSchema.parse({
    data: server === undefined ? { dir: place } : { store: "questdb", questdb: server },
    regime: { module: "none" },
    pattern: { module: "none" },
    signal: { module: "trend" },
    position: { module: join(import.meta.dirname, "../../test/modules/oftenTrading.ts"), options: { lots: 20 } },
    venue: { fillOn: "book", startUsdt: 1_000_000 },
    risk: null,
    protection: "none",
  });
  const startedMs = performance.now();
  const captures = place === "-" ? [capture] : [];
  const run = await composeRun(config, "research", { simulate: false, dirGiven: captures.length === 0, captures }, {});
  let events = 0;
  const { decisionsSha256, recorder } = await replayRun(run, {
    events: run.data.events(),
    beliefs: await beliefsOf(null, run),
    before: (burst) => {
      events += burst.length;
    },
    signal,
    progress: () => undefined,
  });
  await run.data.close();
  tell({ events, ms: performance.now() - startedMs, decisionsSha256, fills: recorder.fills.length });
};

const [, , what = "", place = "", subject = "", count] = process.argv;
const measures: Readonly<Record<string, () => Promise<void>>> = {
  in: () => writeIn(place, subject as TickSeries, Number(count)),
  out: () => readOut(place, subject as TickSeries),
  scan: () => scanAlone(place, subject as TickSeries),
  line: () => throughLine(place, subject as TickSeries),
  import: () => importOnce(place, subject),
  replay: () => replay(place, subject),
};
await (measures[what] as () => Promise<void>)();
