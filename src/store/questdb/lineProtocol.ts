import { InvariantError } from "../../domain/units.ts";
import type { Columns, ListColumn } from "../table/columns.ts";
import { listOf, numbersAt } from "../table/columns.ts";
import type { QuestTable, ValueColumn } from "./tables.ts";

/** Rows whose text and numbers are laid out in one buffer: about 250 bytes a kline. */
const CHUNK_ROWS = 4096;
/** Numbers of lists in one buffer, about: 4 MB. */
const CHUNK_NUMBERS = 524_288;
/** Longest decimal of a 64-bit integer, with sign. */
const INTEGER_BYTES = 20;
/** Follows `name=`: a float64 in eight bytes, little endian (protocol version 2). */
const BINARY_DOUBLE = Buffer.from([0x3d, 0x10]);
/** Follows `name=`: an array of float64 (type 10) with two dimensions, whose lengths and numbers come next (protocol version 2). */
const BINARY_PAIRS = Buffer.from([0x3d, 0x0e, 10, 2]);
/** Two lengths, four bytes each. */
const SHAPE_BYTES = 8;
/** What the server takes for null. */
const NULL_LONG = -(2n ** 63n);

/** Values that name the rows of one write: `symbol`, `market`, `interval`. */
type SymbolValues = Readonly<Record<string, string>>;

/**
 * Rows as InfluxDB line protocol with float64 and arrays in binary (QuestDB's version 2; layout from its documentation), in
 * chunks of at most 4096 rows. A float64 arrives bit by bit, NaN as null; ids as digits; the levels of a book side as an array
 * of shape (levels, 2). Lines carry the time in ms: send them with `precision=ms`. Throws an `InvariantError` for what would
 * not come back the same: a count that is neither a safe integer nor NaN, a time that is no safe integer from 1970 on, the one
 * id that the server takes for null, levels that are not pairs.
 */
export const encodeRows = (name: string, table: QuestTable, symbols: SymbolValues, columns: Columns): Buffer[] => {
  const chunks: Buffer[] = [];
  const row = new RowLayout(name, table, symbols);
  for (let from = 0; from < columns.length;) {
    const to = row.chunkEnd(columns, from);
    chunks.push(row.encode(columns, from, to));
    from = to;
  }
  return chunks;
};

interface Field {
  readonly head: Buffer;
  readonly column: number;
  readonly name: string;
}

interface Place {
  readonly column: number;
  /** Inside the template. */
  readonly at: number;
}

/**
 * Where things stand in a line: the head with its symbols, then the template's fixed places (doubles, flags), then integers and
 * lists, then the time. Every field begins with a comma; the first of a line is overwritten by the space that must be there.
 */
class RowLayout {
  private readonly template: Buffer;
  private readonly headBytes: number;
  private readonly doubles: readonly Place[];
  private readonly flags: readonly Place[];
  private readonly longs: readonly Field[];
  private readonly lists: readonly Field[];

  constructor(name: string, table: QuestTable, symbols: SymbolValues) {
    const tags = table.columns.filter(({ type }) => type === "SYMBOL").map((tag) => `,${tag.name}=${escaped(symbols[tag.name])}`);
    const parts = [Buffer.from(`${name}${tags.join("")}`)];
    this.headBytes = (parts[0] as Buffer).length;
    let length = this.headBytes;
    const placesOf = (type: ValueColumn["type"], sign: Buffer, bytes: number): Place[] =>
      of(table, type).map(({ name: field, column }) => {
        const head = Buffer.concat([Buffer.from(`,${field}=`), sign]);
        parts.push(head, Buffer.alloc(bytes));
        length += head.length + bytes;
        return { column, at: length - bytes };
      });
    this.doubles = placesOf("DOUBLE", BINARY_DOUBLE, 8);
    this.flags = placesOf("BOOLEAN", Buffer.alloc(0), 1);
    this.template = Buffer.concat(parts);
    const fieldsOf = (type: ValueColumn["type"], sign: Buffer): Field[] =>
      of(table, type).map(({ name: field, column }) => ({ head: Buffer.concat([Buffer.from(`,${field}=`), sign]), column, name: field }));
    this.longs = fieldsOf("LONG", Buffer.alloc(0));
    this.lists = fieldsOf("DOUBLE[][]", BINARY_PAIRS);
  }

  /** Where the chunk that begins at `from` ends: after 4096 rows, or before, where the lists fill it. */
  chunkEnd(columns: Columns, from: number): number {
    const end = Math.min(columns.length, from + CHUNK_ROWS);
    if (this.lists.length === 0) return end;
    let to = from + 1;
    while (to < end && this.numbersIn(columns, from, to + 1) <= CHUNK_NUMBERS) to += 1;
    return to;
  }

