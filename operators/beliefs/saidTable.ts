import type { InferenceFailure } from "../../src/domain/event.ts";
import type { BeliefLayer } from "../../models/serving.ts";

/** What stands beside the numbers of a belief. */
export interface SaidBelief {
  readonly member: string;
  readonly reason: string;
  readonly fallback: string;
  /** Why its inference failed; null: it did not, or nobody was asked. */
  readonly failure: InferenceFailure["reason"] | null;
}

/** Of one decision bar; null: the line has no such layer. */
export type RowSaid = Readonly<Record<BeliefLayer, SaidBelief | null>>;

/** Who spoke at the bars of a run, and why others did not: few different rows, bounded by members and reasons. */
export class SaidTable {
  readonly rows: RowSaid[] = [];
  private readonly places = new Map<string, number>();

  /** Place of a row in `rows`. */
  place(said: RowSaid): number {
    const key = `${keyOf(said.regime)}\n${keyOf(said.pattern)}\n${keyOf(said.signal)}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    this.places.set(key, this.rows.length);
    return this.rows.push(said) - 1;
  }
}

const keyOf = (said: SaidBelief | null): string =>
  said === null ? "" : `${said.member}\t${said.reason}\t${said.fallback}\t${said.failure ?? ""}`;
