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
