import type { OperatorFunction } from "rxjs";
import type { Derived, FeatureRow, Gap } from "../src/domain/derived.ts";
import type { InferenceFailure } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import type { Kind as KindNumber } from "../src/domain/kind.ts";
import { Kind, KIND_COUNT } from "../src/domain/kind.ts";
import type { ModelRuntime } from "../src/domain/ports.ts";
import { InvariantError } from "../src/domain/units.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** Most rows of one inference: a burst has no more events (docs/architecture.md#bursts). A full batch goes before its barrier. */
export const BATCH_ROWS_MAX = 4096;
/** Items held at most; with that many the batch goes before its barrier. */
const HELD_ITEMS_MAX = 1 << 17;
/** Journaled failures that wait for their row at most, per instrument. */
const FAILURES_MAX = 4096;
/** The batch buffer starts with this many rows and doubles, because live bursts are one row. */
const FIRST_BATCH_ROWS = 8;

type Reason = InferenceFailure["reason"];

export interface ModelLayerOptions {
  /** Name of the layer at the runtime and in `inferenceFailure`s. */
  readonly layer: string;
  readonly instruments: readonly Instrument[];
  /** Feature rows that the model sees at once; 1 for trees. */
  readonly window: number;
  /** Numbers that the model takes of each row. */
  readonly features: number;
  /**
   * Writes the `features` numbers that the model takes of `row` to `into[at …]`. False: one of them is unknown; then the window
   * starts anew behind this row.
   */
  readonly rowOf: (row: FeatureRow, into: Float32Array, at: number) => boolean;
  /**
   * What the model says of `row`, from its finite outputs `outputs[at … at + outputsPerRow)`; null: nothing. Called in line order,
   * right before the answer is emitted, so the answer may be pooled.
   */
  readonly decode: (outputs: Float32Array, at: number, row: FeatureRow) => Derived | null;
  /**
   * What the layer says of a row that the model has no answer for (its window is not whole, the inference failed, `decode` said nothing), so
   * that every bar has exactly one belief: the layers behind wait for it. It may be pooled. Absent: nothing.
   */
  readonly unready?: (row: FeatureRow) => Derived;
  readonly runtime: ModelRuntime;
}

/** A ring of the last `window` rows of one instrument, and journaled failures of rows that are still to come. */
interface InstrumentWindow {
  /** `[window, features]` float32, row-major. */
  readonly ring: Float32Array;
  /** Slot of the next row. */
  next: number;
  /** Rows in a row without a hole; more than `window` counts as `window`. */
  rows: number;
  lastBarTimeMs: number;
  failures: InferenceFailure[];
}

/** A row that waits for its answer: its place among the held items, and its place in the batch (−1: not asked). */
interface Pending {
  readonly heldAt: number;
  readonly row: FeatureRow;
  batchRow: number;
  failure: Reason | null;
  /** Its window is not whole: the model is not asked. */
  readonly unready: boolean;
}

interface ModelLayerState {
  readonly options: ModelLayerOptions;
  readonly windows: readonly InstrumentWindow[];
  /** From the first pending row on, everything. */
  held: Item[];
  pending: Pending[];
  /** `[rows, window, features]` float32, row-major. */
  batch: Float32Array;
  batchRows: number;
}

const modelLayerState = (options: ModelLayerOptions): ModelLayerState => {
  const { instruments, window, features } = options;
  if (!(Number.isInteger(window) && window > 0 && Number.isInteger(features) && features > 0))
    throw new InvariantError(`model layer ${options.layer} has a window of ${window} rows of ${features} features`);
  return {
    options,
    windows: instruments.map(() => ({
      ring: new Float32Array(window * features),
      next: 0,
      rows: 0,
      lastBarTimeMs: -Infinity,
      failures: [],
    })),
    held: [],
    pending: [],
    batch: new Float32Array(FIRST_BATCH_ROWS * window * features),
    batchRows: 0,
  };
};

const passStep = (state: ModelLayerState, item: Item, emit: Emit): void => {
  if (state.pending.length === 0) {
    emit(item);
    return;
  }
  state.held.push(item);
  if (state.held.length >= HELD_ITEMS_MAX) release(state, emit);
};

