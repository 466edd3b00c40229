import type { FeatureInput } from "../../src/domain/kind.ts";
import { didYouMean } from "../../src/domain/nearestName.ts";
import { formatTimeframe } from "../../src/domain/time.ts";
import { MINUTE_MS, UserError } from "../../src/domain/units.ts";
import { SCALES_WARM_UP_BARS } from "../normalize.ts";
import type { EventFeatureFamily, FeatureColumn, FeatureFamily } from "./feature.ts";
import { guardedFamily } from "./guardedFamily.ts";

/** A column of the feature row, in its place. */
interface PlacedColumn extends FeatureColumn {
  readonly input: FeatureInput;
  readonly family: string;
  /** Time frame whose closed bars it reads. */
  readonly timeframeMs: number;
  /** Decision bars, since the start or a gap, up to and with the first at which it is known; of longer frames at most so many. */
  readonly warmUpBaseBars: number;
}

/** A family in its place of the row: `columns.length` numbers from `at` on. */
export interface Placed<F> {
  readonly family: F;
  readonly at: number;
}

/** The families of one longer time frame; their columns stand together. */
export interface PlacedFrame {
  readonly timeframeMs: number;
  readonly families: readonly Placed<FeatureFamily>[];
  readonly at: number;
  readonly width: number;
}

/** What the feature row holds, column by column: base families, longer time frames, events, masks. */
export interface FeatureSet {
  readonly columns: readonly PlacedColumn[];
  readonly base: readonly Placed<FeatureFamily>[];
  readonly frames: readonly PlacedFrame[];
  readonly events: readonly Placed<EventFeatureFamily>[];
  /** By input: where its mask stands. */
  readonly masks: ReadonlyMap<FeatureInput, number>;
  /** Families from this place of `base` on are the user's own: what they write is checked. */
  readonly ownFrom: number;
}

export interface FeatureSetOptions {
  readonly families: readonly FeatureFamily[];
  readonly events: readonly EventFeatureFamily[];
  /** Users' families, on the decision bar only. */
  readonly own?: readonly FeatureFamily[];
  readonly baseMs?: number;
  /** Longer time frames; `core` families are repeated on each. */
  readonly timeframesMs: readonly number[];
}

/** Places families in a row. Throws a `UserError` when two columns have one name. */
export const featureSet = (options: FeatureSetOptions): FeatureSet => {
  const { baseMs = MINUTE_MS, own = [] } = options;
  const columns: PlacedColumn[] = [];
  const place = <F extends FeatureFamily | EventFeatureFamily>(family: F, input: FeatureInput, timeframeMs: number): Placed<F> => {
    const at = columns.length;
    const suffix = timeframeMs === baseMs ? "" : `_${formatTimeframe(timeframeMs)}`;
    const bars = timeframeMs / baseMs;
    for (const column of family.columns) {
      const warmUpBaseBars = input === "kline" ? firstBars(bars) + column.warmUpBars * bars : 0;
      columns.push({ ...column, name: column.name + suffix, input, family: family.name, timeframeMs, warmUpBaseBars });
    }
    return { family, at };
  };
  const base = [...options.families, ...own.map(guardedFamily)].map((family) => place(family, "kline", baseMs));
  const core = options.families.filter((family) => family.core === true);
  const frames = [...options.timeframesMs]
    .sort((a, b) => a - b)
    .map((timeframeMs) => {
      const at = columns.length;
      const families = core.map((family) => place(family, "kline", timeframeMs));
      return { timeframeMs, families, at, width: columns.length - at };
    })
    .filter(({ width }) => width > 0);
  const events = options.events.map((family) => place(family, family.input, baseMs));
  const masks = new Map<FeatureInput, number>();
  for (const input of new Set(options.events.map((family) => family.input))) {
    masks.set(input, columns.length);
    columns.push({ ...maskColumn(input), input, family: "masks", timeframeMs: baseMs, warmUpBaseBars: 0 });
  }
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UserError(`two features are called ${twice}: give one another name`);
  return { columns, base, frames, events, masks, ownFrom: options.families.length };
};

/**
 * Decision bars before the first bar of a time frame of `bars` of them that families may see: the scales must be there, and it must
 * be whole, wherever between two of its closes the data begin.
 */
const firstBars = (bars: number): number => (bars === 1 ? SCALES_WARM_UP_BARS : Math.max(SCALES_WARM_UP_BARS + 1, bars - 1));

const maskColumn = (input: FeatureInput): FeatureColumn => ({
  name: `mask_${input}`,
  formula: `1 where the history has no ${input} and its columns stand at 0, else 0`,
  unit: "flag",
  source: "",
  warmUpBars: 0,
});

/** Place of each named column in the row. Throws a `UserError` for a name that is not there; `who` asks for it. */
export const columnsNamed = (set: FeatureSet, names: readonly string[], who: string): Int32Array => {
  const known = set.columns.map(({ name }) => name);
  return Int32Array.from(names, (name) => {
    const at = known.indexOf(name);
    if (at < 0) throw new UserError(`${who}: there is no feature ${name}${didYouMean(name, known) || "; docs/features.md lists them"}`);
    return at;
  });
};

/**
 * The options of the smallest set that has the named columns: families (of every time frame) without one of them are left out; users' own
 * stay.
 */
export const familiesNamed = (options: FeatureSetOptions, names: readonly string[], who: string): FeatureSetOptions => {
  const whole = featureSet(options);
  const columns = Array.from(columnsNamed(whole, names, who), (at) => whole.columns[at] as PlacedColumn);
  const wanted = new Set(columns.map(({ family }) => family));
  const frames = new Set(columns.map(({ timeframeMs }) => timeframeMs));
  const masked = names.filter((name) => name.startsWith("mask_")).map((name) => name.slice("mask_".length));
  return {
    ...options,
    families: options.families.filter(({ name }) => wanted.has(name)),
    events: options.events.filter(({ name, input }) => wanted.has(name) || masked.includes(input)),
    own: options.own ?? [],
    timeframesMs: options.timeframesMs.filter((timeframeMs) => frames.has(timeframeMs)),
  };
};

/** Decision bars until the slowest of some columns is known; of all without `at`. */
export const warmUpBarsOf = (set: FeatureSet, at?: Int32Array): number =>
  set.columns.reduce((bars, column, place) => (at === undefined || at.includes(place) ? Math.max(bars, column.warmUpBaseBars) : bars), 0);
