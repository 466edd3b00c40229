/** Whether a value that was last known at `knownAtMs` (NaN: never) is recent enough at a bar that closes at `closeMs`. */
export const fresh = (knownAtMs: number, closeMs: number, staleMs: number): boolean => closeMs - knownAtMs <= staleMs;

/** ln x of a positive number; 0 where a source left the number out (NaN, 0). */
export const logOrZero = (x: number): number => (x > 0 && x < Infinity ? Math.log(x) : 0);
