import type { Instrument } from "../../../domain/instrument.ts";
import type { Direction } from "../../../domain/units.ts";

/** What an order that takes pays, and how much of a bar it may take. The book shows both itself and asks for neither. */
export interface FillModel {
  /**
   * Price in ticks that an order of `lots` pays where the bar or the print stands at `referenceTicks`. `direction` 1 buys, −1 sells. The
   * desk rounds the price to the tick against us, never below one.
   */
  takenTicks(instrument: Instrument, referenceTicks: number, direction: Direction, lots: number): number;
  /**
   * Lots that all our fills together may take of a bar; Infinity: no cap. `volume` is what traded in the bar, in units of the base asset.
   * The desk rounds down to whole lots.
   */
  barLots(instrument: Instrument, volume: number): number;
}

/** A fraction of the price against us, and a share of the volume; a share of null: no cap. */
export class SlippageAndShare implements FillModel {
  private readonly slippageFraction: number;
  private readonly maxVolumeShare: number | null;

  constructor(slippageFraction: number, maxVolumeShare: number | null) {
    this.slippageFraction = slippageFraction;
    this.maxVolumeShare = maxVolumeShare;
  }

  takenTicks(_: Instrument, referenceTicks: number, direction: Direction): number {
    return referenceTicks * (1 + direction * this.slippageFraction);
  }

  barLots({ lotSize }: Instrument, volume: number): number {
    return this.maxVolumeShare === null ? Infinity : (volume * this.maxVolumeShare) / lotSize;
  }
}
