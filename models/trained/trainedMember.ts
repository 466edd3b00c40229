import { REGIME_STATES } from "../../src/domain/derived.ts";
import { PATTERN_PROBABILITIES } from "../pattern/patternModule.ts";
import type { Upstreams } from "../serving.ts";
import type { InferenceOutcome, WindowMember } from "../windowMember.ts";
import type { Combine } from "./combine.ts";
import type { Part } from "./part.ts";

/** Layers whose trained members have a formula. */
type TrainedLayer = "regime" | "signal";

/** Raw scores of each part, numbers of a belief, and of the rule's that a member may read, by layer (docs/models.md). */
export const RAW_SCORES: Readonly<Record<TrainedLayer, number>> = { regime: REGIME_STATES.length, signal: 2 };
export const BELIEF_NUMBERS: Readonly<Record<TrainedLayer, number>> = { regime: REGIME_STATES.length, signal: 6 };
/** Place of the rule's own raw scores among its numbers. */
const RULE_RAW_AT: Readonly<Record<TrainedLayer, number>> = { regime: 0, signal: 3 };

/** What a trained member reads and is called. */
export interface TrainedReads {
  readonly layer: TrainedLayer;
  /** `<name>@<version>`. */
  readonly name: string;
  readonly window: number;
  /** Rows that it is asked about at once at most. */
  readonly batchRows: number;
  readonly columns: readonly string[];
  readonly beliefs: readonly ("regime" | "pattern")[];
  readonly rule: boolean;
  /** Value that each mask had at every training row. */
  readonly masks: Readonly<Record<string, number>>;
  readonly upstreams: Upstreams;
}

/** Numbers of a bar of the input; `embedding`: those of the line's L2. */
export const inputWidth = ({ layer, columns, beliefs, rule }: TrainedReads, embedding: number): number =>
  columns.length +
  (beliefs.includes("regime") ? REGIME_STATES.length : 0) +
  (beliefs.includes("pattern") ? PATTERN_PROBABILITIES + embedding : 0) +
  (rule ? BELIEF_NUMBERS[layer] : 0);

/** The rule of the layer as a part: its own numbers of the present bar, which stand last in a row. */
export const rulePart = (layer: TrainedLayer): Part => {
  const outputs = RAW_SCORES[layer];
  const back = BELIEF_NUMBERS[layer] - RULE_RAW_AT[layer];
  return {
    outputs,
    scores: (input, rows, out) => {
      const width = rows === 0 ? 0 : input.length / rows;
      for (let row = 0; row < rows; row += 1)
        for (let k = 0; k < outputs; k += 1) out[row * outputs + k] = input[(row + 1) * width - back + k] as number;
      return "ok";
    },
  };
};

/** A member made of numbers: it rounds what it reads, asks its parts, and makes a belief of what they say. */
export class TrainedMember implements WindowMember {
  readonly name: string;
  readonly window: number;
  readonly batchRows: number;
  readonly features: readonly string[];
  readonly beliefs: readonly ("regime" | "pattern")[];
  readonly rule: boolean;
  readonly upstreams: Upstreams;
  readonly layer: TrainedLayer;
  private readonly columns: number;
  private readonly masks: readonly (readonly [name: string, value: number])[];
  private readonly parts: readonly Part[];
  private readonly combine: Combine;
  private input = new Float64Array(0);
  private scores: Float64Array[] = [];
  private rows = 0;
  /** Raw scores of a row, one part behind the other. */
  private readonly row: Float64Array;

  constructor(reads: TrainedReads, parts: readonly Part[], combine: Combine) {
    const masks = Object.entries(reads.masks);
    this.name = reads.name;
    this.window = reads.window;
    this.batchRows = reads.batchRows;
    this.features = [...reads.columns, ...masks.map(([name]) => name)];
    this.beliefs = reads.beliefs;
    this.rule = reads.rule;
    this.upstreams = reads.upstreams;
    this.layer = reads.layer;
    this.columns = reads.columns.length;
    this.masks = masks;
    this.parts = parts;
    this.combine = combine;
    this.row = new Float64Array(parts.length * RAW_SCORES[reads.layer]);
  }

  /** The line's rows hold the masks behind the columns; the parts do not see them. */
  infer(input: Float64Array, rows: number, out: Float64Array, unready: string[]): InferenceOutcome {
    const { window, columns, masks } = this;
    const bars = rows * window;
    const from = bars === 0 ? 0 : input.length / bars;
    const width = from - masks.length;
    if (this.input.length < bars * width) this.input = new Float64Array(bars * width);
    for (let bar = 0; bar < bars; bar += 1) {
      const [read, put] = [bar * from, bar * width];
      for (let i = 0; i < columns; i += 1) this.input[put + i] = input[read + i] as number;
      for (let i = columns; i < width; i += 1) this.input[put + i] = input[read + masks.length + i] as number;
      for (let m = 0; m < masks.length; m += 1) {
        const [name, value] = masks[m] as readonly [string, number];
        if (input[read + columns + m] !== value) unready[Math.floor(bar / window)] ||= name;
      }
    }
    return this.answer(this.input.subarray(0, bars * width), rows, out);
  }

  /** Beliefs of rows without masks; rounds `input` in place. What the parts said stands in `rawOf` until the next call. */
  answer(input: Float64Array, rows: number, out: Float64Array): InferenceOutcome {
    for (let i = 0; i < input.length; i += 1) input[i] = Math.fround(input[i] as number);
    if (this.rows < rows) {
      this.rows = rows;
      this.scores = this.parts.map(({ outputs }) => new Float64Array(rows * outputs));
    }
    for (let part = 0; part < this.parts.length; part += 1) {
      const outcome = (this.parts[part] as Part).scores(input, rows, this.scores[part] as Float64Array);
      if (outcome !== "ok") return outcome;
    }
    const numbers = BELIEF_NUMBERS[this.layer];
    for (let row = 0; row < rows; row += 1) this.combine(this.rawOf(row), 0, out, row * numbers);
    return "ok";
  }

  /** What went wrong in a thread of its networks; "" where nothing did. */
  get trouble(): string {
    return this.parts.find(({ trouble = "" }) => trouble !== "")?.trouble ?? "";
  }

  /** Ends the threads of its networks; a later question starts them again. */
  async close(): Promise<void> {
    for (const part of this.parts) await part.close?.();
  }

  /** Raw scores of a row of the last call, one part behind the other. POOLED. */
  rawOf(row: number): Float64Array {
    const outputs = RAW_SCORES[this.layer];
    for (let part = 0; part < this.parts.length; part += 1) {
      const scores = this.scores[part] as Float64Array;
      for (let k = 0; k < outputs; k += 1) this.row[part * outputs + k] = scores[row * outputs + k] as number;
    }
    return this.row;
  }
}
