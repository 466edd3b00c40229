/**
 * How fast trades and order books go into a store, out of it as events, and through the line: `npx tsx bench/ticks.ts [--questdb]
 * [--capture FILE] [--runs N] [--trades N] [--diffs N]`. Series from a seeded generator: aggregates, single trades, and diffs of some 20
 * levels a side behind a snapshot. Each figure is of a process of its own, loaded as `riposte` itself is: its first read and, after it, a
 * warm one; lowest and highest of the runs. Beside them, in the same run: what DuckDB alone takes to sum the same files in SQL, and to hand
 * them over as columns of which no event is made; and the whole way from the store through the line that makes books and one-minute bars.
 * Last, a real capture: imported once, then a backtest from the file and from the store, whose decisions must be the same. `--questdb` does
 * all that with a QuestDB server of its own besides (Java 17, Maven). Prints tables for bench/README.md; scratch is in the system's
 * temporary folder.
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { QuestDbServer } from "../scripts/questdb/server.ts";
import { serverJar } from "../scripts/questdb/serverJar.ts";
import { measuredApart, serverAt } from "./storePlace.ts";
import type { TickSeries } from "./ticks/market.ts";

const { values } = parseArgs({
  options: {
    questdb: { type: "boolean", default: false },
    capture: { type: "string", default: "../shared/data/captures/usdm_btcusdt_2024-08-08.jsonl.gz" },
    runs: { type: "string", default: "3" },
    trades: { type: "string", default: "1000000" },
    diffs: { type: "string", default: "100000" },
  },
});
const RUNS = Number(values.runs);

/** Bytes of a row in memory: eight a number; a diff has six and, on average, 41.7 levels. */
const SERIES: readonly { readonly series: TickSeries; readonly name: string; readonly rows: string; readonly bytes: number }[] = [
  { series: "aggTrade", name: "aggregates", rows: values.trades, bytes: 8 * 8 },
  { series: "trade", name: "single trades", rows: values.trades, bytes: 7 * 8 },
  { series: "bookDiff", name: "book diffs", rows: values.diffs, bytes: (6 + 2 * 41.7) * 8 },
];

interface Twice {
  readonly firstMs: number;
  readonly warmMs: number;
}
interface Measured {
  readonly events: number;
  readonly ms: number;
  readonly peakRssMb: number;
}
const SCRIPT = fileURLToPath(new URL("ticks/measures.ts", import.meta.url));
const runsOf = <T>(...args: readonly string[]): (T & Measured)[] =>
  Array.from({ length: RUNS }, () => measuredApart<T & Measured>(SCRIPT, args));

const span = (found: readonly number[], digits = 2): string => {
  const [low, high] = [Math.min(...found).toFixed(digits), Math.max(...found).toFixed(digits)];
  return low === high ? low : `${low}–${high}`;
};
const seconds = (ms: readonly number[]): string => span(ms.map((each) => each / 1000));
/** The best of the runs as a rate: thousands of rows and MB a second. */
const rate = (ms: readonly number[], rows: number, bytes: number): string => {
  const best = Math.min(...ms) / 1000;
  return `${(rows / best / 1000).toFixed(0)} k rows/s, ${((rows * bytes) / best / 1e6).toFixed(0)} MB/s`;
};
const memory = (found: readonly Measured[]): string =>
  span(
    found.map(({ peakRssMb }) => peakRssMb),
    0,
  );
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): void => {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  console.log(["", line(heads), line(heads.map(() => "---")), ...rows.map(line)].join("\n"));
};

