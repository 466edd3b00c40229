import type { OperatorFunction } from "rxjs";
import type { FeatureRow, Pattern, Regime } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { Bar } from "../src/domain/kline.ts";
import type { InstrumentIndex } from "../src/domain/units.ts";
import { UserError } from "../src/domain/units.ts";
import type { SignalModule, SignalOutput } from "../models/signal/signalModule.ts";
import type { Layers } from "./layers.ts";
import { seenRows } from "./layers.ts";
import { PooledSignal } from "./pooledSignal.ts";
import type { SeenRow } from "./seenRow.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

interface Member {
  readonly instrument: Instrument;
  readonly signal: PooledSignal;
  readonly seen: SeenRow;
  state: unknown;
  barsSeen: number;
  /** The decision bar, while its beliefs are on their way. */
  block: KlineBlock | null;
  row: number;
}

/** The last item that belongs to a decision bar before its signal. */
type Trigger = typeof Kind.bar | typeof Kind.featureRow | typeof Kind.regime | typeof Kind.pattern;

interface SignalState {
  readonly module: SignalModule;
  readonly members: readonly Member[];
  readonly trigger: Trigger;
  readonly needsRegime: boolean;
  readonly needsPattern: boolean;
}

export const signalState = (layers: Layers, module: SignalModule): SignalState => {
  const who = `signal module ${module.name}`;
  const { features = [], layers: needed = [] } = module;
  const missing = needed.find((layer) => (layer === "regime" ? !layers.regime : layers.embedding === null));
  if (missing !== undefined) throw new UserError(`${who} needs the ${missing} layer: name a module for ${missing}.module`);
  const seen = seenRows(layers, features, who);
  return {
    module,
    members: layers.instruments.map((instrument, index) => ({
      instrument,
      signal: new PooledSignal(instrument.index),
      seen: seen[index] as SeenRow,
      state: module.init(instrument),
      barsSeen: 0,
      block: null,
      row: 0,
    })),
    trigger: triggerOf(layers),
    needsRegime: needed.includes("regime"),
    needsPattern: needed.includes("pattern"),
  };
};

const triggerOf = ({ set, regime, embedding }: Layers): Trigger =>
  embedding !== null ? Kind.pattern : regime ? Kind.regime : set !== null ? Kind.featureRow : Kind.bar;

const barStep = (state: SignalState, bar: Bar, emit: Emit): void => {
  const member = state.members[bar.instrument] as Member;
  if (!bar.base) state.module.longerBar?.(member.state, bar);
  else if (state.trigger === Kind.bar) decide(state, member, bar, emit);
  else {
    if (member.block !== bar.block) member.block = bar.block;
    member.row = bar.row;
  }
};

const rowStep = (state: SignalState, row: FeatureRow, emit: Emit): void => {
  const member = state.members[row.instrument] as Member;
  member.seen.takeRow(row);
  if (state.trigger === Kind.featureRow) behind(state, member, row.seq, emit);
};

const regimeStep = (state: SignalState, regime: Regime, emit: Emit): void => {
  const member = state.members[regime.instrument] as Member;
  member.seen.takeRegime(regime);
  if (state.trigger === Kind.regime) behind(state, member, regime.seq, emit);
};

const patternStep = (state: SignalState, pattern: Pattern, emit: Emit): void => {
  const member = state.members[pattern.instrument] as Member;
  member.seen.takePattern(pattern);
  behind(state, member, pattern.seq, emit);
};

const behind = (state: SignalState, member: Member, seq: number, emit: Emit): void => {
  decide(state, member, new Bar(member.block as KlineBlock, member.row, seq, true, 1), emit);
};

/** Every decision bar yields exactly one signal; one that is not warm yet is NEUTRAL with `ready` false. */
const decide = ({ module, needsRegime, needsPattern }: SignalState, member: Member, bar: Bar, emit: Emit): void => {
  const { signal, seen } = member;
  signal.neutral();
  module.decide(member.state, bar, signal, seen);
  member.barsSeen += 1;
  signal.seq = bar.seq;
  signal.knownAtMs = bar.knownAtMs;
  signal.ready =
    member.barsSeen > module.warmUpBars && seen.known && (!needsRegime || seen.regime.ready) && (!needsPattern || seen.pattern.ready);
  if (signal.ready) requireProbabilities(module.name, signal);
  else signal.neutral();
  emit(signal);
};

/** Written so that NaN fails, and what is no number at all (modules come without type checks). NaN net returns are allowed. */
const requireProbabilities = (name: string, signal: SignalOutput): void => {
  const { pLong, pShort, pNeutral, netLong, netShort, confidence } = signal;
  if (!(confidence !== confidence || (confidence >= 0 && confidence <= 1)) || typeof confidence !== "number")
    throw new Error(`signal module "${name}" returned confidence=${confidence}: it must be a probability, or NaN for none`);
  if (typeof netLong !== "number" || typeof netShort !== "number" || Math.abs(netLong) === Infinity || Math.abs(netShort) === Infinity)
    throw notNet(name, signal);
  const sum = pLong + pShort + pNeutral;
  const numbers = typeof pLong === "number" && typeof pShort === "number" && typeof pNeutral === "number";
  if (!(numbers && pLong >= 0 && pShort >= 0 && pNeutral >= 0 && sum > 1 - 1e-6 && sum < 1 + 1e-6)) throw notProbabilities(name, signal);
};

const notNet = (name: string, { netLong, netShort }: SignalOutput): Error =>
  new Error(`signal module "${name}" returned netLong=${netLong} netShort=${netShort}: each must be a finite number, or NaN for none`);

const notProbabilities = (name: string, { pLong, pShort, pNeutral }: SignalOutput): Error =>
  new Error(
    `signal module "${name}" returned pLong=${pLong} pShort=${pShort} pNeutral=${pNeutral}: each must be ≥ 0 and they must sum to 1`,
  );

const gapStep = ({ module, members }: SignalState, gap: { readonly instrument: InstrumentIndex }): void => {
  if (module.onGap === "keep") return;
  const member = members[gap.instrument] as Member;
  member.state = module.init(member.instrument);
  member.barsSeen = 0;
};

const HANDLERS: StepHandlers<SignalState> = {
  [Kind.bar]: barStep,
  [Kind.featureRow]: rowStep,
  [Kind.regime]: regimeStep,
  [Kind.pattern]: patternStep,
  [Kind.gap]: gapStep,
};

/** L3: one LONG | SHORT | NEUTRAL signal per decision bar, from a rule, a user's module or (later) an ensemble, behind the beliefs before it. */
export const signal = (layers: Layers, module: SignalModule): OperatorFunction<Item, Item> =>
  stepOperator("signal", () => signalState(layers, module), HANDLERS, { emits: [Kind.signal] });
