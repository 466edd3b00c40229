import { pipe } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { patternModule } from "../models/pattern/patternModule.ts";
import { regimeModule } from "../models/regime/regimeModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { bars } from "../operators/bars.ts";
import { continuity } from "../operators/continuity.ts";
import { features } from "../operators/features.ts";
import { featureFamily } from "../operators/features/feature.ts";
import { featureSet } from "../operators/features/featureSet.ts";
import { normalize } from "../operators/normalize.ts";
import { pattern } from "../operators/pattern.ts";
import { regime } from "../operators/regime.ts";
import { signal } from "../operators/signal.ts";
import type { StepHandlers } from "../operators/stepOperator.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind, KIND_COUNT } from "../src/domain/kind.ts";
import type { Bar } from "../src/domain/kline.ts";
import { HOUR_MS } from "../src/domain/units.ts";
import type { System } from "../src/pipeline.ts";
import { spokenOf } from "./items.ts";

/** A number for a bar out of the whole burst that it stands in (`at`: its place there). */
type Feature = (bar: Bar, burst: readonly Item[], at: number) => number;

type Line = OperatorFunction<Item, Item>;

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

/** What the next hour brings: the first of +0.3 % and −0.3 % that it touches. */
export const labelColumn: Feature = (bar, burst, at) => {
  for (const { high, low } of baseBars(burst.slice(at + 1, at + 120), bar).slice(0, 60)) {
    if (low <= bar.close * 0.997) return -1;
    if (high >= bar.close * 1.003) return 1;
  }
  return 0;
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

/** Holds each burst to its barrier, then passes its items on and tells `oracle`, before each decision bar, what `feature` makes of it. */
const leaky = (
  feature: Feature,
  oracle: (value: number) => void,
  behind: (bar: Bar, value: number, emit: Emit) => void = () => undefined,
): Line => {
  const release = (state: { held: Item[] }, emit: Emit): void => {
    const { held } = state;
    state.held = [];
    held.forEach((item, at) => {
      const value = isBase(item) ? feature(item, held, at) : NaN;
      if (isBase(item)) oracle(value);
      emit(item);
      if (isBase(item)) behind(item, value, emit);
    });
  };
  return stepOperator<{ held: Item[] }>(
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
};

const likelihood = (x: number): number => 0.5 + (0.5 * x) / (1 + Math.abs(x));

/** A `perceive` whose signal is made from `feature` at the barrier, when the whole burst is there. */
export const perceiveWith =
  (feature: Feature) =>
  (system: System): Line => {
    const say = ({ seq, instrument, knownAtMs }: Bar, x: number, emit: Emit): void => {
      const pLong = likelihood(x);
      const said = { pLong, pShort: 1 - pLong, pNeutral: 0, netLong: NaN, netShort: NaN, confidence: NaN };
      emit({ kind: Kind.signal, seq, instrument, knownAtMs, ...spokenOf(true), ...said });
    };
    const made = leaky(feature, () => undefined, say);
    return pipe(continuity(system.instruments), bars(system.instruments, system.timeframesMs), made);
  };

/** Where a leak can enter the layers, and the kind of row that gives it away. */
export const LEAKY_LAYERS = ["row", "regime", "pattern", "signal"] as const;

/** The line with a feature, L1, L2 or the signal's confidence made from `feature`, and honest layers else. */
export const layersWith = (feature: Feature, where: (typeof LEAKY_LAYERS)[number]) => {
  let known = 0;
  const own = featureFamily<null>({
    name: "mine",
    columns: [{ name: "mine", formula: "?", unit: "1", source: "", warmUpBars: 1 }],
    init: () => null,
    bar: (_, __, out, at) => {
      out[at] = where === "row" ? known : 0;
    },
  });
  const set = featureSet({ families: [], events: [], own: [own], timeframesMs: [] });
  const up = (layer: string): number => (where === layer ? likelihood(known) : 0.5);
  const common = { name: "leaky", features: ["mine"], onGap: "keep", init: () => null } as const;
  const layers = {
    features: set,
    regime: regimeModule(() => ({ ...common, decide: (_, __, out) => (out.set([up("regime"), 0, 0, 0, 1 - up("regime"), 0, 0]), true) }))(
      {},
    ),
    pattern: patternModule(() => ({ ...common, embedding: [], decide: (_, __, out) => (out.set([up("pattern"), 0]), true) }))({}),
  };
  const module = signalModule(() => ({ ...common, warmUpBars: 0, decide: (_, __, out) => void (out.confidence = up("signal")) }))({});
  const perceive = ({ instruments, timeframesMs }: System): Line => {
    const before = { instruments, set, regime: true, embedding: 0 };
    return pipe(
      pipe(
        continuity(instruments),
        bars(instruments, timeframesMs),
        leaky(feature, (value) => (known = value)),
      ),
      pipe(normalize(instruments), features(instruments, set), regime(before, layers.regime)),
      pipe(pattern(before, layers.pattern), signal(before, module)),
    );
  };
  return { layers, signal: module, perceive };
};
