import type { OperatorFunction } from "rxjs";
import type { BookTop, Gap, ResyncNeeded, Scales } from "../src/domain/derived.ts";
import { Scale, SCALES } from "../src/domain/derived.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import type { FeatureInput } from "../src/domain/kind.ts";
import { INPUT_OF, Kind } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import { InvariantError } from "../src/domain/units.ts";
import type { FeatureEvent } from "./features/feature.ts";
import { FeatureBook } from "./features/featureBook.ts";
import type { FeatureSet } from "./features/featureSet.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** By instrument index. */
type Books = readonly FeatureBook[];

const barStep = (books: Books, bar: Bar): void => {
  const book = books[bar.instrument] as FeatureBook;
  if (bar.base) book.see(bar);
  else book.longerBar(bar);
};

const scalesStep = (books: Books, scales: Scales, emit: Emit): void => {
  const book = books[scales.instrument] as FeatureBook;
  const { values, row } = scales;
  const at = row * SCALES;
  book.scale(
    values[at + Scale.volatilityUnit] as number,
    values[at + Scale.volumeBaseline] as number,
    values[at + Scale.tradesBaseline] as number,
  );
  const barTimeMs = book.decisionBar(scales.ready);
  emit({
    kind: Kind.featureRow,
    seq: scales.seq,
    instrument: scales.instrument,
    knownAtMs: scales.knownAtMs,
    barTimeMs,
    values: book.rows.values,
    row: book.rows.row,
    features: book.rows.width,
  });
};

const eventStep = (books: Books, event: FeatureEvent): void => {
  books[event.instrument]?.event(event);
};

/** A broken book has no levels: its columns are unknown. */
const NO_LEVELS = new Float64Array(0);

const isEventInput = (input: FeatureInput | undefined): boolean => input !== undefined && input !== "kline" && input !== "book";

const HANDLERS: StepHandlers<Books> = {
  ...(Object.fromEntries(INPUT_OF.flatMap((input, kind) => (isEventInput(input) ? [[kind, eventStep]] : []))) as StepHandlers<Books>),
  [Kind.bar]: barStep,
  [Kind.scales]: scalesStep,
  [Kind.gap]: (books, { instrument, missingBars, toMs }: Gap) => {
    (books[instrument] as FeatureBook).gap(missingBars, toMs);
  },
  [Kind.bookTop]: (books, top: BookTop) => {
    (books[top.instrument] as FeatureBook).bookChanged(top);
  },
  [Kind.resyncNeeded]: (books, { instrument, knownAtMs }: ResyncNeeded) => {
    (books[instrument] as FeatureBook).bookChanged({ bids: NO_LEVELS, asks: NO_LEVELS, knownAtMs });
  },
};

/**
 * One row of dimensionless numbers behind the scales of every decision bar (docs/features.md). A column that is not warm is NaN; one
 * whose input the history lacks is 0, and its mask column 1. Longer time frames show their last *closed* bar, including one that closes
 * at this minute. Needs `normalize` before it.
 */
export const features = (instruments: readonly Instrument[], set: FeatureSet): OperatorFunction<Item, Item> => {
  if (set.columns.length === 0) throw new InvariantError("a feature row without columns");
  return stepOperator("features", () => instruments.map(() => new FeatureBook(set)), HANDLERS, { emits: [Kind.featureRow] });
};
