import type { OperatorFunction } from "rxjs";
import { REGIME_STATES } from "../../src/domain/derived.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Emit, Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Bar } from "../../src/domain/kline.ts";
import { formatUtc } from "../../src/domain/time.ts";
import { UserError } from "../../src/domain/units.ts";
import type { StepHandlers } from "../stepOperator.ts";
import { stepOperator } from "../stepOperator.ts";
import { PooledSignal } from "../pooledSignal.ts";
import type { BeliefRows } from "./beliefRows.ts";
import { FLAGS, HEAD, READY, SIGNAL } from "./beliefRows.ts";

/** Stored rows in memory, in line order. Before each burst the caller of the line fetches as many as the burst may need. */
export interface BeliefSource {
  /** How messages name it. */
  readonly name: string;
  /** The block that the row of the last `advance` is in. */
  readonly block: BeliefRows;
  /** Goes to the next row and returns its place in `block`; −1 when there is none. */
  advance(): number;
}

/** Who said a stored belief, and why it was not ready, is not kept with it. */
const STORED = "stored";
const spokenOf = (ready: boolean) => ({ ready, reason: ready ? "" : STORED, member: STORED, fallback: "" });

const takeSignal = (signal: PooledSignal, bar: Bar, values: Float64Array, row: number, ready: boolean): void => {
  signal.seq = bar.seq;
  signal.knownAtMs = bar.knownAtMs;
  signal.ready = ready;
  signal.reason = ready ? "" : STORED;
  signal.member = STORED;
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
  const { regime, pattern, features } = block.widths;
  if (features > 0)
    emit({ kind: Kind.featureRow, seq, instrument, knownAtMs, barTimeMs: bar.openTimeMs, values: block.features, row, features });
  if (regime === REGIME_STATES.length)
    emit({ kind: Kind.regime, seq, instrument, knownAtMs, ...spokenOf((flags & READY.regime) !== 0), values: block.regime, row });
  if (pattern > 0)
    emit({
      kind: Kind.pattern,
      seq,
      instrument,
      knownAtMs,
      ...spokenOf((flags & READY.pattern) !== 0),
      values: block.pattern,
      row,
      width: pattern,
    });
  const signal = signals[instrument] as PooledSignal;
  takeSignal(signal, bar, block.signal, row, (flags & READY.signal) !== 0);
  emit(signal);
};

const otherData = ({ name }: BeliefSource, bar: Bar, why: string): UserError =>
  new UserError(
    `beliefs ${name} are of other data: at the bar that closed at ${formatUtc(bar.knownAtMs)} ${why}; delete the file to make it anew, or name another with --beliefs`,
  );

const HANDLERS: StepHandlers<Believer> = { [Kind.bar]: barStep };

/**
 * Stands where `perceive` would be, behind `bars`: puts what an earlier run believed (features that L4 reads, regime, pattern, signal)
 * right behind each decision bar, bit for bit. Feature rows hold the stored columns only. Throws a `UserError` when the next row is not
 * of the decision bar.
 */
export const believed = (instruments: readonly Instrument[], source: BeliefSource): OperatorFunction<Item, Item> =>
  stepOperator("believed", () => ({ source, signals: instruments.map(({ index }) => new PooledSignal(index)) }), HANDLERS, {
    emits: [Kind.featureRow, Kind.regime, Kind.pattern, Kind.signal],
  });
