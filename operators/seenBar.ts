import type { KlineBlock } from "../src/domain/kline.ts";
import { Bar } from "../src/domain/kline.ts";

/**
 * The last decision bar of an instrument, kept as block and row: storing each bar object in this old one would pass V8's write barrier (tens
 * of ns) at every bar, for a bar that is looked at in few.
 */
export class SeenBar {
  private block = undefined as unknown as KlineBlock;
  private row = 0;
  private seq = 0;

  see(bar: Bar): void {
    if (bar.block !== this.block) this.block = bar.block;
    this.row = bar.row;
    this.seq = bar.seq;
  }

  get bar(): Bar {
    return new Bar(this.block, this.row, this.seq, true, 1);
  }
}