const rowStep = (state: ModelLayerState, row: FeatureRow, emit: Emit): void => {
  const { options, windows } = state;
  const { window, features } = options;
  const own = windows[row.instrument] as InstrumentWindow;
  const failure = own.failures.length === 0 ? null : journaledFailure(state, own, row, emit);
  own.lastBarTimeMs = row.barTimeMs;
  if (!options.rowOf(row, own.ring, own.next * features)) own.rows = 0;
  else {
    own.next = (own.next + 1) % window;
    if (own.rows < window) own.rows += 1;
  }
  const unready = own.rows < window;
  if (unready && state.pending.length === 0) {
    emit(row);
    if (failure !== null) emit(failure);
    sayUnready(options, row, emit);
    return;
  }
  const batchRow = failure === null && !unready ? addToBatch(state, own) : -1;
  state.pending.push({ heldAt: state.held.length, row, batchRow, failure: failure?.reason ?? null, unready });
  state.held.push(row);
  if (state.batchRows === BATCH_ROWS_MAX || state.held.length >= HELD_ITEMS_MAX) release(state, emit);
};

/** Takes the failure of this row out of those that wait; those of rows that did not come pass. */
const journaledFailure = (
  state: ModelLayerState,
  own: InstrumentWindow,
  { barTimeMs }: FeatureRow,
  emit: Emit,
): InferenceFailure | null => {
  const { failures } = own;
  own.failures = failures.filter((event) => event.barTimeMs > barTimeMs);
  for (const event of failures) if (event.barTimeMs < barTimeMs) passStep(state, event, emit);
  return failures.find((event) => event.barTimeMs === barTimeMs) ?? null;
};

/** Copies the window, oldest row first, behind the batch; returns its place there. */
const addToBatch = (state: ModelLayerState, { ring, next }: InstrumentWindow): number => {
  const { features } = state.options;
  const size = ring.length;
  const row = state.batchRows;
  if (state.batch.length < (row + 1) * size) {
    const larger = new Float32Array(Math.min(state.batch.length * 2, BATCH_ROWS_MAX * size));
    larger.set(state.batch);
    state.batch = larger;
  }
  const oldest = next * features;
  state.batch.set(ring.subarray(oldest), row * size);
  state.batch.set(ring.subarray(0, oldest), row * size + size - oldest);
  state.batchRows = row + 1;
  return row;
};

const gapStep = (state: ModelLayerState, gap: Gap, emit: Emit): void => {
  (state.windows[gap.instrument] as InstrumentWindow).rows = 0;
  passStep(state, gap, emit);
};

/**
 * A journaled failure of this layer: its row is not asked, and the failure stands behind its row, where it stood when it happened.
 * One of another layer, or of a row that has been answered, passes.
 */
const failureStep = (state: ModelLayerState, event: InferenceFailure, emit: Emit): void => {
  const { layer } = state.options;
  const own = event.layer === layer ? state.windows[event.instrument] : undefined;
  const waiting = own && state.pending.find(({ row }) => row.instrument === event.instrument && row.barTimeMs === event.barTimeMs);
  if (waiting !== undefined) waiting.failure = event.reason;
  else if (own === undefined || event.barTimeMs <= own.lastBarTimeMs) passStep(state, event, emit);
  else {
    if (own.failures.length >= FAILURES_MAX)
      throw new InvariantError(`layer ${layer} has ${FAILURES_MAX} journaled failures without their rows`);
    own.failures.push(event);
  }
};

const barrierStep = (state: ModelLayerState, barrier: Item, emit: Emit): void => {
  release(state, emit);
  emit(barrier);
};

/** Infers once, and lets everything go that is held. */
const release = (state: ModelLayerState, emit: Emit): void => {
  if (state.pending.length === 0) return;
  const { held, pending, options } = state;
  const answers = infer(state);
  state.held = [];
  state.pending = [];
  state.batchRows = 0;
  let at = 0;
  for (const each of pending) {
    for (; at <= each.heldAt; at += 1) emit(held[at] as Item);
    const failure = each.failure ?? (each.unready ? null : failureIn(answers, each));
    const said =
      failure === null && !each.unready && answers.ok
        ? options.decode(answers.outputs, each.batchRow * answers.outputsPerRow, each.row)
        : null;
    if (failure !== null) emit(failureOf(options.layer, each.row, failure));
    if (said !== null) emit(said);
    else sayUnready(options, each.row, emit);
  }
  for (; at < held.length; at += 1) emit(held[at] as Item);
};

