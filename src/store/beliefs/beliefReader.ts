import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { BeliefSource } from "../../../operators/beliefs/believed.ts";
import { BeliefRows } from "../../../operators/beliefs/beliefRows.ts";
import type { RowSaid } from "../../../operators/beliefs/saidTable.ts";
import { BELIEF_BLOCK_ROWS } from "../../../operators/beliefs/keepBeliefs.ts";
import type { BeliefFooter, BeliefHeader } from "./beliefFile.ts";
import { BLOCK_HEAD_BYTES, blockBytes, checksum, END_MAGIC, FORMAT, MAGIC, PREAMBLE_BYTES, TAIL_BYTES, unusable } from "./beliefFile.ts";

/**
 * Reads stored beliefs in line order, one block ahead. `provide` before a burst fetches what the burst may need; `advance` then only
 * takes rows from memory. Held: the rows provided for, and two blocks of 4096 rows. Bad files throw a one-line `UserError`.
 */
export class BeliefReader implements BeliefSource {
  readonly name: string;
  readonly header: BeliefHeader;
  readonly footer: BeliefFooter;
  /** The block of the row of the last `advance`. */
  block: BeliefRows;
  readonly #file: FileHandle;
  readonly #sha = createHash("sha256");
  readonly #ready: BeliefRows[] = [];
  /** Row in `block`. */
  #row = -1;
  /** Rows in memory that were not taken. */
  #held = 0;
  /** Rows fetched, and the place of the next block in the file. */
  #fetched = 0;
  #at: number;
  #next: Promise<BeliefRows> | null = null;

  private constructor(name: string, file: FileHandle, header: Buffer, footer: BeliefFooter) {
    this.name = name;
    this.#file = file;
    this.#sha.update(header);
    this.#at = header.length;
    this.header = JSON.parse(header.toString("utf8", PREAMBLE_BYTES)) as BeliefHeader;
    this.footer = footer;
    this.block = new BeliefRows(this.header.widths, 0);
  }

  static async open(path: string): Promise<BeliefReader> {
    const file = await open(path, "r").catch((error: unknown) => {
      throw unusable(path, `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`);
    });
    try {
      const header = await readHeader(path, file);
      const { footer, endsAt } = await readFooter(path, file);
      const reader = new BeliefReader(path, file, header, footer);
      const { widths } = reader.header;
      const blocks = Math.ceil(footer.rows / BELIEF_BLOCK_ROWS);
      if (header.length + blocks * BLOCK_HEAD_BYTES + blockBytes(widths, footer.rows) !== endsAt)
        throw damaged(path, "its length is not what it says");
      return reader;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Fetches until `rows` rows wait in memory, or all that are left. */
  async provide(rows: number): Promise<void> {
    while (this.#held < rows && this.#fetched < this.footer.rows) {
      const block = await (this.#next ?? this.#fetch());
      this.#next = null;
      this.#fetched += block.length;
      this.#held += block.length;
      this.#ready.push(block);
    }
    if (this.#next !== null || this.#fetched === this.footer.rows) return;
    this.#next = this.#fetch();
    // It is awaited by the next call; until then a failure must not end the process.
    this.#next.catch(() => undefined);
  }

  advance(): number {
    this.#row += 1;
    if (this.#row === this.block.length) {
      const next = this.#ready.shift();
      if (next === undefined) return -1;
      this.block = next;
      this.#row = 0;
    }
    this.#held -= 1;
    return this.#row;
  }

  /** The end of a run: the events must be those of the file, and every row must have been taken. */
  finish(dataSha256: string): void {
    const left = this.#held + this.footer.rows - this.#fetched;
    if (dataSha256 !== this.footer.dataSha256) throw unusable(this.name, "were made from other data than this run read");
    if (left > 0) throw unusable(this.name, `hold ${left} bars more than the data`);
    if (this.#sha.digest("hex") !== this.footer.sha256) throw damaged(this.name, "its blocks are not those that were written");
  }

  get said(): readonly RowSaid[] {
    return this.footer.said;
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined);
    await this.#file.close();
  }

  /** One block; called one at a time, in order. */
  async #fetch(): Promise<BeliefRows> {
    const { widths } = this.header;
    const rows = Math.min(BELIEF_BLOCK_ROWS, this.footer.rows - this.#fetched);
    const bytes = await readExactly(this.name, this.#file, this.#at, BLOCK_HEAD_BYTES + blockBytes(widths, rows));
    this.#at += bytes.length;
    const head = bytes.subarray(0, BLOCK_HEAD_BYTES);
    if (head.readUInt32LE(0) !== rows || head.readUInt32LE(4) !== checksum(bytes.subarray(BLOCK_HEAD_BYTES)))
      throw damaged(this.name, `the checksum of rows ${this.#fetched} to ${this.#fetched + rows - 1} does not match`);
    this.#sha.update(head);
    return new BeliefRows(widths, rows, { buffer: bytes.buffer as ArrayBuffer, byteOffset: bytes.byteOffset + BLOCK_HEAD_BYTES });
  }
}

const damaged = (name: string, why: string): Error => unusable(name, `are damaged (${why})`);

const readExactly = async (name: string, file: FileHandle, position: number, length: number): Promise<Buffer> => {
  // A buffer of its own: rows of it live on in the line, and float64 views want their alignment.
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw damaged(name, "it ends too early");
    at += bytesRead;
  }
  return bytes;
};

const readHeader = async (name: string, file: FileHandle): Promise<Buffer> => {
  const preamble = await readExactly(name, file, 0, PREAMBLE_BYTES);
  if (!preamble.subarray(0, MAGIC.length).equals(MAGIC)) throw unusable(name, "are no file of stored beliefs");
  const format = preamble.readUInt32LE(8);
  if (format !== FORMAT) throw unusable(name, `have format ${format}, and this version reads ${FORMAT}`);
  const { size } = await file.stat();
  const length = preamble.readUInt32LE(12);
  if (length > size || preamble.readUInt32LE(20) !== 0) throw damaged(name, "its header is broken");
  const text = await readExactly(name, file, PREAMBLE_BYTES, length);
  if (checksum(text) !== preamble.readUInt32LE(16)) throw damaged(name, "the checksum of its header does not match");
  return Buffer.concat([preamble, text]);
};

const readFooter = async (name: string, file: FileHandle): Promise<{ readonly footer: BeliefFooter; readonly endsAt: number }> => {
  const { size } = await file.stat();
  const tail = await readExactly(name, file, Math.max(0, size - TAIL_BYTES), TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  const endsAt = size - TAIL_BYTES - length;
  if (!tail.subarray(8).equals(END_MAGIC) || endsAt < PREAMBLE_BYTES) throw damaged(name, "it ends too early");
  const text = await readExactly(name, file, endsAt, length);
  if (checksum(text) !== tail.readUInt32LE(4)) throw damaged(name, "the checksum of its end does not match");
  return { footer: JSON.parse(text.toString("utf8")) as BeliefFooter, endsAt };
};
