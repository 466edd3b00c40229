import { DAY_MS, HOUR_MS, InvariantError, MINUTE_MS, UserError } from "../../domain/units.ts";

/** Lengths of klines by the exchange's names. */
const INTERVALS: Readonly<Record<string, number>> = {
  "1m": MINUTE_MS,
  "3m": 3 * MINUTE_MS,
  "5m": 5 * MINUTE_MS,
  "15m": 15 * MINUTE_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
  "2h": 2 * HOUR_MS,
  "4h": 4 * HOUR_MS,
  "6h": 6 * HOUR_MS,
  "8h": 8 * HOUR_MS,
  "12h": 12 * HOUR_MS,
  "1d": DAY_MS,
};

export const INTERVAL_LABELS: readonly string[] = Object.keys(INTERVALS);

export const isInterval = (label: string): boolean => Object.hasOwn(INTERVALS, label);

/** `1m` → 60000; an unknown interval is wrong usage. */
export const intervalMsOf = (label: string): number => {
  const found = INTERVALS[label];
  if (found === undefined) throw new UserError(`unknown interval ${label}: use one of ${INTERVAL_LABELS.join(", ")}`, 2);
  return found;
};

/** 60000 → `1m`. */
export const intervalLabel = (intervalMs: number): string => {
  const found = Object.entries(INTERVALS).find(([, ms]) => ms === intervalMs);
  if (found === undefined) throw new InvariantError(`no kline interval has ${intervalMs} ms`);
  return found[0];
};
