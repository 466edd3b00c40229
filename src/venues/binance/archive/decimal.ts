/**
 * Decimal numbers straight from the bytes of a CSV cell. Up to 2^53 of digits are gathered as an integer and divided by
 * a power of ten ≤ 10^22: both are exact doubles and IEEE division rounds correctly, so the result is the nearest
 * double, as `Number(text)` gives (Clinger, "How to read floating point numbers accurately", 1990). Longer numbers and
 * exponents take `Number` itself.
 */
const POWERS = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));
const LIMIT = (Number.MAX_SAFE_INTEGER - 9) / 10;
const PLAIN = /^-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;

const ZERO = 48;
const DOT = 46;
const MINUS = 45;

/** The value of `bytes[from, to)`; NaN when it is not a finite decimal number. */
export const parseDecimal = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from;
  const negative = bytes[at] === MINUS;
  if (negative) at += 1;
  let mantissa = 0;
  let decimals = -1;
  const first = at;
  for (; at < to; at++) {
    const byte = bytes[at] as number;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (mantissa > LIMIT) return slow(bytes, from, to);
      mantissa = mantissa * 10 + digit;
      if (decimals >= 0) decimals += 1;
    } else if (byte === DOT && decimals < 0) decimals = 0;
    else return slow(bytes, from, to);
  }
  if (at === first || (decimals === 0 && at === first + 1)) return NaN;
  if (decimals > 22) return slow(bytes, from, to);
  const value = decimals > 0 ? mantissa / (POWERS[decimals] as number) : mantissa;
  return negative ? -value : value;
};

const slow = (bytes: Uint8Array, from: number, to: number): number => {
  const text = cellText(bytes, from, to);
  const value = PLAIN.test(text) ? Number(text) : NaN;
  return Number.isFinite(value) ? value : NaN;
};

/** A cell as text, for messages and slow paths. */
export const cellText = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString("utf8");
