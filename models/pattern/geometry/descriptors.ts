import type { BarView } from "../../../src/domain/kline.ts";
import { Breakout } from "./breakout.ts";
import { Candles } from "./candles.ts";
import { Channel } from "./channel.ts";
import { flag } from "./flag.ts";
import { GeometryBar } from "./geometryBar.ts";
import { doublePivot, headShoulders, pivotDistance, swingStructure } from "./structure.ts";
import { Swings } from "./swings.ts";
import { Triangle } from "./triangle.ts";

/** The descriptors in the order of the embedding: each from −1 to 1, positive when bullish. */
export const DESCRIPTORS = [
  "breakout_60",
  "breakout_240",
  "channel_position",
  "channel_slope",
  "swing_structure",
  "pivot_distance",
  "double_pivot",
  "head_shoulders",
  "triangle",
  "flag",
  "engulfing",
  "hammer",
  "doji",
  "inside_break",
] as const;

const CHANNEL_BARS = 120;
/** Bars since the start or a hole from which the descriptors speak: the slowest window. */
export const DESCRIBED_AFTER_BARS = 241;

/** The shape of the price so far, one instrument. */
export class Descriptors {
  readonly bar = new GeometryBar();
  readonly swings: Swings;
  /** Bars since the start or a hole. */
  bars = 0;
  private readonly near = new Breakout(60);
  private readonly far = new Breakout(240);
  private readonly channel = new Channel(CHANNEL_BARS);
  private readonly candles = new Candles();
  private readonly triangle = new Triangle();
  /** Of the pivots alone, by the volatility unit at the last one's confirmation. */
  private structure = 0.5;
  private lastMs = NaN;

  constructor(reversal: number) {
    this.swings = new Swings(reversal);
    this.structure = 0;
  }

  /** The next bar; behind a hole all starts anew. */
  add(bar: BarView): void {
    const { openTimeMs } = bar;
    if (openTimeMs - this.lastMs !== bar.timeframeMs) this.clear();
    this.lastMs = openTimeMs;
    const at = this.bar;
    at.take(bar);
    this.bars += 1;
    this.near.add(at);
    this.far.add(at);
    this.channel.add(at);
    this.candles.add(at);
    this.swings.add(at);
    if (!this.swings.fresh) return;
    this.structure = swingStructure(this.swings);
    this.triangle.update(this.swings);
  }

  /** Fills `out[at …]` with one number for each of `DESCRIPTORS`. */
  describe(out: Float64Array, at: number): void {
    const { bar, swings, candles, channel } = this;
    const { close, unit } = bar;
    out[at] = this.near.value;
    out[at + 1] = this.far.value;
    out[at + 2] = channel.position(close);
    out[at + 3] = channel.slope(unit);
    out[at + 4] = this.structure;
    out[at + 5] = pivotDistance(swings, close);
    out[at + 6] = doublePivot(swings, close);
    out[at + 7] = headShoulders(swings, close);
    out[at + 8] = this.triangle.value(swings);
    out[at + 9] = flag(swings, close, unit);
    out[at + 10] = candles.engulfing;
    out[at + 11] = candles.hammer;
    out[at + 12] = candles.doji;
    out[at + 13] = candles.insideBreak;
  }

  private clear(): void {
    this.bars = 0;
    this.bar.clear();
    this.swings.clear();
    this.near.clear();
    this.far.clear();
    this.channel.clear();
    this.candles.clear();
    this.triangle.clear();
    this.structure = 0;
  }
}
