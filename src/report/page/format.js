// @ts-check
/** How the report, its page and the terminal print numbers: one place, so that they never differ. */

const MINUS = "−";
export const NONE = "–";
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Fixed decimals with thousands separators and a true minus sign; `–` for what is no number.
 * @type {(value: number, decimals?: number) => string} */
export const decimal = (value, decimals = 2) => {
  if (value === Infinity) return "∞";
  if (!Number.isFinite(value)) return value === -Infinity ? `${MINUS}∞` : NONE;
  const [whole = "", fraction] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const text = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
};

/** As `decimal`, with a plus sign where it is above zero.
 * @type {(value: number, decimals?: number) => string} */
export const signed = (value, decimals = 2) => {
  const text = decimal(value, decimals);
  return value > 0 && (/[1-9]/.test(text) || value === Infinity) ? `+${text}` : text;
};

/** A fraction as percent. @type {(fraction: number, decimals?: number) => string} */
export const percent = (fraction, decimals = 2) => (Number.isNaN(fraction) ? NONE : `${decimal(fraction * 100, decimals)}%`);

/** A fraction as percent with its sign. @type {(fraction: number, decimals?: number) => string} */
export const signedPercent = (fraction, decimals = 2) => (Number.isNaN(fraction) ? NONE : `${signed(fraction * 100, decimals)}%`);

/** A whole number. @type {(value: number) => string} */
export const count = (value) => decimal(value, 0);

/** `1 trade`, `2,000 trades`. @type {(value: number, one: string, many?: string) => string} */
export const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** The two ends of an interval: `−0.52 … 1.40`; `–` where it is undefined.
 * @type {(ends: readonly [low: number, high: number], print?: (value: number) => string) => string} */
export const range = ([low, high], print = decimal) => (Number.isNaN(low) || Number.isNaN(high) ? NONE : `${print(low)} … ${print(high)}`);

/** A multiple: `3.1×`. @type {(value: number, digits?: number) => string} */
export const times = (value, digits = 2) => (Number.isFinite(value) ? `${decimal(value, digits)}×` : NONE);

/** Decimals that a number has, at most `most`. @type {(value: number, most?: number) => number} */
const digitsOf = (value, most = 8) => value.toFixed(most).replace(/0+$/, "").split(".")[1]?.length ?? 0;

/** A price or quantity with the digits it has, at most 8 decimals. @type {(value: number) => string} */
export const exact = (value) => (Number.isFinite(value) ? decimal(value, digitsOf(value)) : NONE);

/** A fraction as percent with the digits it has, at most 6 decimals. @type {(fraction: number) => string} */
export const exactPercent = (fraction) => percent(fraction, Number.isFinite(fraction) ? digitsOf(fraction * 100, 6) : 0);

/** `2023-04-12`, UTC. @type {(timeMs: number) => string} */
export const utcDay = (timeMs) => (Number.isFinite(timeMs) ? new Date(timeMs).toISOString().slice(0, 10) : NONE);

/** `2023-04-12 07:31`, UTC, with seconds only where there are some. @type {(timeMs: number) => string} */
export const utcTime = (timeMs) => {
  if (!Number.isFinite(timeMs)) return NONE;
  const text = new Date(timeMs).toISOString().replace("T", " ");
  return timeMs % MINUTE_MS === 0 ? text.slice(0, 16) : text.slice(0, 19);
};

/** An ISO time in UTC without zone and empty clock: `2023-04-12`, `2023-04-12 07:31`. @type {(text: string) => string} */
export const shortIso = (text) =>
  text
    .replace(/(:00)?(\.0+)?Z$/, "")
    .replace(/T00:00$/, "")
    .replace("T", " ");

/** A span of time in its two largest units: `3 d 4 h`, `12 min`, `850 ms`. @type {(spanMs: number) => string} */
export const duration = (spanMs) => {
  if (!Number.isFinite(spanMs)) return NONE;
  if (spanMs === 0) return "0 min";
  if (spanMs < 1000) return `${Math.round(spanMs)} ms`;
  if (spanMs < MINUTE_MS) return `${Math.round(spanMs / 1000)} s`;
  const minutes = Math.round(spanMs / MINUTE_MS);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  if (days > 0) return days < 60 && hours > 0 ? `${count(days)} d ${hours} h` : `${count(days)} d`;
  return hours > 0 ? (minutes % 60 > 0 ? `${hours} h ${minutes % 60} min` : `${hours} h`) : `${minutes} min`;
};

/** A value of a risk rule in the unit that the rule's name ends in; a symbol may stand behind the name.
 * @type {(rule: string, value: number, decimals?: number) => string} */
export const ruleValue = (rule, value, decimals = 2) => {
  const [name = rule] = rule.split(" ");
  if (/fraction$/i.test(name)) return percent(value, decimals);
  if (/ms$/i.test(name)) return duration(value);
  if (/usdt$/i.test(name)) return `${decimal(value, decimals)} USDT`;
  if (/ratio$|bound$/i.test(name)) return decimal(value, decimals);
  if (/leverage$/i.test(name)) return `${exact(value)}×`;
  return Number.isInteger(value) ? count(value) : decimal(value, decimals);
};

/** Most decimals of a rule's value. */
const RULE_DECIMALS = 8;

/** A rule's value and its limit, with as many decimals as tell the two apart.
 * @type {(rule: string, value: number, limit: number) => readonly [value: string, limit: string]} */
export const ruleValues = (rule, value, limit) => {
  for (let decimals = 2; ; decimals++) {
    const texts = /** @type {const} */ ([ruleValue(rule, value, decimals), ruleValue(rule, limit, decimals)]);
    if (texts[0] !== texts[1] || value === limit || decimals === RULE_DECIMALS) return texts;
  }
};
