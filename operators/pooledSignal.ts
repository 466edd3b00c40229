import type { Signal } from "../src/domain/derived.ts";
import { Kind } from "../src/domain/kind.ts";
import type { InstrumentIndex } from "../src/domain/units.ts";

/** The pooled signal of one instrument: filled in place at every decision bar. */
export class PooledSignal implements Signal {
  readonly kind = Kind.signal;
  readonly instrument: InstrumentIndex;
  seq = -1;
  knownAtMs = 0.5;
  ready = false;
  reason = "";
  member = "";
  fallback = "";
  // Fractional so that V8 keeps these fields as doubles from the start.
  pLong = 0.5;
  pShort = 0.5;
  pNeutral = 0.5;
  netLong = NaN;
  netShort = NaN;
  confidence = NaN;

  constructor(instrument: InstrumentIndex) {
    this.instrument = instrument;
  }

  /** P(LONG), P(SHORT), P(NEUTRAL), net return of a long and of a short, confidence: `numbers[at … at + 6)`. */
  take(numbers: Float64Array, at: number): void {
    this.pLong = numbers[at] as number;
    this.pShort = numbers[at + 1] as number;
    this.pNeutral = numbers[at + 2] as number;
    this.netLong = numbers[at + 3] as number;
    this.netShort = numbers[at + 4] as number;
    this.confidence = numbers[at + 5] as number;
  }
}
