import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { EVENT_FAMILIES } from "../operators/features/events/families.ts";
import { featureSet } from "../operators/features/featureSet.ts";
import { BookSide } from "../src/domain/book/bookSide.ts";
import { compareUpdateIds } from "../src/domain/book/updateId.ts";
import { decimalsOfStep } from "../src/domain/decimals/seen.ts";
import type { BookDiff, BookSnapshot, Event } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { Kind } from "../src/domain/kind.ts";
import { instrumentIndex } from "../src/domain/units.ts";
import { drive } from "../src/engine/driver.ts";
import { observe } from "../src/pipeline.ts";
import { guessedInstrument } from "../src/store/rules/defaultInstruments.ts";
import type { CaptureLine } from "../src/venues/binance/capture/captureLine.ts";
import { readCaptureLine } from "../src/venues/binance/capture/captureLine.ts";
import { CaptureParser } from "../src/venues/binance/capture/captureParser.ts";
import type { Side } from "./bookStructures.ts";
import { PriceMap, SortedColumns } from "./bookStructures.ts";
import type { BookResult, BookRow } from "./peers/bookPeers.ts";
import { compareBooks, hashOfTops } from "./peers/bookPeers.ts";

/**
 * Order book and wire on a capture: `npx tsx bench/book.ts [--capture FILE] [--rounds N] [--turns N] [--install]`. Prints ns per diff of
 * three structures, each applying every diff and writing the ten best levels behind it, messages a second from the raw line to the feature
 * row, and the books of the peers that are installed beside ours (bench/README.md). The file is in memory, unzipped, before anything is
 * measured.
 */
