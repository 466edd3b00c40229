/** Types of `runs.js` for the server side. */
export interface Runs {
  readonly fromMs: ArrayLike<number>;
  readonly toMs: ArrayLike<number>;
  readonly state: ArrayLike<number>;
}
export interface JoinedRuns {
  readonly fromMs: number[];
  readonly toMs: number[];
  readonly state: number[];
}
export const joinRuns: (runs: Runs, cellMs: number, first?: number, end?: number) => JoinedRuns;
