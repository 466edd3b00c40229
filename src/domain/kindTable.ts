import { InvariantError } from "./units.ts";

/** The facts of a kind. The place of the row in the table is the rank of the kind on the line. */
interface KindRow {
  /** Routes items and is part of hashes: small, unique, consecutive, never changed. It does not affect order. */
  readonly number: number;
  /** It has the rank of the row above, so that only their source orders the two. */
  readonly rankOfAbove?: true;
  /**
   * How the hash of a run's data takes the event (`engine/dataHash.ts`): column by column, as a record of numbers, or as the text of its
   * journal. Absent: the kind is derived and never part of the data.
   */
  readonly hashed?: "columns" | "ticks" | "text";
  /** Series in which a store keeps it; the first is the usual one. Absent: it is not kept. */
  readonly stored?: readonly string[];
  /** The input of the feature row that it belongs to. */
  readonly input?: string;
}

type Rows = Readonly<Record<string, KindRow>>;
type NameOf<R extends Rows> = keyof R & string;
/** Series that a store keeps. */
export type StoredOf<R extends Rows> = { [N in NameOf<R>]: R[N] extends { stored: readonly (infer S)[] } ? S : never }[NameOf<R>];
export type InputOf<R extends Rows> = { [N in NameOf<R>]: R[N] extends { input: infer I } ? I : never }[NameOf<R>];
/** Numbers of the kinds whose rows have these columns: `NumberWhere<Rows, { hashed: "ticks" }>`. */
export type NumberWhere<R extends Rows, Columns> = { [N in NameOf<R>]: R[N] extends Columns ? R[N]["number"] : never }[NameOf<R>];

/** Everything that follows from a table of kinds. Lists of kinds are indexed by the number of the kind. */
interface KindTable<R extends Rows> {
  readonly numbers: { readonly [N in NameOf<R>]: R[N]["number"] };
  readonly names: readonly NameOf<R>[];
  readonly ranks: Uint8Array;
  readonly hashed: readonly KindRow["hashed"][];
  readonly input: readonly (InputOf<R> | undefined)[];
  readonly stored: readonly (readonly StoredOf<R>[])[];
  /** Every series that a store keeps, in the order of the line. */
  readonly allStored: readonly StoredOf<R>[];
  /** By input: the series that its numbers come from. */
  readonly storedOfInput: ReadonlyMap<InputOf<R>, readonly StoredOf<R>[]>;
}

/** Reads a table of kinds, whose rows stand in the order of the line. Throws `InvariantError` unless the numbers are 0 … n − 1, once each. */
export const kindTable = <const R extends Rows>(rows: R): KindTable<R> => {
  const entries = Object.entries<KindRow>(rows) as readonly (readonly [NameOf<R>, KindRow])[];
  const byNumber = [...entries].sort(([, a], [, b]) => a.number - b.number);
  const wrong = byNumber.findIndex(([, { number }], place) => number !== place);
  if (wrong >= 0) throw new InvariantError(`numbers of kinds are not 0 … ${entries.length - 1}, once each: look at ${wrong}`);
  const ranks = new Uint8Array(entries.length);
  let rank = -1;
  for (const [, row] of entries) ranks[row.number] = row.rankOfAbove === true ? rank : (rank += 1);
  const storedOf = ({ stored = [] }: KindRow): readonly StoredOf<R>[] => stored as readonly StoredOf<R>[];
  const inputs = new Set(entries.flatMap(([, { input }]) => (input === undefined ? [] : [input as InputOf<R>])));
  return {
    numbers: Object.fromEntries(entries.map(([name, { number }]) => [name, number])) as KindTable<R>["numbers"],
    names: byNumber.map(([name]) => name),
    ranks,
    hashed: byNumber.map(([, { hashed }]) => hashed),
    input: byNumber.map(([, { input }]) => input as InputOf<R> | undefined),
    stored: byNumber.map(([, row]) => storedOf(row)),
    allStored: [...new Set(entries.flatMap(([, row]) => storedOf(row)))],
    storedOfInput: new Map(
      [...inputs].map((input) => [input, entries.filter(([, row]) => row.input === input).flatMap(([, row]) => storedOf(row))]),
    ),
  };
};
