import type { Instrument } from "../src/domain/instrument.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { Bar } from "../src/domain/kline.ts";
import { BeliefBlock } from "./beliefBlock.ts";
import { SeenRow } from "./seenRow.ts";

/** What L1 and L2 modules have in common. */
interface BeliefModule {
  readonly onGap: "reset" | "keep";
  init(instrument: Instrument): unknown;
}

/** One instrument at a layer of beliefs. */
class BeliefSeat {
  readonly seen: SeenRow;
  readonly rows: BeliefBlock;
  /** What the module writes. */
  readonly out: Float64Array;
  state: unknown;
  private readonly instrument: Instrument;
  /** The decision bar as block and row: storing each bar object here would pass V8's write barrier at every bar. */
  private block = undefined as unknown as KlineBlock;
  private row = 0;
  private seq = 0;

  constructor(instrument: Instrument, module: BeliefModule, seen: SeenRow, width: number) {
    this.instrument = instrument;
    this.seen = seen;
    this.rows = new BeliefBlock(width);
    this.out = new Float64Array(width);
    this.state = module.init(instrument);
  }

  see(bar: Bar): void {
    if (bar.block !== this.block) this.block = bar.block;
    this.row = bar.row;
    this.seq = bar.seq;
  }

  get bar(): Bar {
    return new Bar(this.block, this.row, this.seq, true, 1);
  }

  gap(module: BeliefModule): void {
    if (module.onGap === "reset") this.state = module.init(this.instrument);
  }
}

/** A layer of beliefs: its module and one seat an instrument. */
export interface BeliefDesk<M extends BeliefModule> {
  readonly module: M;
  readonly seats: readonly BeliefSeat[];
}

/** `columns`: places of the module's features in the row; `width`: numbers said a bar. */
export const beliefDesk = <M extends BeliefModule>(
  instruments: readonly Instrument[],
  module: M,
  columns: Int32Array,
  width: number,
): BeliefDesk<M> => ({
  module,
  seats: instruments.map((instrument) => new BeliefSeat(instrument, module, new SeenRow(columns, 0), width)),
});

export const seeBar = (seats: readonly BeliefSeat[], bar: Bar): void => {
  (seats[bar.instrument] as BeliefSeat).see(bar);
};
