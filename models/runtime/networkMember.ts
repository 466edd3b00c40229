import { UserError } from "../../src/domain/units.ts";
import type { BeliefLayer, Upstreams } from "../serving.ts";
import type { InferenceOutcome, WindowMember } from "../windowMember.ts";
import type { NetworkOptions } from "./networkPart.ts";
import { NetworkPart } from "./networkPart.ts";

/** Raw scores of a network by layer (docs/models.md#networks); L2 has its embedding behind them. */
const RAW_SCORES = { regime: 7, pattern: 2, signal: 2 } as const;
const REGIME_NUMBERS = 7;
const PATTERN_NUMBERS = 2;

/** What a manifest says of a member that is one network. */
export interface NetworkManifest {
  readonly layer: BeliefLayer;
  readonly name: string;
  readonly version: string;
  readonly columns: readonly string[];
  readonly beliefs: readonly Exclude<BeliefLayer, "signal">[];
  /** Value that each mask had at every training row. */
  readonly masks: Readonly<Record<string, number>>;
  readonly upstreams?: Upstreams;
  /** Names of the numbers behind P(up) and P(down); of L2 only. */
  readonly embedding?: readonly string[];
  readonly window: number;
}

/** Makes a belief of the raw scores of a row, from `at` on; fills `out` from `to` on. */
type RawToBelief = (raw: Float64Array, at: number, out: Float64Array, to: number) => void;

interface NetworkMemberOptions extends NetworkOptions {
  /** Numbers of the L2 embedding on the line, which a member with the belief `pattern` reads. */
  readonly lineEmbedding?: number;
  /** How raw scores become a belief, and of how many numbers; L2 says them as they are. */
  readonly belief?: { readonly numbers: number; readonly of: RawToBelief };
}

/** A window member that is one network, served by a thread of its own. */
export class NetworkMember implements WindowMember {
  readonly name: string;
  readonly window: number;
  readonly features: readonly string[];
  readonly beliefs: NetworkManifest["beliefs"];
  readonly upstreams: Upstreams;
  readonly embedding: readonly string[];
  readonly part: NetworkPart;
  private readonly columns: number;
  private readonly masks: readonly (readonly [name: string, value: number])[];
  private readonly belief: { readonly numbers: number; readonly of: RawToBelief };
  private input = new Float64Array(0);
  private raw = new Float64Array(0);

  constructor(manifest: NetworkManifest, part: NetworkPart, belief: { readonly numbers: number; readonly of: RawToBelief }) {
    this.name = `${manifest.name}@${manifest.version}`;
    this.window = manifest.window;
    this.masks = Object.entries(manifest.masks);
    this.features = [...manifest.columns, ...this.masks.map(([name]) => name)];
    this.beliefs = manifest.beliefs;
    this.upstreams = manifest.upstreams ?? {};
    this.embedding = manifest.embedding ?? [];
    this.part = part;
    this.columns = manifest.columns.length;
    this.belief = belief;
  }

  /** Why the last call has no answer; "" where it has. */
  get problem(): string {
    return this.part.problem;
  }

  infer(input: Float64Array, rows: number, out: Float64Array, unready: string[]): InferenceOutcome {
    const { outputs } = this.part;
    if (this.raw.length < rows * outputs) this.raw = new Float64Array(rows * outputs);
    const outcome = this.part.scores(this.withoutMasks(input, rows, unready), rows, this.raw);
    const { numbers, of } = this.belief;
    if (outcome === "ok") for (let row = 0; row < rows; row += 1) of(this.raw, row * outputs, out, row * numbers);
    return outcome;
  }

  /** Ends its thread. */
  async close(): Promise<void> {
    await this.part.close();
  }

  /** Masks stand behind the columns: they are checked at every bar and are no input. */
  private withoutMasks(input: Float64Array, rows: number, unready: string[]): Float64Array {
    const { masks, columns, window } = this;
    if (masks.length === 0) return input;
    const bars = rows * window;
    const from = input.length / bars;
    const width = from - masks.length;
    if (this.input.length < bars * width) this.input = new Float64Array(bars * width);
    for (let bar = 0; bar < bars; bar += 1) {
      const [read, put] = [bar * from, bar * width];
      this.input.set(input.subarray(read, read + columns), put);
      this.input.set(input.subarray(read + columns + masks.length, read + from), put + columns);
      for (const [m, [name, value]] of masks.entries()) if (input[read + columns + m] !== value) unready[Math.floor(bar / window)] ||= name;
    }
    return this.input.subarray(0, bars * width);
  }
}

/** The member of a manifest whose one part is the network `model`, an ONNX file. Throws a `UserError` where the two do not fit. */
export const networkMember = (manifest: NetworkManifest, model: Uint8Array, options: NetworkMemberOptions = {}): NetworkMember => {
  const { layer, name, version, columns, beliefs, window, embedding = [] } = manifest;
  const { lineEmbedding = 0 } = options;
  const outputs = RAW_SCORES[layer] + (layer === "pattern" ? embedding.length : 0);
  const belief = options.belief ?? (layer === "pattern" ? { numbers: outputs, of: asItIs(outputs) } : null);
  if (belief === null) throw new UserError(`${layer} member ${name}@${version}: its raw scores are no belief without a calibration`);
  const read = { regime: REGIME_NUMBERS, pattern: PATTERN_NUMBERS + lineEmbedding };
  const width = beliefs.reduce((sum, before) => sum + read[before], columns.length);
  return new NetworkMember(manifest, new NetworkPart(model, { window, width, outputs }, options), belief);
};

const asItIs =
  (numbers: number): RawToBelief =>
  (raw, at, out, to) => {
    for (let i = 0; i < numbers; i += 1) out[to + i] = raw[at + i] as number;
  };
