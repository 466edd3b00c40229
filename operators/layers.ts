import type { Instrument } from "../src/domain/instrument.ts";
import type { FeatureSet } from "./features/featureSet.ts";
import { columnsNamed } from "./features/featureSet.ts";
import { SeenRow } from "./seenRow.ts";
import { UserError } from "../src/domain/units.ts";

/** The layers of a line before L3 and L4. */
export interface Layers {
  readonly instruments: readonly Instrument[];
  /** The feature row; null: none. */
  readonly set: FeatureSet | null;
  /** L1 speaks. */
  readonly regime: boolean;
  /** Numbers in the embedding of L2; null: it does not speak. */
  readonly embedding: number | null;
}

/** The features and beliefs that a module reads, one copy for each instrument. Throws a `UserError` for a feature that does not exist. */
export const seenRows = (layers: Layers, names: readonly string[], who: string): SeenRow[] => {
  if (names.length > 0 && layers.set === null) throw new UserError(`${who} reads features, and the line has none`);
  const columns = layers.set === null ? new Int32Array(0) : columnsNamed(layers.set, names, who);
  return layers.instruments.map(() => new SeenRow(columns, layers.embedding ?? 0));
};
