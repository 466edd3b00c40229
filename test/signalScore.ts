import follow from "../models/position/follow.ts";
import type { PatternModule } from "../models/pattern/patternModule.ts";
import type { RegimeModule } from "../models/regime/regimeModule.ts";
import type { SignalModule } from "../models/signal/signalModule.ts";
import { familiesNamed, featureSet } from "../operators/features/featureSet.ts";
import { FEATURE_FAMILIES } from "../operators/features/table.ts";
import { priceToTicks } from "../src/domain/instrument.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, klineBlock } from "../src/domain/kline.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { HOUR_MS, MINUTE_MS } from "../src/domain/units.ts";
import { drive } from "../src/engine/driver.ts";
import { labelOf } from "../src/lab/labels/tripleBarrier.ts";
import { perceive } from "../src/pipeline.ts";
import type { System } from "../src/pipeline.ts";
import type { Source } from "./replay.ts";

const MOST_BARS = 1_100_000;
const BRACKET = { stopFraction: 0.005, targetFraction: 0.015 };
const COST = 0.0012;

/** A decision bar's word and what a trade of its likelier side then did. */
interface Said {
  readonly confidence: number;
  readonly expectedNet: number;
  /** Net return of the label: next open, 1.5 % / −0.5 % / 60 minutes, less costs. */
  readonly net: number;
}

/** Runs L1, L2 and L3 of one instrument over a source and sets every word of L3 against the label of its side. */
export const saidAndDone = async (
  source: Source,
  instrument: Instrument,
  members: { readonly regime: RegimeModule; readonly pattern: PatternModule; readonly signal: SignalModule },
): Promise<Said[]> => {
  const { regime, pattern, signal } = members;
  const names = [...regime.features, ...pattern.features, ...(signal.features ?? [])];
  const features = featureSet(familiesNamed({ families: FEATURE_FAMILIES, events: [], timeframesMs: [] }, names, "test"));
  // `perceive` reads nothing else of the account's side of the system.
  const system = { instruments: [instrument], timeframesMs: [], features, ...members, position: follow({}) } as unknown as System;
  const block = klineBlock(instrument.index, MINUTE_MS, MOST_BARS);
  const words: { row: number; long: boolean; confidence: number; expectedNet: number }[] = [];
  await drive(source, perceive(system), (item) => {
    if (item.kind === Kind.bar && item.base) appendKline(block, item);
    if (item.kind !== Kind.signal || !item.ready) return;
    const long = item.pLong > item.pShort;
    words.push({ row: block.length - 1, long, confidence: item.confidence, expectedNet: long ? item.netLong : item.netShort });
  });
  return judged(block, instrument, words);
};

const judged = (
  block: KlineBlock,
  instrument: Instrument,
  words: readonly { row: number; long: boolean; confidence: number; expectedNet: number }[],
): Said[] => {
  const ticks = (prices: Float64Array): Float64Array => prices.subarray(0, block.length).map((price) => priceToTicks(instrument, price));
  const bars = { ...block, open: ticks(block.open), high: ticks(block.high), low: ticks(block.low) };
  return words.flatMap(({ row, long, confidence, expectedNet }) => {
    if (row + 1 === bars.length) return [];
    const label = labelOf(bars, row + 1, long ? 1 : -1, { bracket: BRACKET, horizonMs: HOUR_MS });
    return label === null ? [] : [{ confidence, expectedNet, net: label.return - COST }];
  });
};

/** How well confidence is meant: log-loss beside that of the share of profits in hindsight, and by tenth of the confidence. */
export const confidenceScore = (said: readonly Said[]) => {
  const bins = Array.from({ length: 20 }, () => ({ n: 0, predicted: 0, observed: 0 }));
  let [loss, wins, net, expectedNet] = [0, 0, 0, 0];
  for (const word of said) {
    const won = word.net > 0 ? 1 : 0;
    loss -= Math.log(won === 1 ? word.confidence : 1 - word.confidence);
    wins += won;
    net += word.net;
    expectedNet += word.expectedNet;
    const bin = bins[Math.min(19, Math.floor(word.confidence * 20))] as (typeof bins)[number];
    bin.n += 1;
    bin.predicted += word.confidence;
    bin.observed += won;
  }
  const n = said.length;
  const share = wins / n;
  return {
    bars: n,
    logLoss: loss / n,
    marginalLogLoss: -(share * Math.log(share) + (1 - share) * Math.log(1 - share)),
    share,
    net: net / n,
    expectedNet: expectedNet / n,
    calibration: bins
      .filter(({ n: count }) => count > 0)
      .map((bin) => ({ n: bin.n, predicted: bin.predicted / bin.n, observed: bin.observed / bin.n })),
  };
};
