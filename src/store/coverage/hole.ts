/** A run of time in which a series lacks events. */
export interface Hole {
  /** When the first one that is missing should have been: an open time, a settlement, the end of a period. */
  readonly fromMs: number;
  /** Exclusive: the next existing event, or the end of the range. */
  readonly toMs: number;
  /** How many are missing; null where that is unknown (quotes and book differences have no cadence). */
  readonly missing: number | null;
}

/** Holes in sum. */
export interface HoleSum {
  readonly count: number;
  /** Null where some hole has no count. */
  readonly missing: number | null;
  readonly first: Hole;
  readonly longest: Hole;
}

/** Sum of holes in order of time; undefined when there are none. */
export const sumOf = (holes: readonly Hole[]): HoleSum | undefined => {
  const [first] = holes;
  if (first === undefined) return undefined;
  let missing: number | null = 0;
  let longest = first;
  for (const hole of holes) {
    missing = missing === null || hole.missing === null ? null : missing + hole.missing;
    if (hole.toMs - hole.fromMs > longest.toMs - longest.fromMs) longest = hole;
  }
  return { count: holes.length, missing, first, longest };
};
