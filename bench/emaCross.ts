/**
 * The reference workload on the full line: continuity, bars, signal, simulated venue, account, position, gate, execute
 * and decision hash, from columns in memory. usage: node --import ./bin/loader.mjs bench/emaCross.ts DATA.f64 [repeats]
 * DATA.f64: float64 columns openTime, open, high, low, close, volume back to back. Prints one JSON line.
 */
import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import emaCross from "../examples/emaCross.ts";
import follow from "../models/position/follow.ts";
import type { StepHandlers } from "../operators/stepOperator.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { ticksToPrice } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { klinesOf } from "../src/domain/kline.ts";
import type { Ticks } from "../src/domain/units.ts";
import { instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import { DecisionHash, hashDecisions } from "../src/engine/decisionHash.ts";
import { drive } from "../src/engine/driver.ts";
import { backtestLine, BARS_ONLY } from "../src/pipeline.ts";
import { NO_LIMITS } from "../src/risk/limits.ts";
import { DEFAULT_VENUE } from "../src/venues/simulated/options.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import type { Entry } from "./peers/resultLine.ts";
import { peakRssMb, readColumns, tradeHash } from "./peers/resultLine.ts";

const BURST = 4096;
const file = process.argv[2];
if (file === undefined) throw new Error("usage: node --import ./bin/loader.mjs bench/emaCross.ts DATA.f64 [repeats]");
const repeats = Number(process.argv[3] ?? 21);

const columns = readColumns(file);
const bars = columns.time.length;

const instrument: Instrument = {
  index: instrumentIndex(0),
  symbol: "BTCUSDT",
  source: "standIn",
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
      openTimeMs: columns.time.subarray(from, to),
      open: columns.open.subarray(from, to),
      high: columns.high.subarray(from, to),
      low: columns.low.subarray(from, to),
      close: columns.close.subarray(from, to),
      volume: columns.volume.subarray(from, to),
      quoteVolume: none,
      trades: none,
      takerBuyVolume: none,
      takerBuyQuoteVolume: none,
    };
    yield klinesOf(block);
  }
}

/** Entries as columns: fills kept as objects would be copied by the garbage collector in the middle of the replay. */
interface Recorded {
  readonly timeMs: Float64Array;
  readonly side: Int8Array;
  readonly priceTicks: Int32Array;
  entries: number;
  equity: number;
}

const RECORD: StepHandlers<Recorded> = {
  [Kind.fill]: (to, fill) => {
    if (fill.reduceOnly) return;
    to.timeMs[to.entries] = fill.eventTimeMs;
    to.side[to.entries] = fill.side === "buy" ? 1 : -1;
    to.priceTicks[to.entries] = fill.priceTicks;
    to.entries += 1;
  },
  [Kind.accountState]: (to, account) => {
    to.equity = account.equityUsdt;
  },
};
const recordTo = (record: Recorded): OperatorFunction<Item, Item> => stepOperator("record", () => record, RECORD, { passing: "none" });

const replay = async (): Promise<{ readonly seconds: number; readonly decisions: string } & Recorded> => {
  const { venue, fills: venueFills } = simulatedVenue([instrument], {
    ...DEFAULT_VENUE,
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
      ...BARS_ONLY,
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
  const record: Recorded = {
    timeMs: new Float64Array(bars),
    side: new Int8Array(bars),
    priceTicks: new Int32Array(bars),
    entries: 0,
    equity: NaN,
  };
  const startedAt = performance.now();
  await drive(bursts(), pipe(line, hashDecisions(hash, -Infinity), recordTo(record)), () => undefined);
  const decisions = hash.digest();
  return { seconds: (performance.now() - startedAt) / 1000, decisions, ...record };
};

const entriesOf = ({ timeMs, side, priceTicks, entries }: Recorded): Entry[] =>
  Array.from({ length: entries }, (_, i): Entry => [
    timeMs[i] as number,
    side[i] as number,
    ticksToPrice(instrument, priceTicks[i] as Ticks),
  ]);

const first = await replay();
const seconds: number[] = [];
let last = first;
for (let i = 1; i < repeats; i += 1) {
  last = await replay();
  seconds.push(last.seconds);
  if (last.decisions !== first.decisions) throw new Error("two replays of the same data decided differently");
}
const entries = entriesOf(last);
const median = [...seconds].sort((a, b) => a - b)[seconds.length >> 1] ?? first.seconds;
console.log(
  JSON.stringify({
    peer: "riposte",
    version: process.version,
    bars,
    replaySeconds: median,
    firstReplaySeconds: first.seconds,
    repeats: repeats - 1,
    entries: entries.length,
    tradeHash: tradeHash(entries),
    equity: last.equity,
    peakRssMb: peakRssMb(),
    decisionsSha256: last.decisions,
  }),
);
