// @ts-check
/** Runs of a state over time, joined where they are too short to be seen: for the page's zoom and for a bounded record. */

/** Rows `first` (inclusive) to `end` (exclusive) with what is short merged: a stretch of `cellMs`, aligned to UTC, that holds
 * several states becomes the one that lasted longest in it, a tie the lower one; touching runs of one state become one.
 * Input ascending, without overlap, states from −1 up. With `cellMs` 0 only equal neighbours are joined.
 * @type {(runs: import("./runs.js").Runs, cellMs: number, first?: number, end?: number) => import("./runs.js").JoinedRuns} */
export const joinRuns = (runs, cellMs, first = 0, end = runs.state.length) => {
  /** @type {import("./runs.js").JoinedRuns} */
  const joined = { fromMs: [], toMs: [], state: [] };
  /** @type {(fromMs: number, toMs: number, state: number) => void} */
  const push = (fromMs, toMs, state) => {
    const last = joined.state.length - 1;
    if (joined.state[last] === state && joined.toMs[last] === fromMs) {
      joined.toMs[last] = toMs;
      return;
    }
    joined.fromMs.push(fromMs);
    joined.toMs.push(toMs);
    joined.state.push(state);
  };
  const cell = { startMs: NaN, fromMs: NaN, toMs: NaN, heldMs: /** @type {number[]} */ ([]) };
  const flush = () => {
    if (cell.heldMs.length > 0) push(cell.fromMs, cell.toMs, longest(cell.heldMs) - 1);
    cell.heldMs = [];
    cell.startMs = NaN;
  };
  for (let row = first; row < end; row += 1) {
    const [toMs = NaN, state = -1] = [runs.toMs[row], runs.state[row]];
    let fromMs = runs.fromMs[row] ?? NaN;
    while (fromMs < toMs) {
      const startMs = cellMs > 0 ? Math.floor(fromMs / cellMs) * cellMs : fromMs;
      if (startMs !== cell.startMs) flush();
      const whole = cellMs > 0 ? Math.floor(toMs / cellMs) * cellMs : toMs;
      if (fromMs === startMs && whole > fromMs) {
        push(fromMs, whole, state);
        fromMs = whole;
        continue;
      }
      const untilMs = Math.min(toMs, startMs + cellMs);
      if (cell.heldMs.length === 0) Object.assign(cell, { startMs, fromMs });
      cell.heldMs[state + 1] = (cell.heldMs[state + 1] ?? 0) + untilMs - fromMs;
      cell.toMs = untilMs;
      fromMs = untilMs;
    }
  }
  flush();
  return joined;
};

/** Index of the greatest entry, the first of equals; holes count as 0. @type {(values: readonly number[]) => number} */
const longest = (values) => {
  let best = -1;
  let most = 0;
  values.forEach((value, index) => {
    if (value > most) [best, most] = [index, value];
  });
  return best;
};
