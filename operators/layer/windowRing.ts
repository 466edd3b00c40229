import type { FeatureRow, Pattern, Regime } from "../../src/domain/derived.ts";
import type { WindowMember } from "../../models/windowMember.ts";
import { MISSING_BELIEF } from "../../models/windowMember.ts";

const UPSTREAM = ["regime", "pattern"] as const;

/** What the numbers of a bar in a window are, in this order; 0: the line has no such layer. */
export interface WindowWidths {
  readonly features: number;
  readonly regime: number;
  readonly pattern: number;
  /** Of the layer's own rule. */
  readonly rule: number;
}

/**
 * The last bars of one instrument as window members see them: features, the beliefs before the layer, and what its rule says,
 * `[bars, numbers]` float64, row-major. It belongs to the layer and fills whether a window member serves or not, so a swap finds it warm.
 */
export class WindowRing {
  private readonly capacity: number;
  private readonly widths: WindowWidths;
  private readonly width: number;
  private readonly values: Float64Array;
  /** Place of the present bar, then of the next one. */
  private next = 0;
  /** Bars in a row without a hole; more than `capacity` counts as `capacity`. */
  private bars = 0;
  /** Of these, the last ones in a row at which the rule said every number. */
  private ruleBars = 0;
  /** As `bars`, since another member began to serve a layer before this one. */
  private readonly bySpeaker = { regime: 0, pattern: 0 };

  constructor(capacity: number, widths: WindowWidths) {
    this.capacity = capacity;
    this.widths = widths;
    this.width = widths.features + widths.regime + widths.pattern + widths.rule;
    this.values = new Float64Array(capacity * this.width);
  }

  takeRow({ values, row, features }: FeatureRow): void {
    this.values.set(values.subarray(row * features, (row + 1) * features), this.next * this.width);
  }

  takeRegime({ values, row, ready }: Regime): void {
    const { features, regime } = this.widths;
    this.belief(features, regime, values, row * regime, ready);
  }

  takePattern({ values, row, width, ready }: Pattern): void {
    const { features, regime, pattern } = this.widths;
    this.belief(features + regime, pattern, values, row * width, ready);
  }

  /** What the rule says of the present bar. */
  takeRule(numbers: Float64Array, ready: boolean): void {
    const { features, regime, pattern, rule } = this.widths;
    const start = this.next * this.width + features + regime + pattern;
    let whole = ready;
    for (let i = 0; i < rule; i += 1) {
      const value = numbers[i] as number;
      this.values[start + i] = value;
      if (value !== value) whole = false;
    }
    this.ruleBars = whole ? Math.min(this.ruleBars + 1, this.capacity) : 0;
  }

  private belief(to: number, room: number, from: Float64Array, at: number, ready: boolean): void {
    const start = this.next * this.width + to;
    for (let i = 0; i < room; i += 1) this.values[start + i] = ready ? (from[at + i] as number) : MISSING_BELIEF;
  }

  /** The present bar is whole. */
  close(): void {
    this.next = (this.next + 1) % this.capacity;
    if (this.bars < this.capacity) this.bars += 1;
    for (const layer of UPSTREAM) if (this.bySpeaker[layer] < this.capacity) this.bySpeaker[layer] += 1;
  }

  /** A hole: windows begin behind it. */
  clear(): void {
    this.bars = 0;
    this.ruleBars = 0;
  }

  /** Another member serves a layer before this one: windows over its beliefs begin anew. */
  swapped(layer: (typeof UPSTREAM)[number]): void {
    this.bySpeaker[layer] = 0;
  }

  /** The rule said every number at each of the last `bars` bars. */
  holdsRule(bars: number): boolean {
    return this.ruleBars >= bars;
  }

  /** `beliefs`: layers that the window reads, each said by one member throughout. */
  holds(bars: number, beliefs: WindowMember["beliefs"]): boolean {
    return this.bars >= bars && beliefs.every((layer) => this.bySpeaker[layer] >= bars);
  }

  /** Copies `columns` of the last `bars` bars, oldest first, to `into[at …]`. False: a number is unknown. Call it only where it `holds` them. */
  copy(bars: number, columns: Int32Array, into: Float64Array, at: number): boolean {
    const { values } = this;
    let known = true;
    let to = at;
    for (let back = bars; back > 0; back -= 1) {
      const from = ((this.next - back + this.capacity) % this.capacity) * this.width;
      for (let i = 0; i < columns.length; i += 1, to += 1) {
        const value = values[from + (columns[i] as number)] as number;
        into[to] = value;
        if (value !== value) known = false;
      }
    }
    return known;
  }
}
