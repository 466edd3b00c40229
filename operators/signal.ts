import type { OperatorFunction } from "rxjs";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { UserError } from "../src/domain/units.ts";
import type { SignalModule, SignalOutput } from "../models/signal/signalModule.ts";
import type { WindowMember } from "../models/windowMember.ts";
import { isWindowMember } from "../models/windowMember.ts";
import { beliefLayer } from "./layer/beliefLayer.ts";
import type { LayerKind, Trigger } from "./layer/layerKind.ts";
import { UNREADY } from "./layer/notReady.ts";
import type { Layers } from "./layers.ts";
import { PooledSignal } from "./pooledSignal.ts";
import type { SeenRow } from "./seenRow.ts";

/** pLong, pShort, pNeutral, netLong, netShort, confidence. */
const SIGNAL_NUMBERS = 6;

/** A step member of one instrument, with what it fills at every bar. */
interface SignalState {
  readonly own: unknown;
  readonly output: SignalOutput;
  readonly needsRegime: boolean;
  readonly needsPattern: boolean;
  barsSeen: number;
}

const initialState = (module: SignalModule, instrument: Instrument): SignalState => ({
  own: module.init(instrument),
  // Fractional so that V8 keeps these fields as doubles from the start.
  output: { pLong: 0.5, pShort: 0.5, pNeutral: 0.5, netLong: NaN, netShort: NaN, confidence: NaN },
  needsRegime: module.layers?.includes("regime") ?? false,
  needsPattern: module.layers?.includes("pattern") ?? false,
  barsSeen: 0,
});

const neutral = (output: SignalOutput): void => {
  output.pLong = 0;
  output.pShort = 0;
  output.pNeutral = 1;
  output.netLong = NaN;
  output.netShort = NaN;
  output.confidence = NaN;
};

const whyNot = ({ barsSeen, needsRegime, needsPattern }: SignalState, { warmUpBars }: SignalModule, seen: SeenRow): string => {
  if (barsSeen <= warmUpBars) return UNREADY.warmUp;
  if (!seen.known) return UNREADY.feature;
  if (needsRegime && !seen.regime.ready) return UNREADY.regime;
  return needsPattern && !seen.pattern.ready ? UNREADY.pattern : "";
};

const SIGNAL: LayerKind<SignalModule, PooledSignal> = {
  layer: "signal",
  emits: Kind.signal,
  numbers: SIGNAL_NUMBERS,
  init: initialState,
  longerBar: (module, state, bar) => {
    module.longerBar?.((state as SignalState).own, bar);
  },
  decide: (module, kept, bar, seen, out) => {
    const state = kept as SignalState;
    const { output } = state;
    neutral(output);
    module.decide(state.own, bar, output, seen);
    state.barsSeen += 1;
    const reason = whyNot(state, module, seen);
    if (reason !== "") return reason;
    requireProbabilities(module.name, output);
    out[0] = output.pLong;
    out[1] = output.pShort;
    out[2] = output.pNeutral;
    out[3] = output.netLong;
    out[4] = output.netShort;
    out[5] = output.confidence;
    return "";
  },
  flaw: (numbers, at) => {
    const [pLong, pShort, pNeutral, netLong, netShort, confidence] = numbers.subarray(at, at + SIGNAL_NUMBERS) as unknown as SixNumbers;
    const sum = pLong + pShort + pNeutral;
    if (!(sum - sum === 0) || Math.abs(netLong) === Infinity || Math.abs(netShort) === Infinity) return "notFinite";
    return areProbabilities(pLong, pShort, pNeutral) && isConfidence(confidence) ? null : "invalid";
  },
  silence: (numbers) => {
    numbers.fill(NaN);
    numbers[0] = 0;
    numbers[1] = 0;
    numbers[2] = 1;
  },
  voice: ({ index }) => new PooledSignal(index),
  say: (signal, { seq, knownAtMs }, numbers, at, { member, reason, fallback }, emit) => {
    signal.seq = seq;
    signal.knownAtMs = knownAtMs;
    signal.ready = reason === "";
    signal.reason = reason;
    signal.member = member;
    signal.fallback = fallback;
    signal.take(numbers, at);
    emit(signal);
  },
};

type SixNumbers = readonly [number, number, number, number, number, number];

/** Written so that NaN fails. */
const areProbabilities = (long: number, short: number, neither: number): boolean => {
  const sum = long + short + neither;
  return long >= 0 && short >= 0 && neither >= 0 && sum > 1 - 1e-6 && sum < 1 + 1e-6;
};
const isConfidence = (p: number): boolean => p !== p || (p >= 0 && p <= 1);

/** Modules come without type checks: what is no number at all fails too. NaN net returns are allowed. */
const requireProbabilities = (name: string, { pLong, pShort, pNeutral, netLong, netShort, confidence }: SignalOutput): void => {
  const who = `signal module "${name}" returned`;
  if (typeof confidence !== "number" || !isConfidence(confidence))
    throw new Error(`${who} confidence=${String(confidence)}: it must be a probability, or NaN for none`);
  if (typeof netLong !== "number" || typeof netShort !== "number" || Math.abs(netLong) === Infinity || Math.abs(netShort) === Infinity)
    throw new Error(`${who} netLong=${String(netLong)} netShort=${String(netShort)}: each must be a finite number, or NaN for none`);
  const numbers = typeof pLong === "number" && typeof pShort === "number" && typeof pNeutral === "number";
  if (!(numbers && areProbabilities(pLong, pShort, pNeutral)))
    throw new Error(
      `${who} pLong=${String(pLong)} pShort=${String(pShort)} pNeutral=${String(pNeutral)}: each must be ≥ 0 and they must sum to 1`,
    );
};

/**
 * L3: one LONG | SHORT | NEUTRAL signal per decision bar behind the beliefs before it, from a rule, a user's module or a trained model. A
 * signal that is not ready is NEUTRAL.
 */
export const signal = (
  layers: Layers,
  rule: SignalModule,
  others: readonly (SignalModule | WindowMember)[] = [],
): OperatorFunction<Item, Item> => {
  for (const member of [rule, ...others]) if (!isWindowMember(member)) requireLayers(layers, member);
  return beliefLayer(SIGNAL, triggerOf(layers), layers, [rule, ...others]);
};

const requireLayers = ({ regime, embedding }: Layers, { name, layers = [] }: SignalModule): void => {
  const missing = layers.find((layer) => (layer === "regime" ? !regime : embedding === null));
  if (missing !== undefined) throw new UserError(`signal module ${name} needs the ${missing} layer: name a module for ${missing}.module`);
};

const triggerOf = ({ set, regime, embedding }: Layers): Trigger =>
  embedding !== null ? Kind.pattern : regime ? Kind.regime : set !== null ? Kind.featureRow : Kind.bar;
