import type { OperatorFunction } from "rxjs";
import type { FeatureSet } from "../../../operators/features/featureSet.ts";
import { columnsNamed } from "../../../operators/features/featureSet.ts";
import { regimeStateOf } from "../../../operators/features/regime/regimeRule.ts";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import type { FeatureRow, Pattern, Regime } from "../../domain/derived.ts";
import { Scale, SCALES } from "../../domain/derived.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import { InvariantError } from "../../domain/units.ts";
import type { DatasetBeliefs } from "./beliefColumns.ts";
import { beliefNumbers } from "./beliefColumns.ts";
import type { DatasetBuilder } from "./datasetBuilder.ts";

/** Inputs of the regime rule: the row always has them, because the regime target is made of them. */
export const REGIME_INPUTS = ["volatility_percentile_240", "trend_t_240"] as const;

interface Collector {
  readonly builder: DatasetBuilder;
  readonly beliefs: DatasetBeliefs | null;
  /** Where the inputs of the regime rule stand in the row. */
  readonly percentileAt: number;
  readonly trendAt: number;
  volatilityUnit: number;
  /** What has been said of the present bar. */
  row: FeatureRow | null;
  regime: Regime | null;
  pattern: Pattern | null;
}

const tell = (
  { builder, percentileAt, trendAt, volatilityUnit }: Collector,
  feature: FeatureRow,
  beliefs?: Float32Array<ArrayBuffer>,
): void => {
  const from = feature.row * feature.features;
  const v = feature.values[from + percentileAt] as number;
  const t = feature.values[from + trendAt] as number;
  builder.row(feature, Number.isNaN(v) || Number.isNaN(t) ? -1 : regimeStateOf(v, t), volatilityUnit, beliefs);
};

const HANDLERS: StepHandlers<Collector> = {
  [Kind.bar]: ({ builder }, bar) => {
    builder.bar(bar);
  },
  [Kind.gap]: ({ builder }, gap) => {
    builder.gap(gap);
  },
  [Kind.scales]: (state, { values, row, ready }) => {
    state.volatilityUnit = ready ? (values[row * SCALES + Scale.volatilityUnit] as number) : NaN;
  },
  [Kind.featureRow]: (state, row) => {
    if (state.beliefs === null) tell(state, row);
    else state.row = row;
  },
  [Kind.regime]: (state, regime) => {
    state.regime = regime;
  },
  [Kind.pattern]: (state, pattern) => {
    state.pattern = pattern;
  },
  [Kind.signal]: (state, signal) => {
    const { row, regime, pattern, beliefs } = state;
    if (row?.seq !== signal.seq || row.instrument !== signal.instrument || beliefs === null)
      throw new InvariantError(`a signal of ${signal.seq} without its feature row before it`);
    tell(state, row, beliefNumbers(beliefs, regime, pattern, signal));
  },
};

/**
 * The end of a dataset's line, which is `observe` without beliefs and `perceive` with them: bars, gaps, rows and beliefs go to the
 * builder, nothing passes on.
 */
export const collectDataset = (builder: DatasetBuilder, set: FeatureSet, beliefs: DatasetBeliefs | null): OperatorFunction<Item, Item> => {
  const [percentileAt, trendAt] = columnsNamed(set, REGIME_INPUTS, "the regime target") as unknown as [number, number];
  const init = (): Collector => ({
    ...{ builder, beliefs, percentileAt, trendAt, volatilityUnit: NaN },
    ...{ row: null, regime: null, pattern: null },
  });
  return stepOperator("dataset", init, HANDLERS, { passing: "none" });
};
