/**
 * The candidate that `name` was most likely meant to be, or undefined when none is near: at most a third of the longer
 * name's letters (at least one, at most four) may differ. Letter case does not count; the first of equals wins.
 */
export const nearestName = (name: string, candidates: Iterable<string>): string | undefined => {
  let nearest: string | undefined;
  let nearestDistance = Infinity;
  for (const candidate of candidates) {
    const allowed = Math.min(4, Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)));
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= allowed && distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest;
};

/** ` (did you mean X?)`, or nothing when no candidate is near. */
export const didYouMean = (name: string, candidates: Iterable<string>): string => {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? "" : ` (did you mean ${nearest}?)`;
};

/**
 * Edit distance with insertion, deletion, substitution and swap of neighbours each costing 1 (optimal string alignment;
 * Damerau 1964, Levenshtein 1966), in UTF-16 units. O(|a| · |b|) time, three rows of memory.
 */
export const editDistance = (a: string, b: string): number => {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return at(previous, b.length);
};

const at = (row: readonly number[], column: number): number => row[column] as number;
