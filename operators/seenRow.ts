import type { FeatureRow, Pattern, Regime } from "../src/domain/derived.ts";
import { REGIME_STATES } from "../src/domain/derived.ts";
import type { Seen, SeenPattern, SeenRegime } from "../models/seen.ts";
import { PATTERN_PROBABILITIES } from "../models/pattern/patternModule.ts";

class RegimeCopy implements SeenRegime {
  ready = false;
  readonly probabilities = new Float64Array(REGIME_STATES.length).fill(NaN);
}

class PatternCopy implements SeenPattern {
  ready = false;
  pUp = NaN;
  pDown = NaN;
  readonly embedding: Float64Array;
  constructor(embedding: number) {
    this.embedding = new Float64Array(embedding).fill(NaN);
  }
}

/** What one module of one instrument sees: the features that it names and the beliefs before it, copied from the line. */
export class SeenRow implements Seen {
  readonly x: Float64Array;
  known: boolean;
  readonly regime = new RegimeCopy();
  readonly pattern: PatternCopy;
  private readonly columns: Int32Array;

  /** `columns`: places of the module's features in the row; `embedding`: numbers of the pattern layer's. */
  constructor(columns: Int32Array, embedding: number) {
    this.columns = columns;
    this.x = new Float64Array(columns.length).fill(NaN);
    this.known = columns.length === 0;
    this.pattern = new PatternCopy(embedding);
  }

  takeRow({ values, row, features }: FeatureRow): void {
    const { x, columns } = this;
    const from = row * features;
    let known = true;
    for (let i = 0; i < columns.length; i += 1) {
      const value = values[from + (columns[i] as number)] as number;
      x[i] = value;
      if (value !== value) known = false;
    }
    this.known = known;
  }

  takeRegime({ values, row, ready }: Regime): void {
    const { probabilities } = this.regime;
    const from = row * REGIME_STATES.length;
    for (let i = 0; i < REGIME_STATES.length; i += 1) probabilities[i] = values[from + i] as number;
    this.regime.ready = ready;
  }

  takePattern({ values, row, width, ready }: Pattern): void {
    const { pattern } = this;
    const from = row * width;
    pattern.pUp = values[from] as number;
    pattern.pDown = values[from + 1] as number;
    for (let i = PATTERN_PROBABILITIES; i < width; i += 1) pattern.embedding[i - PATTERN_PROBABILITIES] = values[from + i] as number;
    pattern.ready = ready;
  }
}
