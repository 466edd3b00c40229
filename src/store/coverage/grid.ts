import type { Hole } from "./hole.ts";

/** What a series shows of its times inside a range: the first, the last, and neighbours that lie wide apart, ascending. */
export interface Steps {
  readonly firstMs: number;
  readonly lastMs: number;
  readonly rows: number;
  readonly wide: readonly (readonly [beforeMs: number, nextMs: number])[];
}

/** Two neighbours are wide apart from here on: times of polled values jitter. */
export const wideMs = (cadenceMs: number): number => 1.5 * cadenceMs;

/**
 * Holes of a series whose events lie on multiples of `cadenceMs`. Every multiple in `[fromMs, toMs)` is expected; an infinite bound stands
 * for the first or last event. `steps` undefined: there is no event.
 */
export const gridHoles = (steps: Steps | undefined, cadenceMs: number, fromMs: number, toMs: number): Hole[] => {
  const [startMs, endMs] = [Math.ceil(fromMs / cadenceMs) * cadenceMs, Math.ceil(toMs / cadenceMs) * cadenceMs];
  const hole = (from: number, to: number): Hole[] => {
    const missing = Math.round((to - from) / cadenceMs);
    return missing > 0 && missing < Infinity ? [{ fromMs: from, toMs: to, missing }] : [];
  };
  if (steps === undefined) return hole(startMs, endMs);
  return [
    ...hole(startMs, steps.firstMs),
    ...steps.wide.flatMap(([beforeMs, nextMs]) => hole(beforeMs + cadenceMs, nextMs)),
    ...hole(steps.lastMs + cadenceMs, endMs),
  ];
};
