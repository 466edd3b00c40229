import type { OperatorFunction } from "rxjs";
import { REGIME_STATES } from "../../src/domain/derived.ts";
import type { BeliefLayer } from "../../models/serving.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Emit, Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Bar } from "../../src/domain/kline.ts";
import { formatUtc } from "../../src/domain/time.ts";
import { UserError } from "../../src/domain/units.ts";
import type { StepHandlers } from "../stepOperator.ts";
import { stepOperator } from "../stepOperator.ts";
import { failureOf } from "../layer/failureOf.ts";
import { PooledSignal } from "../pooledSignal.ts";
import type { BeliefRows } from "./beliefRows.ts";
import { FLAGS, HEAD, READY, SIGNAL } from "./beliefRows.ts";
import type { RowSaid, SaidBelief } from "./saidTable.ts";

/** Stored rows in memory, in line order. Before each burst the caller of the line fetches as many as the burst may need. */
export interface BeliefSource {
  /** How messages name it. */
  readonly name: string;
  /** The block that the row of the last `advance` is in. */
  readonly block: BeliefRows;
  /** Who spoke, at the places that the rows' heads name. */
  readonly said: readonly RowSaid[];
  /** Goes to the next row and returns its place in `block`; −1 when there is none. */
  advance(): number;
}

/** What stands beside the numbers of a belief; an inference that failed is told again, before it. */
const spokenOf = (said: RowSaid, layer: BeliefLayer, bar: Bar, emit: Emit): Omit<SaidBelief, "failure"> => {
  const { member, reason, fallback, failure } = said[layer] as SaidBelief;
  if (failure !== null) emit(failureOf(layer, bar, bar.openTimeMs, failure));
  return { member, reason, fallback };
};

const takeSignal = (signal: PooledSignal, bar: Bar, spoken: Omit<SaidBelief, "failure">, values: Float64Array, row: number): void => {
  signal.seq = bar.seq;
  signal.knownAtMs = bar.knownAtMs;
  signal.reason = spoken.reason;
  signal.member = spoken.member;
  signal.fallback = spoken.fallback;
  signal.take(values, row * SIGNAL);
};

interface Believer {
  readonly source: BeliefSource;
  readonly signals: readonly PooledSignal[];
}

const barStep = ({ source, signals }: Believer, bar: Bar, emit: Emit): void => {
  if (!bar.base) return;
  const row = source.advance();
  const { block } = source;
  const { seq, instrument, knownAtMs } = bar;
  if (row < 0) throw otherData(source, bar, "they end before it");
  const code = block.head[row * HEAD + 1] as number;
  const flags = code % FLAGS;
  if (block.head[row * HEAD] !== knownAtMs || code - flags !== instrument * FLAGS)
    throw otherData(source, bar, `their next row is of the bar of ${formatUtc(block.head[row * HEAD] as number)}`);
  const said = source.said[block.head[row * HEAD + 2] as number] as RowSaid;
  const isReady = (layer: BeliefLayer): boolean => (flags & READY[layer]) !== 0;
  const { regime, pattern, features } = block.widths;
  if (features > 0)
    emit({ kind: Kind.featureRow, seq, instrument, knownAtMs, barTimeMs: bar.openTimeMs, values: block.features, row, features });
  if (regime === REGIME_STATES.length) {
    const spoken = { ready: isReady("regime"), ...spokenOf(said, "regime", bar, emit) };
    emit({ kind: Kind.regime, seq, instrument, knownAtMs, ...spoken, values: block.regime, row });
  }
  if (pattern > 0) {
    const spoken = { ready: isReady("pattern"), ...spokenOf(said, "pattern", bar, emit) };
    emit({ kind: Kind.pattern, seq, instrument, knownAtMs, ...spoken, values: block.pattern, row, width: pattern });
  }
  const signal = signals[instrument] as PooledSignal;
  takeSignal(signal, bar, spokenOf(said, "signal", bar, emit), block.signal, row);
  signal.ready = isReady("signal");
  emit(signal);
};

const otherData = ({ name }: BeliefSource, bar: Bar, why: string): UserError =>
  new UserError(
    `beliefs ${name} are of other data: at the bar that closed at ${formatUtc(bar.knownAtMs)} ${why}; delete the file to make it anew, or name another with --beliefs`,
  );

const HANDLERS: StepHandlers<Believer> = { [Kind.bar]: barStep };

/**
 * Stands where `perceive` would be, behind `bars`: puts what an earlier run believed (features that L4 reads, regime, pattern, signal),
 * who said it, and which inferences failed, right behind each decision bar, bit for bit. Feature rows hold the stored columns only. Throws a `UserError` when the next row is not
 * of the decision bar.
 */
export const believed = (instruments: readonly Instrument[], source: BeliefSource): OperatorFunction<Item, Item> =>
  stepOperator("believed", () => ({ source, signals: instruments.map(({ index }) => new PooledSignal(index)) }), HANDLERS, {
    emits: [Kind.featureRow, Kind.regime, Kind.pattern, Kind.signal, Kind.inferenceFailure],
  });
