import { pipe } from "rxjs";
import { featureSet } from "../../operators/features/featureSet.ts";
import type { FeatureSet } from "../../operators/features/featureSet.ts";
import { EVENT_FEATURE_FAMILIES, FEATURE_FAMILIES } from "../../operators/features/table.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { KlineBlock } from "../../src/domain/kline.ts";
import { klinesOf } from "../../src/domain/kline.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/domain/units.ts";
import { drive } from "../../src/engine/driver.ts";
import { observe } from "../../src/pipeline.ts";
import { BTC } from "../items.ts";
import { inBursts } from "../replay.ts";
import type { Source } from "../replay.ts";

export const FRAMES_MS = [5 * MINUTE_MS, 15 * MINUTE_MS, HOUR_MS];

/** Every shipped column on the default time frames. */
export const WHOLE_SET = featureSet({ families: FEATURE_FAMILIES, events: EVENT_FEATURE_FAMILIES, timeframesMs: FRAMES_MS });

/** Feature rows of one instrument, copied. */
export interface ObservedRows {
  readonly set: FeatureSet;
  readonly barTimesMs: readonly number[];
  readonly rows: readonly Float64Array[];
}

interface ObserveOptions {
  readonly set?: FeatureSet;
  readonly instruments?: readonly Instrument[];
  /** The instrument whose rows are wanted. */
  readonly of?: number;
}

/** Shows every row that comes out of the line from its start to `features`: `values[from …]`, good during the call. */
export const eachRow = async (
  source: Source,
  visit: (values: Float64Array, from: number, barTimeMs: number) => void,
  { set = WHOLE_SET, instruments = [BTC], of = 0 }: ObserveOptions = {},
): Promise<void> => {
  const end = stepOperator(
    "end",
    () => null,
    {
      [Kind.featureRow]: (_, { instrument, barTimeMs, values, row, features }) => {
        if (instrument === of) visit(values, row * features, barTimeMs);
      },
    },
    { passing: "none" },
  );
  const timeframesMs = set.frames.map(({ timeframeMs }) => timeframeMs);
  await drive(source, pipe(observe({ instruments, timeframesMs, features: set }), end), () => undefined);
};

/** The same rows as copies; only those that `keep` wants, all by default. */
export const observedRows = async (
  source: Source,
  options: ObserveOptions & { readonly keep?: (barTimeMs: number) => boolean } = {},
): Promise<ObservedRows> => {
  const { set = WHOLE_SET, keep } = options;
  const barTimesMs: number[] = [];
  const rows: Float64Array[] = [];
  await eachRow(
    source,
    (values, from, barTimeMs) => {
      if (keep?.(barTimeMs) === false) return;
      barTimesMs.push(barTimeMs);
      rows.push(values.slice(from, from + set.columns.length));
    },
    options,
  );
  return { set, barTimesMs, rows };
};

/** The same, from a block of klines. */
export const blockRows = (block: KlineBlock, options: ObserveOptions = {}, burstEvents = 4096): Promise<ObservedRows> =>
  observedRows(inBursts(klinesOf(block), burstEvents), options);

/** One column of all rows. */
export const columnOf = ({ set, rows }: ObservedRows, name: string): Float64Array => {
  const at = set.columns.findIndex((column) => column.name === name);
  if (at < 0) throw new Error(`no column ${name}`);
  return Float64Array.from(rows, (row) => row[at] as number);
};
