import type { OperatorFunction } from "rxjs";
import type { FeatureRow, Pattern, Regime, Signal } from "../../src/domain/derived.ts";
import type { InferenceFailure } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { InvariantError } from "../../src/domain/units.ts";
import type { StepHandlers } from "../stepOperator.ts";
import { stepOperator } from "../stepOperator.ts";
import type { BeliefWidths } from "./beliefRows.ts";
import { BeliefRows, FLAGS, HEAD, READY, SIGNAL } from "./beliefRows.ts";
import type { SaidBelief, SaidTable } from "./saidTable.ts";

/** Rows of a stored block. */
export const BELIEF_BLOCK_ROWS = 4096;

interface KeepBeliefsOptions {
  readonly instruments: readonly Instrument[];
  readonly widths: BeliefWidths;
  /** Places in the feature row of the columns that are kept. */
  readonly columns: Int32Array;
  /** Takes who spoke. */
  readonly table: SaidTable;
  /** Takes each full block, and the last one when the line ends; a block is never touched again. */
  readonly full: (block: BeliefRows) => void;
}

/** What was said of the bar whose signal is on its way. */
interface Said {
  row: FeatureRow | null;
  regime: Regime | null;
  pattern: Pattern | null;
  failures: InferenceFailure[];
}

interface Keeper {
  readonly options: KeepBeliefsOptions;
  readonly said: readonly Said[];
  block: BeliefRows;
}

const signalStep = (keeper: Keeper, signal: Signal): void => {
  const { widths, columns, table, full } = keeper.options;
  const { block } = keeper;
  const said = keeper.said[signal.instrument] as Said;
  const { regime, pattern, row } = said;
  const at = block.length;
  let flags = signal.ready ? READY.signal : 0;
  if (widths.regime > 0) {
    const { ready, values, row: from } = ofBar(regime, signal);
    if (ready) flags |= READY.regime;
    copy(values, from * widths.regime, block.regime, at * widths.regime, widths.regime);
  }
  if (widths.pattern > 0) {
    const { ready, values, row: from } = ofBar(pattern, signal);
    if (ready) flags |= READY.pattern;
    copy(values, from * widths.pattern, block.pattern, at * widths.pattern, widths.pattern);
  }
  if (columns.length > 0) {
    const { values, row: from, features } = ofBar(row, signal);
    for (let c = 0; c < columns.length; c += 1)
      block.features[at * columns.length + c] = values[from * features + (columns[c] as number)] as number;
  }
  block.head[at * HEAD] = signal.knownAtMs;
  block.head[at * HEAD + 1] = signal.instrument * FLAGS + flags;
  block.head[at * HEAD + 2] = table.place({
    regime: widths.regime > 0 ? besides("regime", regime as Regime, said) : null,
    pattern: widths.pattern > 0 ? besides("pattern", pattern as Pattern, said) : null,
    signal: besides("signal", signal, said),
  });
  if (said.failures.length > 0) said.failures = [];
  const to = at * SIGNAL;
  block.signal[to] = signal.pLong;
  block.signal[to + 1] = signal.pShort;
  block.signal[to + 2] = signal.pNeutral;
  block.signal[to + 3] = signal.netLong;
  block.signal[to + 4] = signal.netShort;
  block.signal[to + 5] = signal.confidence;
  block.length = at + 1;
  if (block.length < block.capacity) return;
  full(block);
  keeper.block = new BeliefRows(widths, BELIEF_BLOCK_ROWS);
};

/** What stands beside the numbers of a belief of this bar. */
const besides = (layer: string, { member, reason, fallback }: Regime | Pattern | Signal, { failures }: Said): SaidBelief => ({
  ...{ member, reason, fallback },
  failure: failures.find((failure) => failure.layer === layer)?.reason ?? null,
});

const copy = (values: Float64Array, from: number, into: Float64Array, to: number, width: number): void => {
  for (let i = 0; i < width; i += 1) into[to + i] = values[from + i] as number;
};

const ofBar = <T extends Regime | Pattern | FeatureRow>(said: T | null, { seq, instrument }: Signal): T => {
  if (said?.seq !== seq) throw new InvariantError(`instrument ${instrument}: a signal without the beliefs of its bar before it`);
  return said;
};

const HANDLERS: StepHandlers<Keeper> = {
  [Kind.featureRow]: ({ said }, item) => {
    (said[item.instrument] as Said).row = item;
  },
  [Kind.regime]: ({ said }, item) => {
    (said[item.instrument] as Said).regime = item;
  },
  [Kind.pattern]: ({ said }, item) => {
    (said[item.instrument] as Said).pattern = item;
  },
  [Kind.inferenceFailure]: ({ said }, item) => {
    (said[item.instrument] as Said).failures.push(item);
  },
  [Kind.signal]: signalStep,
};

/** Copies the beliefs of every decision bar, warm-up included, into blocks of 4096 rows. Stands behind `perceive`. */
export const keepBeliefs = (options: KeepBeliefsOptions): OperatorFunction<Item, Item> => {
  const init = (): Keeper => ({
    options,
    said: options.instruments.map(() => ({ row: null, regime: null, pattern: null, failures: [] })),
    block: new BeliefRows(options.widths, BELIEF_BLOCK_ROWS),
  });
  const flush = ({ block }: Keeper): void => {
    if (block.length > 0) options.full(block.trimmed());
  };
  return stepOperator("keepBeliefs", init, HANDLERS, { emits: [], flush });
};
