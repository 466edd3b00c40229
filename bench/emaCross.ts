/**
 * The reference workload on the full line: continuity, bars, signal, simulated venue, account, position, gate, execute
 * and decision hash, from columns in memory. usage: node --import tsx bench/emaCross.ts DATA.f64 [repeats]
 * DATA.f64: float64 columns openTime, open, high, low, close, volume back to back. Prints one JSON line.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pipe } from "rxjs";
import emaCross from "../examples/emaCross.ts";
import follow from "../models/position/follow.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event, Fill } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { ticksToPrice } from "../src/domain/instrument.ts";
import { Kind } from "../src/domain/kind.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { klinesOf } from "../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { DecisionHash, hashDecisions } from "../src/engine/decisionHash.ts";
import { drive } from "../src/engine/driver.ts";
import { backtestLine } from "../src/pipeline.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";

const BURST = 4096;
const file = process.argv[2];
if (file === undefined) throw new Error("usage: node --import tsx bench/emaCross.ts DATA.f64 [repeats]");
const repeats = Number(process.argv[3] ?? 7);

const bytes = readFileSync(file);
const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
const bars = all.length / 6;
const column = (k: number, from: number, to: number): Float64Array => all.subarray(k * bars + from, k * bars + to);

const instrument: Instrument = {
  index: instrumentIndex(0),
  symbol: "BTCUSDT",
  tickSize: 0.01,
  lotSize: 0.00001,
  minQtyLots: 1,
  maxQtyLots: 1e9,
  maxMarketQtyLots: 1e9,
  minPriceTicks: 1,
  maxPriceTicks: 1e9,
  minNotionalUsdt: 5,
  percentPriceUp: 0,
  percentPriceDown: 0,
  makerFeeRate: 0.0004,
  takerFeeRate: 0.0004,
  liquidationFeeRate: 0.0125,
  fundingIntervalHours: 8,
  brackets: [{ notionalFloorUsdt: 0, notionalCapUsdt: 1e12, maintenanceMarginRate: 0.004, maintenanceAmountUsdt: 0, maxLeverage: 125 }],
};

/** Event construction is part of the replay: bursts are made as the driver asks for them. */
function* bursts(): Generator<readonly Event[]> {
  const none = new Float64Array(BURST);
  for (let from = 0; from < bars; from += BURST) {
    const to = Math.min(from + BURST, bars);
    const block: KlineBlock = {
      instrument: instrument.index,
      intervalMs: MINUTE_MS,
      receiveDelayMs: 0,
      length: to - from,
      openTimeMs: column(0, from, to),
      open: column(1, from, to),
      high: column(2, from, to),
      low: column(3, from, to),
      close: column(4, from, to),
      volume: column(5, from, to),
      quoteVolume: none,
      trades: none,
      takerBuyVolume: none,
      takerBuyQuoteVolume: none,
    };
    yield klinesOf(block);
  }
}

const replay = async (): Promise<{ seconds: number; fills: Fill[]; decisions: string; equity: number }> => {
  const { venue, fills: venueFills } = simulatedVenue([instrument], {
    startUsdt: 10_000,
    slippageFraction: 0,
    latencyMs: 0,
    maxVolumeShare: null,
    funding: false,
    filters: "tickAndLot",
    margin: false,
    makerFeeRate: null,
    takerFeeRate: null,
  });
  const line = backtestLine(
    {
      instruments: [instrument],
      timeframesMs: [],
      signal: emaCross({}),
      position: follow({ qty: 0.01 }),
      limits: NO_LIMITS,
      venue,
      startUsdt: 10_000,
      tradeFromMs: -Infinity,
    },
    venueFills,
  );
  const hash = new DecisionHash();
  const fills: Fill[] = [];
  let equity = NaN;
  const record = stepOperator("record", () => null, {
    [Kind.fill]: (_, fill) => {
      fills.push(fill);
    },
    [Kind.accountState]: (_, account) => {
      equity = account.equityUsdt;
    },
  });
  const startedAt = performance.now();
  await drive(bursts(), pipe(line, hashDecisions(hash, -Infinity), record), () => undefined);
  const decisions = hash.digest();
  return { seconds: (performance.now() - startedAt) / 1000, fills, decisions, equity };
};

const entryHash = (fills: readonly Fill[]): { entries: number; hash: string } => {
  const hash = createHash("sha256");
  let entries = 0;
  for (const fill of fills) {
    if (fill.reduceOnly) continue;
    entries += 1;
    hash.update(`${fill.eventTimeMs},${fill.side === "buy" ? 1 : -1},${ticksToPrice(instrument, fill.priceTicks).toFixed(2)}\n`);
  }
  return { entries, hash: hash.digest("hex").slice(0, 16) };
};

const seconds: number[] = [];
let last: Awaited<ReturnType<typeof replay>> | undefined;
for (let i = 0; i < repeats; i += 1) {
  last = await replay();
  seconds.push(last.seconds);
  if (process.env['VERBOSE']) console.error(last.seconds.toFixed(3), (last.seconds/bars*1e9).toFixed(0)+' ns/bar');
}
const run = last as Awaited<ReturnType<typeof replay>>;
const { entries, hash } = entryHash(run.fills);
const median = [...seconds].sort((a, b) => a - b)[seconds.length >> 1] as number;
console.log(
  JSON.stringify({
    peer: "riposte",
    version: process.version,
    bars,
    replaySeconds: median,
    firstSeconds: seconds[0],
    barsPerSecond: Math.round(bars / median),
    entries,
    tradeHash: hash,
    equity: run.equity,
    decisionsSha256: run.decisions,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
