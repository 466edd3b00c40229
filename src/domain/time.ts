import { DAY_MS, HOUR_MS, MINUTE_MS, UserError } from "./units.ts";

/** A span of time in ms since 1970 UTC, `fromMs` inclusive, `toMs` exclusive; null leaves that end open. */
export interface TimeRange {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

const FORMS = "a date (2023-01-31, taken as 00:00 UTC), an ISO time in UTC (2023-01-31T08:30:00Z) or milliseconds since 1970";
/** Years 1970 to 9999: what the calendar below and the decision hash are defined for. */
const LAST_MS = 253_402_300_799_999;
/** Digits below this read as seconds by mistake: as ms they would lie before 1976. */
const SECONDS_LOOKALIKE_DIGITS = 11;

/**
 * A point in time as ms since 1970 UTC, from a bare date (00:00 UTC), an ISO time with `Z`, or epoch milliseconds.
 * Anything else (local times, offsets, days that do not exist, seconds) throws a `UserError` that begins with `what`.
 */
export const parseTime = (text: string, what = "time"): number => {
  const trimmed = text.trim();
  if (/^\d+$/.test(trimmed)) return epochMs(trimmed, what);
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?)?(Z)?)?$/.exec(trimmed);
  if (match === null) {
    const offset = /^\d{4}-\d{2}-\d{2}[T ].*[+-]\d{2}:?\d{2}$/.test(trimmed) ? "; offsets are not taken, write it in UTC" : "";
    throw new UserError(`${what} "${text}" is not a time${offset}; give ${FORMS}`, 2);
  }
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = match;
  if (trimmed.includes("T") && zone === undefined) {
    throw new UserError(`${what} "${text}" has no time zone; end it with Z (all times are UTC)`, 2);
  }
  const dayMs = Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS + Number(second) * 1000 + Number(fraction.padEnd(3, "0"));
  const timeMs = daysFromCivil(Number(year), Number(month), Number(day)) * DAY_MS + dayMs;
  const written = `${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour.padStart(2, "0")}:${minute.padStart(2, "0")}:${second.padStart(2, "0")}`;
  if (timeMs < 0 || timeMs > LAST_MS || formatUtc(timeMs).slice(0, 19) !== written) {
    throw new UserError(`${what} "${text}" does not exist in the calendar (years 1970 to 9999, hours 00 to 23)`, 2);
  }
  return timeMs;
};

/**
 * Both ends of a range (null: open). Throws a `UserError` when an end is no time, when the range is empty, or when it
 * begins after its end.
 */
export const parseTimeRange = (from: string | null, to: string | null): TimeRange => {
  const fromMs = from === null ? null : parseTime(from, "from");
  const toMs = to === null ? null : parseTime(to, "to");
  if (fromMs !== null && toMs !== null && fromMs >= toMs) {
    const shown = `from ${formatUtc(fromMs)} to ${formatUtc(toMs)}`;
    throw new UserError(
      fromMs === toMs
        ? `the range ${shown} is empty: from is included, to is not; move to at least one bar later`
        : `from is after to: ${shown}; swap them`,
      2,
    );
  }
  return { fromMs, toMs };
};

/** ISO time in UTC: `2023-01-31T08:30:00Z`, with three decimals only when the milliseconds are not 0. */
export const formatUtc = (timeMs: number): string => {
  const days = Math.floor(timeMs / DAY_MS);
  const rest = timeMs - days * DAY_MS;
  const milliseconds = rest % 1000;
  const clock = [Math.floor(rest / HOUR_MS), Math.floor(rest / MINUTE_MS) % 60, Math.floor(rest / 1000) % 60];
  const fraction = milliseconds === 0 ? "" : `.${pad(milliseconds, 3)}`;
  return `${formatDay(timeMs)}T${clock.map((part) => pad(part, 2)).join(":")}${fraction}Z`;
};

/** UTC calendar day of a time: `2023-01-31`. */
export const formatDay = (timeMs: number): string => {
  const { year, month, day } = civilFromDays(Math.floor(timeMs / DAY_MS));
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
};

/**
 * Length of a time frame such as `5m`, `4h` or `1d`, in ms. Frames are aligned to UTC, so one must be whole minutes and
 * divide a day; anything else throws a `UserError`.
 */
export const timeframeMs = (text: string): number => {
  const match = /^([1-9]\d{0,3})([mhd])$/.exec(text);
  const unitsMs: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };
  const lengthMs = Number(match?.[1]) * (unitsMs[match?.[2] ?? ""] ?? NaN);
  if (!(DAY_MS % lengthMs === 0)) {
    throw new UserError(`time frame "${text}" is not one that divides a day; give e.g. 5m, 15m, 1h, 4h or 1d`, 2);
  }
  return lengthMs;
};

const epochMs = (digits: string, what: string): number => {
  if (digits.length < SECONDS_LOOKALIKE_DIGITS && digits !== "0") {
    throw new UserError(`${what} "${digits}" is too short for milliseconds since 1970; seconds times 1000? Give ${FORMS}`, 2);
  }
  const timeMs = Number(digits);
  if (timeMs > LAST_MS) throw new UserError(`${what} "${digits}" is too large for milliseconds since 1970; give ${FORMS}`, 2);
  return timeMs;
};

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

/**
 * Days since 1970-01-01 of a date in the proleptic Gregorian calendar, and back. Years are counted from March, so that
 * the leap day comes last (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013).
 */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
};

const civilFromDays = (days: number): { year: number; month: number; day: number } => {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1 };
};

/** A time frame as it is written, e.g. 300,000 ms → `5m`. */
export const formatTimeframe = (timeframe: number): string => {
  const unit = timeframe % DAY_MS === 0 ? "d" : timeframe % HOUR_MS === 0 ? "h" : "m";
  return `${timeframe / (unit === "d" ? DAY_MS : unit === "h" ? HOUR_MS : MINUTE_MS)}${unit}`;
};