  encode(columns: Columns, from: number, to: number): Buffer {
    const times = numbersAt(columns, 0);
    const longBytes = this.longs.reduce((sum, { head }) => sum + head.length + INTEGER_BYTES + 1, 0);
    const listBytes = this.lists.reduce((sum, { head }) => sum + head.length + SHAPE_BYTES, 0);
    const rowBytes = this.template.length + longBytes + listBytes + INTEGER_BYTES + 2;
    const out = Buffer.allocUnsafe((to - from) * rowBytes + 8 * this.numbersIn(columns, from, to));
    let at = 0;
    for (let row = from; row < to; row++) {
      const first = at + this.headBytes;
      at = this.writeFixed(out, at, columns, row);
      at = this.writeLongs(out, at, columns, row);
      for (const { head, column, name } of this.lists) {
        out.set(head, at);
        at = writePairs(out, at + head.length, listOf(columns.data[column] as ListColumn, row), name);
      }
      out[first] = 0x20;
      out[at++] = 0x20;
      at += out.write(time(times[row] as number), at, "latin1");
      out[at++] = 0x0a;
    }
    return out.subarray(0, at);
  }

  private writeFixed(out: Buffer, at: number, { data }: Columns, row: number): number {
    out.set(this.template, at);
    for (const { column, at: offset } of this.doubles) out.writeDoubleLE((data[column] as Float64Array)[row] as number, at + offset);
    for (const { column, at: offset } of this.flags) out[at + offset] = (data[column] as Float64Array)[row] === 1 ? 0x74 : 0x66; // t, f
    return at + this.template.length;
  }

  private writeLongs(out: Buffer, start: number, { data }: Columns, row: number): number {
    let at = start;
    for (const { column, head, name } of this.longs) {
      const value = (data[column] as Float64Array | BigInt64Array)[row] as number | bigint;
      if (Number.isNaN(value)) continue; // a field left out is null
      out.set(head, at);
      at += head.length;
      at += out.write(integer(value, name), at, "latin1");
      out[at++] = 0x69; // i
    }
    return at;
  }

  private numbersIn({ data }: Columns, from: number, to: number): number {
    let numbers = 0;
    for (const { column } of this.lists) {
      const { offsets } = data[column] as ListColumn;
      numbers += (offsets[to] as number) - (offsets[from] as number);
    }
    return numbers;
  }
}

const of = (table: QuestTable, wanted: ValueColumn["type"]): readonly ValueColumn[] => table.values.filter(({ type }) => type === wanted);

/** Lengths of the two dimensions, then the numbers, pair by pair. */
const writePairs = (out: Buffer, start: number, values: Float64Array, name: string): number => {
  if (values.length % 2 !== 0) throw new InvariantError(`column ${name} has ${values.length} numbers, which are no pairs`);
  let at = out.writeUInt32LE(values.length / 2, start);
  at = out.writeUInt32LE(2, at);
  for (let i = 0; i < values.length; i++) at = out.writeDoubleLE(values[i] as number, at);
  return at;
};

const integer = (value: number | bigint, name: string): string => {
  if (typeof value === "bigint" ? value === NULL_LONG : !Number.isSafeInteger(value))
    throw new InvariantError(`column ${name} has the value ${value}, which is no exact integer`);
  return `${value}`;
};

const time = (value: number): string => {
  if (value < 0) throw new InvariantError(`the server keeps no time before 1970: ${value} ms`);
  return integer(value, "ts");
};

/**
 * One row whose values are text or whole numbers, as a line without binary parts. Values that are text must not hold line
 * breaks, which end a line.
 */
export const encodeLine = (
  name: string,
  symbols: SymbolValues,
  values: Readonly<Record<string, string | number>>,
  timeMs: number,
): Buffer => {
  const tags = Object.entries(symbols).map(([tag, value]) => `,${tag}=${escaped(value)}`);
  const fields = Object.entries(values).map(([field, value]) =>
    typeof value === "number" ? `${field}=${integer(value, field)}i` : `${field}="${value.replaceAll(/["\\]/g, "\\$&")}"`,
  );
  return Buffer.from(`${name}${tags.join("")} ${fields.join(",")} ${time(timeMs)}\n`);
};

/** A symbol's value in a line. */
const escaped = (value: string | undefined): string => {
  if (value === undefined) throw new InvariantError("a row of the server's table lacks one of its symbols");
  return value.replaceAll(/[ ,=\\]/g, "\\$&");
};
