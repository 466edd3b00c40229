import { MISSING_BELIEF } from "../../../models/windowMember.ts";
import type { Pattern, Regime, Signal } from "../../domain/derived.ts";
import { REGIME_STATES } from "../../domain/derived.ts";
import type { DatasetColumn } from "./columns.ts";

/** Who spoke at the rows of a dataset, by layer; null: the line has no such layer, and the dataset no column of it. */
interface BeliefMembers {
  readonly regime: string | null;
  readonly pattern: string | null;
  readonly signal: string;
}

/** What L1 to L3 say, as columns of a dataset (docs/datasets.md#beliefs). */
export interface DatasetBeliefs {
  readonly members: BeliefMembers;
  readonly columns: readonly DatasetColumn[];
}

interface Speaker {
  readonly name: string;
}

const SIGNAL_NUMBERS = ["pLong", "pShort", "pNeutral", "netLong", "netShort", "confidence"] as const;

/** The columns of the members that speak, L1 before L2 before L3. */
export const datasetBeliefs = (
  regime: Speaker | null,
  pattern: (Speaker & { readonly embedding: readonly string[] }) | null,
  signal: Speaker,
): DatasetBeliefs => {
  const columns = (layer: string, who: Speaker | null, numbers: readonly string[]): DatasetColumn[] =>
    who === null
      ? []
      : numbers.map((number) => ({
          ...{ name: `${layer}.${number}`, type: "float32", role: "belief" },
          ...{ formula: `${number} as ${layer} member ${who.name} says it`, unit: "1" },
        }));
  return {
    members: { regime: regime?.name ?? null, pattern: pattern?.name ?? null, signal: signal.name },
    columns: [
      ...columns("regime", regime, REGIME_STATES),
      ...columns("pattern", pattern, ["up", "down", ...(pattern?.embedding ?? [])]),
      ...columns("signal", signal, SIGNAL_NUMBERS),
    ],
  };
};

/** The numbers of those columns at one bar. A layer that is not ready says zeros, as in a member's input; so does a number not stated. */
export const beliefNumbers = (
  { columns }: DatasetBeliefs,
  regime: Regime | null,
  pattern: Pattern | null,
  signal: Signal,
): Float32Array<ArrayBuffer> => {
  const out = new Float32Array(columns.length).fill(MISSING_BELIEF);
  let at = 0;
  if (regime !== null) at = copied(regime, REGIME_STATES.length, out, at);
  if (pattern !== null) at = copied(pattern, pattern.width, out, at);
  if (signal.ready)
    for (const [i, name] of SIGNAL_NUMBERS.entries()) out[at + i] = Number.isNaN(signal[name]) ? MISSING_BELIEF : signal[name];
  return out;
};

const copied = ({ values, row, ready }: Regime | Pattern, width: number, out: Float32Array, at: number): number => {
  if (ready) for (let i = 0; i < width; i += 1) out[at + i] = values[row * width + i] as number;
  return at + width;
};
