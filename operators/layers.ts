import type { InferenceFailures } from "../src/domain/inferenceFailures.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { InstrumentIndex } from "../src/domain/units.ts";
import { UserError } from "../src/domain/units.ts";
import type { BeliefLayer, LayerName, Registry, Serving } from "../models/serving.ts";
import { servingOf } from "../models/serving.ts";
import type { FeatureSet } from "./features/featureSet.ts";
import { columnsNamed } from "./features/featureSet.ts";
import { SeenRow } from "./seenRow.ts";

/** The layers of a line. */
export interface Layers {
  readonly instruments: readonly Instrument[];
  /** The feature row; null: none. */
  readonly set: FeatureSet | null;
  /** L1 speaks. */
  readonly regime: boolean;
  /** Numbers in the embedding of L2; null: it does not speak. */
  readonly embedding: number | null;
  /** Every member of every layer; absent: nobody can be swapped. */
  readonly registry?: Registry;
  /** Who serves at the start, by layer; the rule where a layer is not named. */
  readonly serving?: Partial<Serving>;
  /** Inferences that failed in the journal that is replayed. */
  readonly failures?: InferenceFailures;
  /** Who is compared; absent: nobody. */
  readonly shadows?: Shadows;
  /** Who serves one instrument at the start. */
  readonly canaries?: readonly InstrumentCanary[];
}

/** Members whose beliefs are said beside those of the members that serve, muted. */
export interface Shadows {
  /** By layer, members of the registry. */
  readonly members: Readonly<Partial<Record<BeliefLayer, readonly string[]>>>;
  /** They are asked at decision bars whose close is a multiple of this. */
  readonly everyMs: number;
}

export interface InstrumentCanary {
  readonly instrument: InstrumentIndex;
  readonly members: Readonly<Partial<Record<BeliefLayer, string>>>;
}

/** The features and beliefs that a module reads, one copy for each instrument. Throws a `UserError` for a feature that does not exist. */
export const seenRows = (layers: Layers, names: readonly string[], who: string): SeenRow[] => {
  if (names.length > 0 && layers.set === null) throw new UserError(`${who} reads features, and the line has none`);
  const columns = layers.set === null ? new Int32Array(0) : columnsNamed(layers.set, names, who);
  return layers.instruments.map(() => new SeenRow(columns, layers.embedding ?? 0));
};

/** Who serves at the start. Without a registry one layer stands alone, and its rule serves. */
export const startServing = (
  { registry, serving = {} }: Layers,
  layer: LayerName,
  members: readonly { readonly name: string }[],
): Serving =>
  registry === undefined
    ? { regime: "", pattern: "", signal: "", position: "", [layer]: members[0]?.name ?? "" }
    : servingOf(registry, serving);
