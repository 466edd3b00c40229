import { decimalOf } from "./decimalOf.ts";

/** Readers of untyped JSON. They take what is used strictly and leave extra fields alone. */

/** An answer that is not what the exchange documents; the message names the place and what stood there. */
export class WireError extends Error {
  override readonly name = "WireError";
}

export const arrayAt = (value: unknown, path: string): readonly unknown[] => {
  if (!Array.isArray(value)) throw new WireError(`${path} is not an array but ${shown(value)}`);
  return value as readonly unknown[];
};

export const recordAt = (value: unknown, path: string): Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new WireError(`${path} is not an object but ${shown(value)}`);
  return value as Readonly<Record<string, unknown>>;
};

export const textAt = (value: unknown, path: string): string => {
  if (typeof value !== "string") throw new WireError(`${path} is not a text but ${shown(value)}`);
  return value;
};

const DECIMAL = /^-?\d+(\.\d*)?([eE][+-]?\d+)?$/;

/** A finite number, or the decimal text that Binance writes for one. */
export const numberAt = (value: unknown, path: string): number => {
  const number = typeof value === "string" && DECIMAL.test(value) ? Number(value) : value;
  if (typeof number !== "number" || !Number.isFinite(number)) throw new WireError(`${path} is not a number but ${shown(value)}`);
  return number;
};

/** A number that is not negative. */
export const amountAt = (value: unknown, path: string): number => {
  const number = numberAt(value, path);
  if (number < 0) throw new WireError(`${path} is negative: ${shown(value)}`);
  return number;
};

const shown = (value: unknown): string => {
  const text = value === undefined ? "missing" : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
};

// ---- what the streams need besides -------------------------------------------------------------------------------

/** A decimal of a message: a text as Binance writes them, or a finite number. `path` is only shown. */
export const decimalAt = (value: unknown, path: string): number => {
  const number = typeof value === "string" ? decimalOf(value) : value;
  if (typeof number === "number" && Number.isFinite(number)) return number;
  throw new WireError(`${path} is not a number but ${shown(value)}`);
};

/** A decimal above 0. */
export const priceAt = (value: unknown, path: string): number => {
  const number = decimalAt(value, path);
  if (number > 0) return number;
  throw new WireError(`${path} is not above 0: ${shown(value)}`);
};

/** A decimal that is not negative. */
export const qtyAt = (value: unknown, path: string): number => {
  const number = decimalAt(value, path);
  if (number >= 0) return number;
  throw new WireError(`${path} is negative: ${shown(value)}`);
};

/** Years 1970 to 9999. */
const LAST_MS = 253_402_300_799_999;

/** A time in whole ms since 1970, as a number or as digits. */
export const timeAt = (value: unknown, path: string): number => {
  const number = decimalAt(value, path);
  if (Number.isInteger(number) && number >= 0 && number <= LAST_MS) return number;
  throw new WireError(`${path} is no time in ms: ${shown(value)}`);
};

/** An id that JSON carried as a number too large for a double: the reader tries again with the digits kept as text. */
export class LossyIdError extends WireError {}

const ID = /^\d{1,30}$/;

/** An id as text without leading zeros. Throws `LossyIdError` for a number that a double does not hold exactly. */
export const idAt = (value: unknown, path: string): string => {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) {
    if (Number.isSafeInteger(value)) return String(value);
    throw new LossyIdError(`${path} is too large for a number: ${value}`);
  }
  if (typeof value === "string" && ID.test(value)) return value.replace(/^0+(?=\d)/, "");
  throw new WireError(`${path} is no id but ${shown(value)}`);
};

export const flagAt = (value: unknown, path: string): boolean => {
  if (typeof value !== "boolean") throw new WireError(`${path} is not true or false but ${shown(value)}`);
  return value;
};
