import type { Kind } from "../domain/kind.ts";
import { InvariantError } from "../domain/units.ts";
import { hashThread, JOB_BYTES_MAX } from "../store/hashing/hashThread.ts";
import { sha256 } from "../store/hashing/sha256.ts";

/** No record is larger, lists of numbers at its end aside: the texts in it are ids, rule names and reasons of at most 255 bytes. */
const RECORD_WORDS_MAX = 256;
const WORDS = JOB_BYTES_MAX / 8;

/**
 * SHA-256 over records, little-endian. A record is a run of 8-byte words: a head (kind, instrument, flags, small codes), its numbers as
 * raw float64 bits (one canonical NaN), its texts (a length byte, UTF-8, zeros to the next word), and lists of numbers, each behind
 * its length. Records are gathered in a buffer of 256 KiB and hashed in a thread of their own (`src/store/hashing/hashThread.ts`); what fits the
 * first buffer is hashed here.
 */
export class RecordHash {
  protected readonly numbers = new Float64Array(WORDS);
  /** The next free word. */
  protected at = 0;
  private readonly halves = new Uint32Array(this.numbers.buffer);
  private readonly bytes = new Uint8Array(this.numbers.buffer);
  /** 0: nothing has left the buffer yet. */
  private stream = 0;

  constructor() {
    this.halves[0] = 1;
    if (this.bytes[0] !== 1) throw new InvariantError("records are hashed little-endian, and this machine is not");
  }

  /** The digest of everything so far, in hex; more may follow. */
  digest(): string {
    const rest = this.bytes.subarray(0, this.at * 8);
    if (this.stream === 0) return sha256(rest);
    this.leaving();
    this.at = 0;
    return hashThread().digest(this.stream, rest);
  }

  /** Begins a record. `flags`, `code` and `subcode` are bytes. */
  protected head({ kind, instrument }: Hashed, flags = 0, code = 0, subcode = 0): void {
    if (this.at > WORDS - RECORD_WORDS_MAX) this.drain();
    this.halves[2 * this.at] = kind | (flags << 8) | (instrument << 16);
    this.halves[2 * this.at + 1] = code | (subcode << 8);
    this.at += 1;
  }

  protected number(value: number): void {
    this.numbers[this.at] = canonical(value);
    this.at += 1;
  }

  /** Ids, enumerations, rule names and reasons: ASCII but for the symbols of some instruments. */
  protected text(value: string): void {
    const { length } = value;
    if (length > 255) throw new RangeError(`a record holds a text of ${length} characters: ${value.slice(0, 40)}…`);
    const { bytes } = this;
    const from = this.at * 8;
    let end = from + 1 + length;
    bytes[from] = length;
    for (let i = 0; i < length; i += 1) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        end = from + 1 + new TextEncoder().encodeInto(value, bytes.subarray(from + 1)).written;
        break;
      }
      bytes[from + 1 + i] = code;
    }
    while ((end & 7) !== 0) {
      bytes[end] = 0;
      end += 1;
    }
    this.at = end >> 3;
  }

  /** At the end of a record: a list, which may be longer than the buffer; nothing but lists may follow. */
  protected list(values: Float64Array): void {
    if (this.at === WORDS) this.drain();
    this.number(values.length);
    for (let from = 0; from < values.length;) {
      if (this.at === WORDS) this.drain();
      const { at, numbers } = this;
      const count = Math.min(values.length - from, WORDS - at);
      for (let i = 0; i < count; i += 1) numbers[at + i] = canonical(values[from + i] as number);
      this.at = at + count;
      from += count;
    }
  }

  private drain(): void {
    const thread = hashThread();
    if (this.stream === 0) this.stream = thread.open();
    thread.update(this.stream, this.bytes.subarray(0, this.at * 8));
    this.leaving();
    this.at = 0;
  }

  /** What is in the buffer is about to leave it. */
  protected leaving(): void {
    // for subclasses that look at the records too
  }

  /** What was recorded from a word of the buffer on; a view. */
  protected recordedFrom(word: number): Uint8Array {
    return this.bytes.subarray(word * 8, this.at * 8);
  }
}

/** A NaN that comes with other bits (a module may have it from anywhere) becomes the one that JavaScript writes itself. */
export const canonical = (value: number): number => (value === value ? value : NaN);

interface Hashed {
  readonly kind: Kind;
  readonly instrument: number;
}