/** One store: in, out, and through the line. A server keeps what is written twice once, so each series goes in once only. */
const stored = (name: string, placeFor: (series: string) => string): void => {
  const inOut: string[][] = [];
  const shares: string[][] = [];
  for (const { series, name: what, rows, bytes } of SERIES) {
    const place = placeFor(series);
    const written = measuredApart<Measured>(SCRIPT, ["in", place, series, rows]);
    const read = runsOf<Twice>("out", place, series);
    const [first, warm] = [read.map(({ firstMs }) => firstMs), read.map(({ warmMs }) => warmMs)];
    const line = runsOf<{ readonly lineMs: number }>("line", place, series);
    const count = (read[0] as Measured).events;
    inOut.push([
      `${count} ${what}`,
      `${seconds([written.ms])} s = ${rate([written.ms], count, bytes)}`,
      `${written.peakRssMb.toFixed(0)} MB`,
      `${seconds(first)} s = ${rate(first, count, bytes)}`,
      `${seconds(warm)} s = ${rate(warm, count, bytes)}`,
      `${memory(read)} MB`,
    ]);
    const best = line.reduce((a, b) => (b.ms < a.ms ? b : a));
    shares.push([
      what,
      ...(serverAt(place) === undefined ? limits(place, series) : []),
      `${seconds(line.map(({ ms }) => ms))} s = ${(count / best.ms).toFixed(0)} k events/s`,
      `${seconds(line.map(({ lineMs }) => lineMs))} s`,
      `${((1 - best.lineMs / best.ms) * 100).toFixed(0)} %`,
    ]);
  }
  console.log(`\n${name}, load ${loadavg()[0]?.toFixed(1)}`);
  table(["", "in, an hour a call", "peak RSS", "out as events, first in its process", "warm", "peak RSS"], inOut);
  const alone = serverAt(placeFor("trade")) === undefined ? ["DuckDB: sums in SQL", "DuckDB: columns"] : [];
  table(["", ...alone, "store → line", "of it in the line", "reading's share"], shares);
};

/** What DuckDB alone takes, warm, as after it no other part of a process is cold. */
const limits = (place: string, series: TickSeries): string[] => {
  const found = runsOf<{ readonly summed: Twice; readonly columns: Twice }>("scan", place, series);
  return [
    `${seconds(found.map(({ summed }) => summed.warmMs))} s`,
    `${seconds(found.map(({ columns }) => columns.warmMs))} s, first ${seconds(found.map(({ columns }) => columns.firstMs))} s`,
  ];
};

interface Replayed {
  readonly decisionsSha256: string;
  readonly fills: number;
}

/** The capture into each store, and decided on from the file and from each. */
const captured = (capture: string, places: readonly (readonly [string, string])[]): void => {
  const rows: string[][] = [];
  let expected = "";
  for (const [name, place] of [["capture", "-"] as const, ...places]) {
    const imported = place === "-" ? undefined : measuredApart<Measured>(SCRIPT, ["import", place, capture]);
    const runs = runsOf<Replayed>("replay", place, capture);
    const { decisionsSha256, fills, events } = runs[0] as Replayed & Measured;
    expected ||= decisionsSha256;
    if (fills === 0 || runs.some((run) => run.decisionsSha256 !== expected)) throw new Error(`${name}: other decisions, or none`);
    const best = Math.min(...runs.map(({ ms }) => ms));
    rows.push([
      name,
      imported === undefined ? "" : `${seconds([imported.ms])} s = ${(imported.events / imported.ms).toFixed(0)} k events/s`,
      `${seconds(runs.map(({ ms }) => ms))} s = ${(events / best).toFixed(0)} k events/s`,
      `${memory(runs)} MB`,
      `${fills} fills, ${decisionsSha256.slice(0, 16)}`,
    ]);
  }
  console.log(`\nthe capture, load ${loadavg()[0]?.toFixed(1)}`);
  table(["from", "imported", "replayed, a whole backtest", "peak RSS", "decisions"], rows);
};

console.log(`node ${process.version}, ${RUNS} runs, load ${loadavg()[0]?.toFixed(1)}`);
const scratch = mkdtempSync(join(tmpdir(), "riposte-bench-ticks-"));
let server: QuestDbServer | undefined;
try {
  const parquet = (what: string): string => join(scratch, "parquet", what);
  stored("Parquet", parquet);
  const places = [["Parquet", parquet("capture")]] as [string, string][];
  if (values.questdb) {
    server = await QuestDbServer.start({ jar: await serverJar(), dataDir: scratch });
    const port = String(server.httpPort);
    stored("QuestDB", () => port);
    places.push(["QuestDB", `${port}:capture_`]);
  }
  if (existsSync(values.capture)) captured(values.capture, places);
  else console.log(`\nno capture at ${values.capture}: name one with --capture`);
} finally {
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
}
