import type { InferenceFailures } from "../src/domain/inferenceFailures.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { UserError } from "../src/domain/units.ts";
import type { LayerName, Registry, Serving } from "../models/serving.ts";
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
