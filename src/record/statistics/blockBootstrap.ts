import { Random } from "../../../streams/simulatedMarket/random.ts";
import { quantile } from "../metrics/tailRisk.ts";

/** Ends of an interval; both NaN where it is undefined. */
export type Interval = readonly [low: number, high: number];

/** A series and the blocks that it is drawn in: from `from[b]` to `to[b]` of `values`, which may repeat the series' beginning at its end. */
interface Blocks {
  readonly values: Float64Array;
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** Blocks of one resample, and how many values it has at most. */
  readonly drawn: number;
  readonly lengthMax: number;
}

interface BootstrapOptions {
  readonly draws?: number;
  readonly seed?: number;
  /** Share of the resamples that the interval holds. */
  readonly level?: number;
}

/** Fewer blocks than this say nothing of the spread between them. */
const BLOCKS_MIN = 6;

/**
 * Percentile interval of a statistic by the block bootstrap, which keeps what neighbours have in common. `blockOf` is the length of the
 * blocks, then any run of so many values is one, the series being a circle (circular block bootstrap: Politis and Romano, "A circular
 * block-resampling procedure for stationary data", 1992); or it is a key, then neighbours with the same key are one block. `statistic` is
 * given one buffer again and again. The same seed gives the same bits. NaN below six blocks, and where the statistic of the series or of
 * any resample is NaN.
 */
export const bootstrapInterval = (
  values: Float64Array,
  blockOf: number | ((index: number) => number),
  statistic: (sample: Float64Array) => number,
  { draws = 2000, seed = 1, level = 0.95 }: BootstrapOptions = {},
): Interval => {
  const blocks = typeof blockOf === "number" ? circularBlocks(values, blockOf) : keyedBlocks(values, blockOf);
  if (blocks.drawn < BLOCKS_MIN || Number.isNaN(statistic(values))) return [NaN, NaN];
  const random = new Random(seed, 0, 0);
  const [picks, buffer] = [new Int32Array(blocks.drawn), new Float64Array(blocks.lengthMax)];
  const found = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw += 1) {
    for (let i = 0; i < picks.length; i += 1) picks[i] = Math.floor(random.uniform() * blocks.from.length);
    found[draw] = statistic(resampled(blocks, picks, buffer));
  }
  const tail = (1 - level) / 2;
  return [quantile(found, tail), quantile(found, 1 - tail)];
};

/** Every run of `length` values of the series as a circle; a resample is cut to the length of the series. */
export const circularBlocks = (series: Float64Array, length: number): Blocks => {
  const count = series.length;
  const values = new Float64Array(count === 0 ? 0 : count + length - 1);
  for (let i = 0; i < values.length; i += 1) values[i] = series[i % count] as number;
  const from = Int32Array.from({ length: count }, (_, i) => i);
  return { values, from, to: from.map((start) => start + length), drawn: Math.ceil(count / length), lengthMax: count };
};

/** Neighbours of one key; as many blocks are drawn as there are. */
export const keyedBlocks = (values: Float64Array, keyOf: (index: number) => number): Blocks => {
  const from: number[] = [];
  for (let i = 0; i < values.length; i += 1) if (i === 0 || keyOf(i) !== keyOf(i - 1)) from.push(i);
  const to = [...from.slice(1), values.length];
  const longest = from.reduce((most, start, block) => Math.max(most, (to[block] as number) - start), 0);
  return { values, from: Int32Array.from(from), to: Int32Array.from(to), drawn: from.length, lengthMax: from.length * longest };
};

/** The values of the picked blocks, one behind the other, in `buffer`. */
export const resampled = ({ values, from, to }: Blocks, picks: ArrayLike<number>, buffer: Float64Array): Float64Array => {
  let length = 0;
  for (let i = 0; i < picks.length; i += 1) {
    const [start, end] = [from[picks[i] as number] as number, to[picks[i] as number] as number];
    const block = values.subarray(start, Math.min(end, start + buffer.length - length));
    buffer.set(block, length);
    length += block.length;
  }
  return buffer.subarray(0, length);
};
