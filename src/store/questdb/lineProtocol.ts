import { InvariantError } from "../../domain/units.ts";
import type { Columns } from "../table/columns.ts";
import type { QuestColumn, QuestTable } from "./tables.ts";

/** Rows whose text and numbers are laid out in one buffer: about 250 bytes a kline. */
const CHUNK_ROWS = 4096;
/** Longest decimal of a safe integer, with sign. */
const INTEGER_BYTES = 17;
/** Follows `name=`: a float64 in eight bytes, little endian (protocol version 2). */
const BINARY_DOUBLE = Buffer.from([0x3d, 0x10]);

/** Values that name the rows of one write: `symbol`, `market`, `interval`. */
export type SymbolValues = Readonly<Record<string, string>>;

/**
 * Rows as InfluxDB line protocol with float64 in binary (QuestDB's version 2; layout from its documentation), in chunks of
 * 4096 rows. Column 0 of `columns` is the time in ms, the others are the table's value columns in their order. A float64
 * arrives bit by bit, NaN as null. Lines carry the time in ms: send them with `precision=ms`. Throws an `InvariantError`
 * for a count that is neither a safe integer nor NaN, and for a time that is no safe integer from 1970 on.
 */
export const encodeRows = (name: string, table: QuestTable, symbols: SymbolValues, columns: Columns): Buffer[] => {
  const chunks: Buffer[] = [];
  const row = new RowLayout(name, table, symbols);
  for (let from = 0; from < columns.length; from += CHUNK_ROWS)
    chunks.push(row.encode(columns, from, Math.min(columns.length, from + CHUNK_ROWS)));
  return chunks;
};

interface Field {
  readonly head: Buffer;
  readonly column: number;
  readonly name: string;
}

/** Where things stand in a line: the head with its symbols, doubles at fixed places, then counts and time as digits. */
class RowLayout {
  private readonly template: Buffer;
  /** Column and place of each double inside the template. */
  private readonly doubles: readonly { readonly column: number; readonly at: number }[];
  private readonly longs: readonly Field[];

  constructor(name: string, table: QuestTable, symbols: SymbolValues) {
    const tags = table.columns.filter(({ type }) => type === "SYMBOL").map((tag) => `,${tag.name}=${escaped(symbols[tag.name])}`);
    const values = table.columns.filter(({ type }) => type === "DOUBLE" || type === "LONG");
    const parts = [Buffer.from(`${name}${tags.join("")} `)];
    const doubles: { column: number; at: number }[] = [];
    const fields = values.map((value: QuestColumn, i) => ({ ...value, column: i + 1 }));
    let length = (parts[0] as Buffer).length;
    for (const { name: field, type, column } of fields) {
      if (type !== "DOUBLE") continue;
      const head = Buffer.concat([Buffer.from(`${doubles.length > 0 ? "," : ""}${field}=`), BINARY_DOUBLE]);
      parts.push(head, Buffer.alloc(8));
      doubles.push({ column, at: length + head.length });
      length += head.length + 8;
    }
    this.template = Buffer.concat(parts);
    this.doubles = doubles;
    this.longs = fields
      .filter(({ type }) => type === "LONG")
      .map(({ name: field, column }) => ({ head: Buffer.from(`,${field}=`), column, name: field }));
  }

  encode({ data }: Columns, from: number, to: number): Buffer {
    const rowBytes =
      this.template.length + this.longs.reduce((sum, { head }) => sum + head.length + INTEGER_BYTES + 1, 0) + INTEGER_BYTES + 2;
    const out = Buffer.allocUnsafe((to - from) * rowBytes);
    const times = data[0] as Float64Array;
    let at = 0;
    for (let row = from; row < to; row++) {
      out.set(this.template, at);
      for (const { column, at: offset } of this.doubles) out.writeDoubleLE((data[column] as Float64Array)[row] as number, at + offset);
      at += this.template.length;
      for (const long of this.longs) {
        const value = (data[long.column] as Float64Array)[row] as number;
        if (Number.isNaN(value)) continue; // a field left out is null
        out.set(long.head, at);
        at += long.head.length;
        at += out.write(integer(value, long.name), at, "latin1");
        out[at++] = 0x69; // i
      }
      out[at++] = 0x20;
      at += out.write(time(times[row] as number), at, "latin1");
      out[at++] = 0x0a;
    }
    return out.subarray(0, at);
  }
}

const integer = (value: number, name: string): string => {
  if (!Number.isSafeInteger(value)) throw new InvariantError(`column ${name} has the value ${value}, which is no exact integer`);
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
