import type { OperatorFunction } from "rxjs";
import type { Signal } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import type { InstrumentIndex } from "../src/domain/units.ts";
import type { SignalModule, SignalOutput } from "../models/signal/signalModule.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** The pooled signal of one instrument: the module fills it in place at every decision bar. */
class PooledSignal implements Signal, SignalOutput {
  readonly kind = Kind.signal;
  readonly instrument: InstrumentIndex;
  seq = -1;
  knownAtMs = 0.5;
  ready = false;
  // Fractional so that V8 keeps these fields as doubles from the start.
  pLong = 0.5;
  pShort = 0.5;
  pNeutral = 0.5;
  netLong = NaN;
  netShort = NaN;

  constructor(instrument: InstrumentIndex) {
    this.instrument = instrument;
  }

  neutral(): void {
    this.pLong = 0;
    this.pShort = 0;
    this.pNeutral = 1;
    this.netLong = NaN;
    this.netShort = NaN;
  }
}

interface Member {
  readonly instrument: Instrument;
  readonly signal: PooledSignal;
  state: unknown;
  barsSeen: number;
}

export interface SignalState {
  readonly module: SignalModule;
  readonly members: readonly Member[];
}

export const signalState = (instruments: readonly Instrument[], module: SignalModule): SignalState => ({
  module,
  members: instruments.map((instrument) => ({
    instrument,
    signal: new PooledSignal(instrument.index),
    state: module.init(instrument),
    barsSeen: 0,
  })),
});

/** Every decision bar yields exactly one signal; one that is not warm yet is NEUTRAL with `ready` false. */
const barStep = ({ module, members }: SignalState, bar: Bar, emit: Emit): void => {
  const member = members[bar.instrument] as Member;
  if (!bar.base) {
    module.longerBar?.(member.state, bar);
    return;
  }
  const { signal } = member;
  signal.neutral();
  module.decide(member.state, bar, signal);
  member.barsSeen += 1;
  signal.seq = bar.seq;
  signal.knownAtMs = bar.knownAtMs;
  signal.ready = member.barsSeen > module.warmUpBars;
  if (signal.ready) requireProbabilities(module.name, signal);
  else signal.neutral();
  emit(signal);
};

/** Written so that NaN fails, and what is no number at all (modules come without type checks). NaN net returns are allowed. */
const requireProbabilities = (name: string, signal: SignalOutput): void => {
  const { pLong, pShort, pNeutral, netLong, netShort } = signal;
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

const HANDLERS: StepHandlers<SignalState> = { [Kind.bar]: barStep, [Kind.gap]: gapStep };

/** L3: one LONG | SHORT | NEUTRAL signal per decision bar, from a rule, a user's module or (later) an ensemble. */
export const signal = (instruments: readonly Instrument[], module: SignalModule): OperatorFunction<Item, Item> =>
  stepOperator("signal", () => signalState(instruments, module), HANDLERS, { emits: [Kind.signal] });
