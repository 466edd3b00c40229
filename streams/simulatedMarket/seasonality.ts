/** Volatility by hour of the UTC day: quiet before Europe opens, loudest in the first hours of New York. */
const HOURS = [
  0.95, 0.95, 0.9, 0.85, 0.8, 0.8, 0.85, 0.95, 1.05, 1.05, 1, 1, 1.1, 1.35, 1.45, 1.4, 1.3, 1.15, 1.1, 1.1, 1.05, 0.95, 0.9, 0.95,
];
/** Volatility by weekday, Monday first. */
const WEEKDAYS = [1.03, 1.06, 1.06, 1.06, 1.05, 0.82, 0.85];

const WEEK_MINUTES = 10_080;

/** Minute of the week, Monday 00:00 UTC = 0, of a time on the minute (1970-01-01 was a Thursday). */
export const minuteOfWeek = (timeMs: number): number => (timeMs / 60_000 + 3 * 1440) % WEEK_MINUTES;

/**
 * Volatility multiplier of each minute of the week, `[10080] float64`: hours joined by straight lines through their
 * middles, times the weekday; scaled to a mean square of 1, so that it moves variance about without adding any.
 */
export const volatilitySeason: Float64Array = (() => {
  const season = new Float64Array(WEEK_MINUTES);
  let squares = 0;
  for (let minute = 0; minute < WEEK_MINUTES; minute++) {
    const sinceMiddle = ((minute % 1440) + 1410) % 1440;
    const hour = Math.floor(sinceMiddle / 60);
    const weight = (sinceMiddle % 60) / 60;
    const ofDay = (HOURS[hour] as number) * (1 - weight) + (HOURS[(hour + 1) % 24] as number) * weight;
    const value = ofDay * (WEEKDAYS[Math.floor(minute / 1440)] as number);
    season[minute] = value;
    squares += value * value;
  }
  const scale = Math.sqrt(WEEK_MINUTES / squares);
  return season.map((value) => value * scale);
})();
