export const sharpeUpperBound = (_r: readonly number[], _c: number): number => Infinity;
