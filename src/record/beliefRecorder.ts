import type { ApprovedPlan, FeatureRow, Gap, Pattern, Regime, Signal, TradeClosed } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import { InvariantError } from "../domain/units.ts";
import { RegimeRuns } from "./regimeRuns.ts";
import type { LayerNames, RegimeSeries, SignalBelief, TradeBeliefs, TradeRow } from "./runRecord.ts";

/** Runs of regimes kept over all symbols. */
const REGIME_RUNS_MAX = 20_000;
/** Entries whose trade may still come; the oldest is forgotten first, and its trade then has no beliefs. About 1 kB each. */
const ENTRIES_MAX = 4096;
const UNKNOWN_STATE = -1;

interface BeliefRecorderOptions {
  readonly instruments: readonly Instrument[];
  /** Regimes known up to this time belong to the warm-up and are not recorded. */
  readonly fromMs: number;
  readonly names: LayerNames;
  /** The strongest descriptor counts as a pattern when its absolute value is above this; 0 unless told. */
  readonly patternAbove?: number;
}

/** What a trade's row gains from the layers. */
type TradeThoughts = Pick<TradeRow, "regime" | "pattern" | "confidence" | "beliefs">;

/** What an instrument's layers said last. */
interface Latest {
  features: FeatureRow | null;
  regime: Regime | null;
  pattern: Pattern | null;
  signal: SignalBelief | null;
}

/**
 * What the layers said, kept for the report: the regimes as runs, and everything at the decision of each entry, under the
 * plan's id, until its trade asks for it. Feed it from the line in the line's order. Bounded by trades, not by bars.
 */
export class BeliefRecorder {
  readonly names: LayerNames;
  readonly #options: BeliefRecorderOptions;
  readonly #latest: readonly Latest[];
  readonly #runs: readonly RegimeRuns[];
  readonly #entries = new Map<string, TradeThoughts>();

  constructor(options: BeliefRecorderOptions) {
    const { instruments, names } = options;
    if (names.features.length !== names.featureUnits.length)
      throw new InvariantError(`${names.features.length} features with ${names.featureUnits.length} units`);
    this.names = names;
    this.#options = options;
    this.#latest = instruments.map(() => ({ features: null, regime: null, pattern: null, signal: null }));
    this.#runs = instruments.map(() => new RegimeRuns(Math.floor(REGIME_RUNS_MAX / instruments.length)));
  }

  features(row: FeatureRow): void {
    this.#of(row).features = row;
  }

  regime(regime: Regime): void {
    this.#of(regime).regime = regime;
    if (regime.knownAtMs > this.#options.fromMs) this.#say(regime.instrument, regime.knownAtMs, this.#stateOf(regime));
  }

  pattern(pattern: Pattern): void {
    this.#of(pattern).pattern = pattern;
  }

  signal(signal: Signal): void {
    const { ready, pLong, pShort, pNeutral, netLong, netShort, confidence } = signal;
    this.#of(signal).signal = ready ? { pLong, pShort, pNeutral, netLong, netShort, confidence } : null;
  }

  /** Where bars are missing nobody knows the regime. */
  gap({ instrument, fromMs, knownAtMs }: Gap): void {
    if (knownAtMs <= this.#options.fromMs || !this.#latest[instrument]?.regime) return;
    this.#say(instrument, Math.max(fromMs, this.#options.fromMs), UNKNOWN_STATE);
  }

  /** Keeps what was said when the plan of an entry is approved. */
  approved({ intent }: ApprovedPlan): void {
    if (intent.action !== "enter") return;
    this.#entries.set(intent.planId, this.#thoughts(this.#of(intent), intent.direction));
    if (this.#entries.size > ENTRIES_MAX) for (const oldest of this.#entries.keys()) return void this.#entries.delete(oldest);
  }

  /**
   * What the layers said when the entry of this trade was approved; empty when nothing is known. It stays known: the rest
   * of a limit entry may open a second trade after the first was stopped out.
   */
  thoughtsOf({ planId }: Pick<TradeClosed, "planId">): TradeThoughts {
    return this.#entries.get(planId) ?? {};
  }

  /** The regimes of every symbol, the last run up to `endMs`; symbols of which nothing was said are left out. */
  regimes(endOf: (index: number) => number): readonly RegimeSeries[] {
    return this.#runs
      .map((runs, index) => runs.series((this.#options.instruments[index] as Instrument).symbol, endOf(index)))
      .filter((series) => series.state.length > 0);
  }

  #of({ instrument }: { readonly instrument: number }): Latest {
    return this.#latest[instrument] as Latest;
  }

  #say(instrument: number, timeMs: number, state: number): void {
    (this.#runs[instrument] as RegimeRuns).say(timeMs, state);
  }

  #thoughts({ features, regime, pattern, signal }: Latest, direction: 1 | -1): TradeThoughts {
    const embedding = pattern?.ready === true ? embeddingOf(pattern) : [];
    const said = withConfidence(signal ?? SILENT, direction);
    const beliefs: TradeBeliefs = {
      regime: regime?.ready === true ? [...this.#probabilities(regime)] : [],
      pUp: pattern?.ready === true ? (pattern.values[pattern.row * pattern.width] as number) : NaN,
      pDown: pattern?.ready === true ? (pattern.values[pattern.row * pattern.width + 1] as number) : NaN,
      embedding,
      signal: said,
      features: features === null ? new Float32Array(0) : Float32Array.from(rowOf(features)),
    };
    return {
      ...(regime === null ? {} : { regime: this.names.regimeStates[this.#stateOf(regime)] ?? "unknown" }),
      ...(pattern === null ? {} : { pattern: strongestPattern(this.names.embedding, embedding, this.#options.patternAbove) }),
      ...(Number.isFinite(said.confidence) ? { confidence: said.confidence } : {}),
      beliefs,
    };
  }

  #probabilities({ values, row }: Regime): Float64Array {
    const states = this.names.regimeStates.length;
    return values.subarray(row * states, (row + 1) * states);
  }

  /** The most probable state, the first of equals; −1 when the layer is not warm. Read in place: it is asked at every bar. */
  #stateOf({ ready, values, row }: Regime): number {
    const states = this.names.regimeStates.length;
    let best = UNKNOWN_STATE;
    let most = 0;
    for (let state = 0; ready && state < states; state += 1) {
      const probability = values[row * states + state] as number;
      if (probability > most) {
        most = probability;
        best = state;
      }
    }
    return best;
  }
}

const SILENT: SignalBelief = { pLong: NaN, pShort: NaN, pNeutral: NaN, netLong: NaN, netShort: NaN, confidence: NaN };

const withConfidence = (signal: SignalBelief, direction: 1 | -1): SignalBelief =>
  Number.isFinite(signal.confidence) ? signal : { ...signal, confidence: direction > 0 ? signal.pLong : signal.pShort };

const rowOf = ({ values, row, features }: FeatureRow): Float64Array => values.subarray(row * features, (row + 1) * features);

const embeddingOf = ({ values, row, width }: Pattern): readonly number[] => [...values.subarray(row * width + 2, (row + 1) * width)];

/** Name of the descriptor with the greatest absolute value, the first of equals; `none` when no value is above `above`. */
export const strongestPattern = (names: readonly string[], values: readonly number[], above = 0): string => {
  let strongest = "none";
  let most = above;
  for (const [index, value] of values.entries()) {
    if (!(Math.abs(value) > most)) continue;
    most = Math.abs(value);
    strongest = names[index] ?? `descriptor ${index + 1}`;
  }
  return strongest;
};
