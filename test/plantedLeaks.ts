import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { bars } from "../operators/bars.ts";
import { continuity } from "../operators/continuity.ts";
import type { StepHandlers } from "../operators/stepOperator.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind, KIND_COUNT } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import { HOUR_MS } from "../src/domain/units.ts";
import type { System } from "../src/pipeline.ts";

/** A number for a bar out of the whole burst that it stands in (`at`: its place there). */
type Feature = (bar: Bar, burst: readonly Item[], at: number) => number;

const isBase = (item: Item): item is Bar => item.kind === Kind.bar && item.base;
const baseBars = (items: readonly Item[], { instrument }: Bar): Bar[] =>
  items.filter(isBase).filter((bar) => bar.instrument === instrument);
const change = (from: number, to: number | undefined): number => (to === undefined ? 0 : 1000 * (to / from - 1));

/** By burst: the rate that the next settlement behind each item brings. */
const nextRates = new WeakMap<readonly Item[], Float64Array>();

/** Mistakes that backtests are known for, each as the number from which the signal is made. */
export const LEAKS: Readonly<Record<string, Feature>> = {
  "the next bar's open": (bar, burst, at) => change(bar.close, baseBars(burst.slice(at + 1, at + 12), bar)[0]?.open),
  "the next row of the bar's own block": (bar) => (bar.row + 1 < bar.block.length ? change(bar.close, bar.block.open[bar.row + 1]) : 0),
  "the close of an hour that has not closed": (bar, burst, at) => {
    const hour = Math.floor(bar.openTimeMs / HOUR_MS);
    let last = bar;
    for (let i = at + 1; i < burst.length; i += 1) {
      const item = burst[i] as Item;
      if (!isBase(item) || item.instrument !== bar.instrument) continue;
      if (Math.floor(item.openTimeMs / HOUR_MS) !== hour) break;
      last = item;
    }
    return change(bar.close, last.close);
  },
  "the funding that is yet to be settled": (_, burst, at) => {
    let rates = nextRates.get(burst);
    if (rates === undefined) {
      rates = new Float64Array(burst.length);
      for (let i = burst.length - 2; i >= 0; i -= 1) {
        const behind = burst[i + 1] as Item;
        rates[i] = behind.kind === Kind.funding ? behind.rate : (rates[i + 1] as number);
      }
      nextRates.set(burst, rates);
    }
    return (rates[at] as number) * 10_000;
  },
};

/** Mean and deviation are those of the whole burst: computed once per burst. */
const burstStatistics = new WeakMap<readonly Item[], readonly [mean: number, deviation: number]>();
export const normalisedOverTheBurst: Feature = (bar, burst) => {
  let statistics = burstStatistics.get(burst);
  if (statistics === undefined) {
    const closes = baseBars(burst, bar).map(({ close }) => close);
    const mean = closes.reduce((sum, close) => sum + close, 0) / closes.length;
    statistics = [mean, Math.sqrt(closes.reduce((sum, close) => sum + (close - mean) * (close - mean), 0) / closes.length) + 1e-9];
    burstStatistics.set(burst, statistics);
  }
  return (bar.close - statistics[0]) / statistics[1];
};

/** Looks back only, with the same means: what must not be reported. */
export const honest: Feature = (bar, burst, at) => change(bar.close, baseBars(burst.slice(Math.max(0, at - 12), at), bar).at(-1)?.open);

const everyKind = <S>(handler: (state: S, item: Item, emit: Emit) => void): StepHandlers<S> =>
  Object.fromEntries(Array.from({ length: KIND_COUNT }, (_, kind) => [kind, handler]));

/** A `perceive` whose signal is made from `feature` at the barrier, when the whole burst is there. */
export const perceiveWith =
  (feature: Feature) =>
  (system: System): OperatorFunction<Item, Item> => {
    const release = (state: { held: Item[] }, emit: Emit): void => {
      const { held } = state;
      state.held = [];
      held.forEach((item, at) => {
        emit(item);
        if (!isBase(item)) return;
        const x = feature(item, held, at);
        const pLong = 0.5 + (0.5 * x) / (1 + Math.abs(x));
        const { seq, instrument, knownAtMs } = item;
        emit({
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
        });
      });
    };
    const leaky = stepOperator<{ held: Item[] }>(
      "leaky",
      () => ({ held: [] }),
      everyKind((state, item, emit) => {
        if (item.kind !== Kind.barrier) {
          state.held.push(item);
          return;
        }
        release(state, emit);
        emit(item);
      }),
      { passing: "handler", flush: release },
    );
    return pipe(continuity(system.instruments), bars(system.instruments, system.timeframesMs), leaky);
  };
