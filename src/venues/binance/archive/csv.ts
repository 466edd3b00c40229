import { UserError } from "../../../domain/units.ts";
import { cellText } from "./decimal.ts";

const NEWLINE = 10;
const RETURN = 13;
const COMMA = 44;
const QUOTE = 34;

/** Walks the rows of a CSV without quotes, cell by cell, with no object per row. */
export class CsvRows {
  /** 1-based number of the current line. */
  line = 0;
  readonly bytes: Uint8Array;
  readonly file: string;
  /** Bounds of the cells of the current row: cell `c` is `[starts[c], ends[c])`. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #width: number;
  #at: number;

  constructor(bytes: Uint8Array, file: string, width: number) {
    this.bytes = bytes;
    this.file = file;
    this.#width = width;
    this.starts = new Int32Array(width);
    this.ends = new Int32Array(width);
    this.#at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  }

  /** Upper bound of the rows left. */
  countLines(): number {
    let count = 1;
    for (let at = this.bytes.indexOf(NEWLINE); at >= 0; at = this.bytes.indexOf(NEWLINE, at + 1)) count += 1;
    return count;
  }

  /** Skips the first line when it names its columns, the first of which must be `expected`. */
  skipHeader(expected: string): void {
    const first = this.bytes[this.#at] ?? NEWLINE;
    if (!isLetter(first) && first !== QUOTE) return;
    const end = this.bytes.indexOf(NEWLINE, this.#at);
    const text = cellText(this.bytes, this.#at, end < 0 ? this.bytes.length : end).trim();
    if (text.split(",")[0]?.replaceAll('"', "") !== expected) {
      this.line = 1;
      throw this.error(`starts with "${clip(text)}", which is neither a number nor the header ${expected},…`);
    }
    this.line = 1;
    this.#at = end < 0 ? this.bytes.length : end + 1;
  }

  /** Finds the cells of the next row; false at the end. Empty lines are skipped; another width is an error. */
  next(): boolean {
    const { bytes, starts, ends } = this;
    for (;;) {
      if (this.#at >= bytes.length) return false;
      this.line += 1;
      const start = this.#at;
      let cell = 0;
      let from = start;
      let at = start;
      for (; at < bytes.length; at++) {
        const byte = bytes[at] as number;
        if (byte > COMMA) continue; // digits, points and letters: most bytes leave here
        if (byte === COMMA) {
          if (cell < starts.length) {
            starts[cell] = from;
            ends[cell] = at;
          }
          cell += 1;
          from = at + 1;
        } else if (byte === NEWLINE) break;
      }
      this.#at = at + 1;
      const end = at > start && bytes[at - 1] === RETURN ? at - 1 : at;
      if (end === start) continue;
      if (cell < starts.length) {
        starts[cell] = from;
        ends[cell] = end;
      }
      if (cell + 1 !== this.#width) throw this.error(`has ${cell + 1} columns instead of ${this.#width}`);
      return true;
    }
  }

  /** Text of a cell of the current row. */
  text(cell: number): string {
    return clip(cellText(this.bytes, this.starts[cell] as number, this.ends[cell] as number));
  }

  /** The one-line error for the current line. */
  error(what: string): UserError {
    return new UserError(`${this.file} line ${this.line} ${what}; nothing of this file was imported; ${REMEDY}`);
  }
}

/** What to do about a damaged file of the archive. */
export const REMEDY = "download it again, or move it away to go on without it";

const isLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122;
const clip = (text: string): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
