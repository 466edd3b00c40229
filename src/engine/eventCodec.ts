import type { Event } from "../domain/event.ts";
import type { KindName } from "../domain/kind.ts";
import { HASHED_AS, Kind, KIND_NAMES } from "../domain/kind.ts";
import { KLINE_COLUMNS, klineValues, singleKline } from "../domain/kline.ts";
import type { KlineValues } from "../domain/kline.ts";
import type { InstrumentIndex } from "../domain/units.ts";
import { InvariantError, UserError } from "../domain/units.ts";

/** Numbers that JSON has no words for. */
const SPECIAL: Readonly<Record<string, number>> = { NaN: NaN, Infinity: Infinity, "-Infinity": -Infinity, "-0": -0 };

/** Fields of a command that journals before 0.2 do not have. */
const UNSAID = { id: "", by: "", reason: "" };

/** A number as JSON has it, or under a tag. */
const written = (value: number): unknown =>
  Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? "-0" : String(value) };

/** JSON may hold these two as they are, but readers take them for the end of a line. */
const oneLine = (json: string): string => json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

/**
 * One event as one line of JSON, without loss: doubles in their shortest round-trip form, typed arrays and the numbers
 * JSON lacks under a tag. `decodeEvent(encodeEvent(e))` puts the same bits on the line.
 */
export const encodeEvent = (event: Event): string => {
  if (event.kind === Kind.kline) {
    const { seq, instrument, block } = event;
    const line: Record<string, unknown> = {
      kind: "kline",
      seq,
      instrument,
      intervalMs: block.intervalMs,
      receiveDelayMs: block.receiveDelayMs,
    };
    const values = klineValues(event);
    for (const column of KLINE_COLUMNS) line[column] = written(values[column]);
    return JSON.stringify(line);
  }
  const json = JSON.stringify({ ...event, kind: KIND_NAMES[event.kind] }, (_, value: unknown) => {
    if (typeof value === "number") return written(value);
    return value instanceof Float64Array ? { $float64: Array.from(value) } : value;
  });
  return oneLine(json);
};

/** The event of a line that `encodeEvent` wrote. Throws `InvariantError` on a kind it does not know, `UserError` on an older layout. */
export const decodeEvent = (text: string): Event => {
  const fields = JSON.parse(text, (_, value: unknown) => revived(value)) as Record<string, unknown> & { kind: string };
  const kind = Object.hasOwn(Kind, fields.kind) ? Kind[fields.kind as KindName] : undefined;
  if (kind === undefined) throw new InvariantError(`unknown kind "${fields.kind}"`);
  if (HASHED_AS[kind] === undefined || (kind === Kind.orderRejected && !("reason" in fields))) throw olderLayout(fields.kind);
  if (kind !== Kind.kline) return { ...fields, kind, ...(kind === Kind.command && !("id" in fields) ? UNSAID : {}) } as unknown as Event;
  const { instrument, intervalMs, receiveDelayMs, seq } = fields as unknown as Record<string, number>;
  const kline = singleKline(instrument as InstrumentIndex, intervalMs as number, fields as unknown as KlineValues, receiveDelayMs);
  kline.seq = seq as number;
  return kline;
};

/** A fill that carries its plan, a rejection that carries a code: only a version before 0.2 wrote such events. */
const olderLayout = (kind: string): UserError =>
  new UserError(`the journal holds a "${kind}" as versions before 0.2 wrote it: replay it with that version, or start a new journal`);

const revived = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if ("$number" in value) return SPECIAL[value.$number as string];
  return "$float64" in value ? Float64Array.from(value.$float64 as number[]) : value;
};
