import type { FillRow } from "./runRecord.ts";

const CHUNK = 4096;
/** Numbers of a fill: time, price, qty, fee, slippage. */
const NUMBERS = 5;

/**
 * Fills of a run as columns: as objects they are the largest thing that a busy run keeps. 40 bytes of numbers each, and
 * its id; iterates as rows, in line order.
 */
export class FillLog implements Iterable<FillRow> {
  private readonly numbers: Float64Array[] = [];
  private readonly ids: string[] = [];
  /** What few fills differ in (symbol, side, liquidity, reason) is kept once, and by index. */
  private readonly terms: Pick<FillRow, "symbol" | "side" | "maker" | "reason">[] = [];
  private readonly termIndex = new Map<string, number>();
  private readonly termOf: Uint32Array[] = [];
  length = 0;

  push({ timeMs, symbol, clientOrderId, side, price, qty, feeUsdt, slippageUsdt, maker, reason }: FillRow): void {
    const at = this.length % CHUNK;
    if (at === 0) {
      this.numbers.push(new Float64Array(CHUNK * NUMBERS));
      this.termOf.push(new Uint32Array(CHUNK));
    }
    const key = `${symbol} ${side} ${maker} ${reason}`;
    let term = this.termIndex.get(key);
    if (term === undefined) {
      term = this.terms.push({ symbol, side, maker, reason }) - 1;
      this.termIndex.set(key, term);
    }
    (this.termOf.at(-1) as Uint32Array)[at] = term;
    (this.numbers.at(-1) as Float64Array).set([timeMs, price, qty, feeUsdt, slippageUsdt], at * NUMBERS);
    this.ids.push(clientOrderId);
    this.length += 1;
  }

  *[Symbol.iterator](): Generator<FillRow, void, undefined> {
    for (let i = 0; i < this.length; i += 1) {
      const [chunk, at] = [Math.floor(i / CHUNK), i % CHUNK];
      const numbers = (this.numbers[chunk] as Float64Array).subarray(at * NUMBERS, (at + 1) * NUMBERS);
      const [timeMs, price, qty, feeUsdt, slippageUsdt] = numbers as unknown as [number, number, number, number, number];
      const term = this.terms[(this.termOf[chunk] as Uint32Array)[at] as number] as (typeof this.terms)[number];
      yield { timeMs, clientOrderId: this.ids[i] as string, price, qty, feeUsdt, slippageUsdt, ...term };
    }
  }
}
