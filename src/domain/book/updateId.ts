/** Order of two update ids, texts of digits without leading zeros: negative when `a` is lower. Exact beyond 2^53. */
export const compareUpdateIds = (a: string, b: string): number =>
  a.length === b.length ? (a < b ? -1 : a === b ? 0 : 1) : a.length - b.length;
