import { createHash, randomUUID } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BeliefRows } from "../../../operators/beliefs/beliefRows.ts";
import type { RowSaid } from "../../../operators/beliefs/saidTable.ts";
import { UserError } from "../../domain/units.ts";
import { plainFile } from "../plainFile.ts";
import type { BeliefHeader } from "./beliefFile.ts";
import { checksum, END_MAGIC, FORMAT, jsonBytes, MAGIC, PREAMBLE_BYTES, TAIL_BYTES } from "./beliefFile.ts";

/**
 * Writes stored beliefs under a temporary name beside `path`; `finish` renames. Every call throws a `UserError` when the system refuses.
 * Nothing is held but the block at hand.
 */
export class BeliefWriter {
  readonly #shown: string;
  readonly #path: string;
  readonly #partial: string;
  readonly #sha = createHash("sha256");
  #file: number | null;
  #rows = 0;

  constructor(path: string, header: BeliefHeader) {
    this.#shown = path;
    this.#path = this.#try(() => plainFile(path, "name another file with --beliefs"));
    this.#partial = join(dirname(this.#path), `.${basename(this.#path)}.partial-${randomUUID()}`);
    this.#file = this.#try(() => openSync(this.#partial, "wx"));
    const text = jsonBytes(header);
    const preamble = Buffer.alloc(PREAMBLE_BYTES);
    MAGIC.copy(preamble);
    preamble.writeUInt32LE(FORMAT, 8);
    preamble.writeUInt32LE(text.length, 12);
    preamble.writeUInt32LE(checksum(text), 16);
    this.#sha.update(preamble).update(text);
    this.#write(preamble, text);
  }

  /** Appends a block; all but the last must be full. */
  add(block: BeliefRows): void {
    const numbers = new Uint8Array(block.buffer);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(block.length, 0);
    head.writeUInt32LE(checksum(numbers), 4);
    this.#sha.update(head);
    this.#rows += block.length;
    this.#write(head, numbers);
  }

  /** Ends the file and gives it its name. `said`: the table that the rows' heads name places in. */
  finish(dataSha256: string, said: readonly RowSaid[]): void {
    const footer = jsonBytes({ rows: this.#rows, sha256: this.#sha.digest("hex"), dataSha256, said });
    const tail = Buffer.alloc(TAIL_BYTES);
    tail.writeUInt32LE(footer.length, 0);
    tail.writeUInt32LE(checksum(footer), 4);
    END_MAGIC.copy(tail, 8);
    this.#write(footer, tail);
    this.#try(() => {
      fsyncSync(this.#file as number);
      closeSync(this.#file as number);
      this.#file = null;
      renameSync(this.#partial, this.#path);
    });
  }

  /** Leaves nothing behind; harmless after `finish`. */
  discard(): void {
    if (this.#file === null) return;
    closeSync(this.#file);
    this.#file = null;
    rmSync(this.#partial, { force: true });
  }

  #write(...pieces: readonly Uint8Array[]): void {
    this.#try(() => {
      for (const piece of pieces) for (let at = 0; at < piece.length;) at += writeSync(this.#file as number, piece, at, piece.length - at);
    });
  }

  #try<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      if (error instanceof UserError) throw error;
      const code = (error as NodeJS.ErrnoException).code ?? String(error);
      const why =
        code === "ENOENT"
          ? "its folder does not exist"
          : code === "ENOSPC"
            ? "no space left on the device"
            : `the system refused it (${code})`;
      throw new UserError(`cannot write beliefs ${this.#shown}: ${why}; name another file with --beliefs`);
    }
  }
}
