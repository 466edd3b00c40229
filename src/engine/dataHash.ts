import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";
import type { Event } from "../domain/event.ts";
import { Kind } from "../domain/kind.ts";
import type { KlineBlock } from "../domain/kline.ts";
import { KLINE_COLUMNS } from "../domain/kline.ts";
import { encodeEvent } from "./eventCodec.ts";
import { isTick, TickHash } from "./tickHash.ts";

/** A run of consecutive rows of one block that has not been hashed yet. */
interface Run {
  block: KlineBlock;
  fromRow: number;
  toRow: number;
}

/**
 * SHA-256 of the market events of a run, the same for the same events however they come in bursts and blocks. Klines are
 * hashed column by column and instrument by instrument (whole runs of rows in one call); ticks, and the few other events, in line
 * order each.
 */
export class DataHash {
  readonly #columns = new Map<number, { readonly intervalMs: number; readonly hashes: readonly Hash[] }>();
  /** By instrument; empty between two bursts. Not a Map: each `clear` would leave a dead table that keeps the next one, and blocks, alive. */
  readonly #runs: (Run | undefined)[] = [];
  readonly #others = createHash("sha256");
  #ticks: TickHash | null = null;

  add(burst: readonly Event[]): void {
    for (const event of burst) {
      if (event.kind !== Kind.kline) {
        if (isTick(event)) (this.#ticks ??= new TickHash()).add(event);
        else this.#others.update(encodeEvent({ ...event, seq: 0 }));
        continue;
      }
      const { block, row, instrument } = event;
      const run = this.#runs[instrument];
      if (run?.block === block && run.toRow === row) run.toRow = row + 1;
      else {
        if (run !== undefined) this.#take(instrument, run);
        this.#runs[instrument] = { block, fromRow: row, toRow: row + 1 };
      }
    }
    for (const [instrument, run] of this.#runs.entries()) {
      if (run !== undefined) this.#take(instrument, run);
      this.#runs[instrument] = undefined;
    }
  }

  digest(): string {
    const all = createHash("sha256");
    for (const [instrument, { intervalMs, hashes }] of [...this.#columns].sort((a, b) => a[0] - b[0])) {
      all.update(`klines ${instrument} ${intervalMs}\n`);
      for (const hash of hashes) all.update(hash.copy().digest());
    }
    all.update(this.#others.copy().digest());
    if (this.#ticks !== null) all.update(this.#ticks.digest(), "hex");
    return all.digest("hex");
  }

  #take(instrument: number, { block, fromRow, toRow }: Run): void {
    let columns = this.#columns.get(instrument);
    if (columns === undefined) {
      columns = { intervalMs: block.intervalMs, hashes: KLINE_COLUMNS.map(() => createHash("sha256")) };
      this.#columns.set(instrument, columns);
    }
    for (const [i, name] of KLINE_COLUMNS.entries()) (columns.hashes[i] as Hash).update(block[name].subarray(fromRow, toRow));
  }
}
