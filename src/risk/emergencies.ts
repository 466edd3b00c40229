import type { Intent } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import { Kind } from "../domain/kind.ts";
import { NO_BRACKET } from "../domain/order.ts";
import type { InstrumentIndex, Lots, Ticks } from "../domain/units.ts";
import type { LineTime } from "./causes.ts";

/** Symbols that fit into a client order id of 36 characters with room for time, count and suffix. */
const FITS = /^[A-Za-z0-9_]{1,18}$/;

/** What an emergency does: takes lots off a position (signed), or withdraws entries (0). */
export interface Emergency {
  readonly action: "exit" | "cancelEntries";
  readonly instrument: InstrumentIndex;
  readonly positionLots: number;
  readonly reason: string;
}

/**
 * The intents that risk itself makes. Their plan ids are a function of the line (symbol, second, count within the
 * second), so that a replay makes the same ones, and short enough for every venue whatever the symbol or the length of
 * the run: a symbol that no client order id can hold gives way to its index.
 */
export class Emergencies {
  readonly #names: readonly string[];
  #second = -Infinity;
  #count = 0;

  constructor(instruments: readonly Instrument[]) {
    this.#names = instruments.map(({ symbol, index }) => (FITS.test(symbol) ? symbol : `i${index}`));
  }

  intent({ seq, knownAtMs }: LineTime, { action, instrument, positionLots, reason }: Emergency): Intent {
    return {
      kind: Kind.intent,
      seq,
      instrument,
      knownAtMs,
      planId: this.#planId(instrument, knownAtMs),
      action,
      direction: positionLots < 0 ? -1 : 1,
      qtyLots: Math.abs(positionLots) as Lots,
      orderType: "market",
      limitTicks: 0 as Ticks,
      postOnly: false,
      worstTicks: 0 as Ticks,
      bracket: NO_BRACKET,
      stopTicks: 0 as Ticks,
      leverage: 1,
      expiresAtMs: Infinity,
      reason,
    };
  }

  /** Line time may stand still but must not repeat an id if it ever went back. */
  #planId(instrument: InstrumentIndex, knownAtMs: number): string {
    const second = Math.floor(knownAtMs / 1000);
    if (second > this.#second) {
      this.#second = second;
      this.#count = 0;
    }
    this.#count += 1;
    return `${this.#names[instrument] as string}-${this.#second}-r${this.#count}`;
  }
}