const failureIn = (answers: ReturnType<ModelRuntime["infer"]>, { batchRow }: Pending): Reason | null => {
  if (!answers.ok) return answers.reason;
  return isFinite(answers.outputs, batchRow * answers.outputsPerRow, answers.outputsPerRow) ? null : "notFinite";
};

const sayUnready = ({ unready }: ModelLayerOptions, row: FeatureRow, emit: Emit): void => {
  const said = unready?.(row);
  if (said !== undefined) emit(said);
};

const NO_ANSWERS = { ok: true, outputs: new Float32Array(0), outputsPerRow: 0 } as const;

const infer = ({ options, batch, batchRows, pending }: ModelLayerState): ReturnType<ModelRuntime["infer"]> => {
  const { layer, window, features, runtime } = options;
  if (batchRows === 0) return NO_ANSWERS;
  const rows = dropFailed(batch, batchRows, window * features, pending);
  if (rows === 0) return NO_ANSWERS;
  const result = runtime.infer(layer, batch.subarray(0, rows * window * features), rows, window, features);
  if (result.ok && result.outputs.length < rows * result.outputsPerRow)
    throw new InvariantError(
      `layer ${layer}: the runtime answered ${result.outputs.length} numbers for ${rows} rows of ${result.outputsPerRow}`,
    );
  return result;
};

/** Takes rows out of the batch whose failure came after them; returns how many are left to be asked. */
const dropFailed = (batch: Float32Array, batchRows: number, size: number, pending: readonly Pending[]): number => {
  if (!pending.some(({ failure, batchRow }) => failure !== null && batchRow >= 0)) return batchRows;
  let rows = 0;
  for (const each of pending) {
    if (each.batchRow < 0 || each.failure !== null) continue;
    if (each.batchRow !== rows) batch.copyWithin(rows * size, each.batchRow * size, (each.batchRow + 1) * size);
    each.batchRow = rows;
    rows += 1;
  }
  return rows;
};

const isFinite = (outputs: Float32Array, from: number, count: number): boolean => {
  for (let i = from; i < from + count; i += 1) if (!Number.isFinite(outputs[i])) return false;
  return true;
};

const failureOf = (layer: string, { seq, instrument, barTimeMs, knownAtMs }: FeatureRow, reason: Reason): InferenceFailure => ({
  kind: Kind.inferenceFailure,
  seq,
  instrument,
  eventTimeMs: knownAtMs,
  receivedTimeMs: knownAtMs,
  knownAtMs,
  layer,
  barTimeMs,
  reason,
});

/** Every kind is held while a row waits. */
const handlers: StepHandlers<ModelLayerState> = {
  ...(Object.fromEntries(Array.from({ length: KIND_COUNT }, (_, kind) => [kind as KindNumber, passStep])) as StepHandlers<ModelLayerState>),
  [Kind.featureRow]: rowStep,
  [Kind.gap]: gapStep,
  [Kind.inferenceFailure]: failureStep,
  [Kind.barrier]: barrierStep,
};

/**
 * A layer whose member is a model behind the `ModelRuntime` port. It takes feature rows; `decode` turns outputs into the beliefs it emits.
 *
 * Per instrument the last `window` rows are kept; a row whose window is whole is *pending*. From the first pending row on all items
 * are held; at the barrier the runtime is asked once (`[rows, window, features]` float32, row-major) and everything leaves in
 * order, each answer directly behind its row. So results do not depend on the burst size, and items that reach this operator
 * must not be pooled. A gap makes the window start anew.
 *
 * A failed inference becomes an `inferenceFailure` behind each of its rows, outputs that are not finite one behind theirs. In a
 * replay an `inferenceFailure` event of this layer, ahead of the barrier that its row waits for, stands for the answer: the row is
 * not asked. Held at most: `BATCH_ROWS_MAX` rows and `HELD_ITEMS_MAX` items; then the batch goes before its barrier. What is held
 * when the source completes goes first.
 */
export const modelLayer = (options: ModelLayerOptions): OperatorFunction<Item, Item> =>
  stepOperator("modelLayer", () => modelLayerState(options), handlers, { passing: "handler", flush: release });
