/**
 * Decimals that one written number shows, packed into an integer: those with trailing zeros (`shownOf`) and those without
 * (`significantOf`). `42.50` shows 2 and has 1 significant; an exponent moves the point and pads nothing, so `7.2E-7` has 8 of both.
 */
const SIGNIFICANT_BITS = 5;
const SIGNIFICANT_MASK = (1 << SIGNIFICANT_BITS) - 1;
/** Most decimals that are told apart. */
export const DECIMALS_MAX = SIGNIFICANT_MASK;
/** A double holds 15 digits of any decimal (IEEE 754, DBL_DIG): a number with more is what arithmetic left, not a price. */
const DIGITS_MAX = 15;

/** What a text shows that is no number or has more than 15 significant digits: nothing, which is not the same as no decimals. */
export const UNSEEN = -1;

export const shownOf = (written: number): number => written >> SIGNIFICANT_BITS;
export const significantOf = (written: number): number => written & SIGNIFICANT_MASK;

const ZERO = 48;
const DOT = 46;
const MINUS = 45;
const PLUS = 43;
const LOWER_CASE = 32;
const E = 101;

/** Decimals of the number in `bytes[from, to)`, or `UNSEEN`. */
export const writtenDecimals = (bytes: Uint8Array, from: number, to: number): number => {
  let at = bytes[from] === MINUS ? from + 1 : from;
  let digits = 0;
  let point = -1;
  let first = -1;
  let last = -1;
  for (; at < to; at += 1) {
    const byte = bytes[at] as number;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (digit > 0) {
        if (first < 0) first = digits;
        last = digits;
      }
      digits += 1;
    } else if (byte === DOT && point < 0) point = digits;
    else break;
  }
  if (digits === 0 || last - first >= DIGITS_MAX) return UNSEEN;
  if (point < 0) point = digits;
  const places = last < 0 ? 0 : last + 1 - point;
  if (at === to) return packed(digits - point, places);
  if (((bytes[at] as number) | LOWER_CASE) !== E) return UNSEEN;
  const exponent = wholeNumber(bytes, at + 1, to);
  if (exponent !== exponent) return UNSEEN;
  const moved = last < 0 ? 0 : places - exponent;
  return packed(moved, moved);
};

const packed = (shown: number, significant: number): number => {
  if (significant > DECIMALS_MAX) return UNSEEN;
  const few = Math.max(0, significant);
  return (Math.min(Math.max(shown, few), DECIMALS_MAX) << SIGNIFICANT_BITS) | few;
};

/** A signed integer of at most three digits; NaN for anything else. */
const wholeNumber = (bytes: Uint8Array, from: number, to: number): number => {
  const sign = bytes[from];
  const first = sign === MINUS || sign === PLUS ? from + 1 : from;
  if (to - first < 1 || to - first > 3) return NaN;
  let value = 0;
  for (let at = first; at < to; at += 1) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return sign === MINUS ? -value : value;
};

const scratch = new Uint8Array(64);

/** The same of a text, and of a number that came without one (its shortest decimal). */
export const textDecimals = (value: unknown): number => {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string" || text.length > scratch.length) return UNSEEN;
  for (let at = 0; at < text.length; at += 1) scratch[at] = text.charCodeAt(at);
  return writtenDecimals(scratch, 0, text.length);
};
