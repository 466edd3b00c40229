import type { PositionState, Signal } from "../../../domain/derived.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import type { BarView } from "../../../domain/kline.ts";
import type { PositionView, Proposals } from "../../../../models/position/positionModule.ts";
import type { Seen, SeenPattern, SeenRegime } from "../../../../models/seen.ts";
import type { SignalOutput } from "../../../../models/signal/signalModule.ts";
import type { FeatureBar } from "../../../../operators/features/featureBar.ts";
import { strictly } from "./strictClass.ts";

/** Every name of a type, by what it is: does not compile when one is missing. */
type Shape<T> = { readonly [K in keyof T]-?: T[K] extends (...args: never) => unknown ? "function" : "value" };

const shown = <T>(what: string, shape: Shape<T>): { readonly what: string; readonly names: string[]; readonly functions: string[] } => {
  const namesOf = (kind: "function" | "value"): string[] => Object.entries(shape).flatMap(([name, is]) => (is === kind ? [name] : []));
  return { what, names: namesOf("value"), functions: namesOf("function") };
};

/** A bar without its block, whose next rows are the future. */
export const strictBar = strictly<BarView>(
  shown<BarView>("bar", {
    openTimeMs: "value",
    open: "value",
    high: "value",
    low: "value",
    close: "value",
    volume: "value",
    quoteVolume: "value",
    trades: "value",
    takerBuyVolume: "value",
    takerBuyQuoteVolume: "value",
    instrument: "value",
    timeframeMs: "value",
    seq: "value",
    knownAtMs: "value",
    base: "value",
    baseBars: "value",
  }),
);

export const strictInstrument = strictly<Instrument>(
  shown<Instrument>("instrument", {
    index: "value",
    symbol: "value",
    tickSize: "value",
    lotSize: "value",
    minQtyLots: "value",
    maxQtyLots: "value",
    maxMarketQtyLots: "value",
    minPriceTicks: "value",
    maxPriceTicks: "value",
    minNotionalUsdt: "value",
    percentPriceUp: "value",
    percentPriceDown: "value",
    makerFeeRate: "value",
    takerFeeRate: "value",
    liquidationFeeRate: "value",
    fundingIntervalHours: "value",
    brackets: "value",
    source: "value",
    seen: "value",
  }),
);

const strictRegime = strictly<SeenRegime>(shown<SeenRegime>("regime", { ready: "value", probabilities: "value" }));
const strictPattern = strictly<SeenPattern>(
  shown<SeenPattern>("pattern", { ready: "value", pUp: "value", pDown: "value", embedding: "value" }),
);

const SEEN: Shape<Seen> = { x: "value", known: "value", regime: "value", pattern: "value" };
const SEEN_NESTED = { regime: strictRegime, pattern: strictPattern };
export const strictSeen = strictly<Seen>({ ...shown<Seen>("seen", SEEN), nested: SEEN_NESTED });

const SAID: Shape<SignalOutput> = {
  pLong: "value",
  pShort: "value",
  pNeutral: "value",
  netLong: "value",
  netShort: "value",
  confidence: "value",
};
export const strictOutput = strictly<SignalOutput>({ ...shown<SignalOutput>("out", SAID), written: true });
const strictSignal = strictly<Signal>(
  shown<Signal>("signal", {
    ...{ ...SAID, ready: "value", reason: "value", member: "value", fallback: "value" },
    ...{ kind: "value", seq: "value", instrument: "value", knownAtMs: "value" },
  }),
);

const strictPosition = strictly<PositionState>(
  shown<PositionState>("position", {
    instrument: "value",
    positionLots: "value",
    costTickLots: "value",
    averageTicks: "value",
    markPrice: "value",
    unrealisedUsdt: "value",
    notionalUsdt: "value",
    openedAtMs: "value",
    planId: "value",
  }),
);

export const strictView = strictly<PositionView>({
  ...shown<PositionView>("view", {
    ...SEEN,
    instrument: "value",
    bar: "value",
    signal: "value",
    position: "value",
    equityUsdt: "value",
    dayLossLeft: "value",
    entryPending: "value",
    exitPending: "value",
    stopTicks: "value",
    maxQtyLots: "function",
  }),
  nested: { ...SEEN_NESTED, instrument: strictInstrument, bar: strictBar, signal: strictSignal, position: strictPosition },
});

export const strictProposals = strictly<Proposals>(
  shown<Proposals>("propose", {
    enter: "function",
    scaleIn: "function",
    reduce: "function",
    exit: "function",
    moveStop: "function",
    wait: "function",
  }),
);

export const strictFeatureBar = strictly<FeatureBar>(
  shown<Omit<FeatureBar, "reset" | "take">>("bar", {
    openTimeMs: "value",
    closeMs: "value",
    open: "value",
    high: "value",
    low: "value",
    close: "value",
    previousClose: "value",
    logReturn: "value",
    typical: "value",
    volume: "value",
    quoteVolume: "value",
    trades: "value",
    takerBuyVolume: "value",
    takerBuyQuoteVolume: "value",
    volatilityUnit: "value",
    volumeBaseline: "value",
    tradesBaseline: "value",
  }),
);
