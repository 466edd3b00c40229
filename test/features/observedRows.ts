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
  /** Rows from this bar's open on are kept; all by default. */
  readonly keepFromMs?: number;
}

/** The rows that come out of the line from its start to `features`. */
export const observedRows = async (source: Source, options: ObserveOptions = {}): Promise<ObservedRows> => {
  const { set = WHOLE_SET, instruments = [BTC], of = 0, keepFromMs = -Infinity } = options;
  const barTimesMs: number[] = [];
  const rows: Float64Array[] = [];
  const keep = stepOperator(
    "keep",
    () => null,
    {
      [Kind.featureRow]: (_, { instrument, barTimeMs, values, row, features }) => {
        if (instrument !== of || barTimeMs < keepFromMs) return;
        barTimesMs.push(barTimeMs);
        rows.push(values.slice(row * features, (row + 1) * features));
      },
    },
    { passing: "none" },
  );
  const timeframesMs = set.frames.map(({ timeframeMs }) => timeframeMs);
  await drive(source, pipe(observe({ instruments, timeframesMs, features: set }), keep), () => undefined);
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
