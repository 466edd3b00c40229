/**
 * Units of the decision line. Prices and quantities of orders, fills and positions are integers of ticks and lots;
 * bars and features are float64. Conversion happens once in and once out, here.
 */
declare const brand: unique symbol;
type Branded<Name extends string> = number & { readonly [brand]: Name };

/** A price as a count of the instrument's tick size (integer). */
export type Ticks = Branded<"Ticks">;
/** A quantity as a count of the instrument's lot size (integer; signed for positions: long > 0). */
export type Lots = Branded<"Lots">;
/** Position of an instrument in the run's list of instruments; `NO_INSTRUMENT` for account-wide items. */
export type InstrumentIndex = Branded<"InstrumentIndex">;

export const NO_INSTRUMENT = -1 as InstrumentIndex;

/** Long or short, as the sign of the position. */
export type Direction = 1 | -1;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** An integer as ticks; throws when it is not a safe integer (a broken conversion must not reach an order). */
export const ticks = (value: number): Ticks => integer(value, "ticks") as Ticks;
/** An integer as lots; throws when it is not a safe integer. */
export const lots = (value: number): Lots => integer(value, "lots") as Lots;
export const instrumentIndex = (value: number): InstrumentIndex => integer(value, "instrument index") as InstrumentIndex;

const integer = (value: number, what: string): number => {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`${what} must be a safe integer, got ${value}`);
  return value;
};

/** Start of the UTC day that contains `timeMs`. A float modulo is a call into C: not once per bar. */
export const utcDayStart = (timeMs: number): number => timeMs - (timeMs % DAY_MS);

/** A broken invariant of the system itself: never caught on the line, ends the run. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Something the user can mend: one line that names the input, what is wrong and the remedy. */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Process exit code: 1 refused or failed, 2 wrong usage. */
  readonly exitCode: 1 | 2;
  constructor(message: string, exitCode: 1 | 2 = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