const { values } = parseArgs({
  options: {
    capture: { type: "string", default: "../shared/data/captures/usdm_btcusdt_2024-08-08.jsonl.gz" },
    rounds: { type: "string", default: "7" },
    turns: { type: "string", default: "3" },
    install: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!existsSync(values.capture)) throw new Error(`no capture at ${values.capture}: name one with --capture`);
const texts = gunzipSync(readFileSync(values.capture)).toString("utf8").trimEnd().split("\n");

/** Median and lowest of the rounds, in seconds; the first round warms up and does not count. */
const timed = async (work: () => unknown, count = rounds): Promise<{ readonly median: number; readonly min: number }> => {
  const seconds: number[] = [];
  for (let round = 0; round <= count; round += 1) {
    const startedMs = performance.now();
    await work();
    if (round > 0) seconds.push((performance.now() - startedMs) / 1000);
  }
  seconds.sort((a, b) => a - b);
  return { median: seconds[seconds.length >> 1] as number, min: seconds[0] as number };
};

const parseAll = (lines = texts): Event[] => {
  const parser = new CaptureParser({ instrumentOf: () => instrumentIndex(0), onlySymbol: "BTCUSDT" });
  const events: Event[] = [];
  for (const [i, text] of lines.entries())
    for (const event of parser.events(readCaptureLine(text, i + 1) as CaptureLine)) events.push(event);
  return events;
};

const events = parseAll();
const snapshot = events.find((event): event is BookSnapshot => event.kind === Kind.bookSnapshot);
if (snapshot === undefined) throw new Error(`${values.capture} has no order book snapshot`);
const diffs = events.filter(
  (event): event is BookDiff => event.kind === Kind.bookDiff && compareUpdateIds(event.finalUpdateId, snapshot.lastUpdateId) >= 0,
);
const levels = diffs.reduce((sum, { bids, asks }) => sum + (bids.length + asks.length) / 2, 0);
console.log(
  `${texts.length} lines, ${diffs.length} diffs with ${(levels / diffs.length).toFixed(1)} levels each; node ${process.version}\n`,
);

const top = new Float64Array(40);
const structures: readonly (readonly [string, (sign: 1 | -1) => Side])[] = [
  ["window by tick (used)", (sign) => new BookSide(sign, 0.1)],
  ["sorted columns", (sign) => new SortedColumns(sign)],
  ["map, sorted for the top", (sign) => new PriceMap(sign)],
];
console.log("| book | ns a diff, median | min | ns a level |\n|---|---|---|---|");
for (const [name, side] of structures) {
  const [bids, asks] = [side(1), side(-1)];
  const { median, min } = await timed(() => {
    bids.load(snapshot.bids);
    asks.load(snapshot.asks);
    for (const diff of diffs) {
      bids.apply(diff.bids);
      asks.apply(diff.asks);
      bids.writeTop(top, 0, 10);
      asks.writeTop(top, 20, 10);
    }
  });
  const perDiff = (seconds: number): string => ((seconds * 1e9) / diffs.length).toFixed(0);
  console.log(`| ${name} | ${perDiff(median)} | ${perDiff(min)} | ${((median * 1e9) / levels).toFixed(0)} |`);
}

const instruments = [
  guessedInstrument("BTCUSDT", "um", { price: decimalsOfStep(0.1), qty: decimalsOfStep(0.001) }, instrumentIndex(0)) as Instrument,
];
const set = featureSet({ families: [], events: EVENT_FAMILIES, timeframesMs: [] });
const bursts = (all: readonly Event[]): Event[][] =>
  Array.from({ length: Math.ceil(all.length / 4096) }, (_, i) => all.slice(i * 4096, (i + 1) * 4096));
const line = (): ReturnType<typeof observe> =>
  observe({ instruments, timeframesMs: [], features: set, barsFromTrades: [instrumentIndex(0)] });
const run = async (all: readonly Event[]): Promise<void> => {
  await drive(bursts(all), line(), () => undefined);
};
const stages: readonly (readonly [string, () => unknown])[] = [
  ["JSON.parse alone", () => texts.map((text): unknown => JSON.parse(text.slice(text.indexOf(" ") + 1)))],
  ["raw line → event", () => parseAll()],
  ["event → book, bars, features", () => run(events)],
  ["raw line → event → book → features", () => run(parseAll())],
];
console.log("\n| stage | messages/s, median | best | µs a message |\n|---|---|---|---|");
for (const [name, work] of stages) {
  const { median, min } = await timed(work);
  const rate = (seconds: number): string => `${(texts.length / seconds / 1000).toFixed(0)} k`;
  console.log(`| ${name} | ${rate(median)} | ${rate(min)} | ${((median * 1e6) / texts.length).toFixed(2)} |`);
}

/** Repeats of a turn beside the peers. */
const PEER_ROUNDS = 5;
const own = new BookSide(1, 0.1);
const ownAsks = new BookSide(-1, 0.1);
/** Applies the capture to our book; `depth` best levels of both sides are written behind each diff, which `read` may look at. */
const replay = (depth: number, read?: (diff: number) => void): void => {
  own.load(snapshot.bids);
  ownAsks.load(snapshot.asks);
  for (const [i, diff] of diffs.entries()) {
    own.apply(diff.bids);
    ownAsks.apply(diff.asks);
    if (depth > 0) {
      own.writeTop(top, 0, depth);
      ownAsks.writeTop(top, 20, depth);
    }
    read?.(i);
  }
};
const diffLines = texts.filter((text) => text.includes('"depthUpdate"'));
const ours = async (): Promise<BookResult> => {
  const works: readonly (readonly [string, BookRow["unit"], () => unknown])[] = [
    ["nothing read", "book", () => replay(0)],
    ["best bid and ask read a diff", "book", () => replay(1)],
    ["ten best levels of both sides written a diff", "book", () => replay(10)],
    ["raw line → event", "wire", () => parseAll(diffLines)],
  ];
  const rows: BookRow[] = [];
  for (const [what, unit, work] of works) {
    const { median, min } = await timed(work, PEER_ROUNDS);
    rows.push({ what, unit, bestSeconds: min, medianSeconds: median });
  }
  const tops = new Int32Array(4 * diffs.length);
  const ticks = (price: number): number => Math.round(price * 10);
  const lots = (qty: number): number => Math.round(qty * 1000);
  replay(1, (i) => {
    tops.set([ticks(top[0] as number), ticks(top[20] as number), lots(top[1] as number), lots(top[21] as number)], 4 * i);
  });
  const last = `${top[0]} × ${top[1]}, ${top[20]} × ${top[21]}`;
  return { peer: "Riposte", version: process.version, diffs: diffs.length, levels, topHash: hashOfTops(tops), top: last, rows };
};
const bad = await compareBooks(values.capture, PEER_ROUNDS, ours, { turns: Number(values.turns), install: values.install });
if (bad.length > 0) {
  console.error(`book: failed, or not the same book: ${bad.join(", ")}`);
  process.exitCode = 1;
}
