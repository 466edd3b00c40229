import type { OperatorFunction } from "rxjs";
import type { Derived, FeatureRow } from "../src/domain/derived.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { stepOperator } from "../operators/stepOperator.ts";

export const BAR_FEATURES = 4;
const BLOCK_ROWS = 256;

/** A feature row behind every decision bar, until the feature operators exist: return, range, taker share and volume of the bar. */
export const barFeatures = (): OperatorFunction<Item, Item> =>
  stepOperator("barFeatures", () => ({ values: new Float64Array(BLOCK_ROWS * BAR_FEATURES), row: 0 }), {
    [Kind.bar]: (state, bar, emit) => {
      if (!bar.base) return;
      if (state.row === BLOCK_ROWS) {
        state.values = new Float64Array(BLOCK_ROWS * BAR_FEATURES);
        state.row = 0;
      }
      const { values, row } = state;
      const { open, high, low, close, volume, seq, instrument, knownAtMs, openTimeMs } = bar;
      values[row * BAR_FEATURES] = 1000 * (close / open - 1);
      values[row * BAR_FEATURES + 1] = 1000 * ((high - low) / open);
      values[row * BAR_FEATURES + 2] = volume > 0 ? bar.takerBuyVolume / volume - 0.5 : 0;
      values[row * BAR_FEATURES + 3] = Math.log(1 + volume) / 10;
      state.row += 1;
      emit({ kind: Kind.featureRow, seq, instrument, knownAtMs, barTimeMs: openTimeMs, values, row, features: BAR_FEATURES });
    },
  });

/** All numbers of a row; one that is not finite is unknown. */
export const wholeRow = ({ values, row, features }: FeatureRow, into: Float32Array, at: number): boolean => {
  let known = true;
  for (let i = 0; i < features; i += 1) {
    const value = values[row * features + i] as number;
    into[at + i] = value;
    if (!Number.isFinite(value)) known = false;
  }
  return known;
};

/** A signal from two outputs: LONG against SHORT. */
export const signalFrom = (outputs: Float32Array, at: number, { seq, instrument, knownAtMs }: FeatureRow): Derived => {
  const x = (outputs[at] as number) + (outputs[at + 1] as number);
  const pLong = 0.5 + (0.5 * x) / (1 + Math.abs(x));
  return {
    kind: Kind.signal,
    seq,
    instrument,
    knownAtMs,
    ready: true,
    pLong,
    pShort: 1 - pLong,
    pNeutral: 0,
    netLong: NaN,
    netShort: NaN,
    confidence: NaN,
  };
};

/** What a layer says of a row without an answer. */
export const unreadySignal = ({ seq, instrument, knownAtMs }: FeatureRow): Derived => ({
  ...{ kind: Kind.signal, seq, instrument, knownAtMs, ready: false },
  ...{ pLong: 0, pShort: 0, pNeutral: 1, netLong: NaN, netShort: NaN, confidence: NaN },
});
