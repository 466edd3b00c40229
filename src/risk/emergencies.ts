import type { Intent } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import { Kind } from "../domain/kind.ts";
import { NO_BRACKET } from "../domain/order.ts";
import { planTagOf } from "../domain/orders/orderIds.ts";
import type { InstrumentIndex, Lots, Ticks } from "../domain/units.ts";
import type { LineTime } from "./causes.ts";

/** What an emergency does: takes lots off a position (signed), or withdraws entries (0). */
export interface Emergency {
  readonly action: "exit" | "cancelEntries";
  readonly instrument: InstrumentIndex;
  readonly positionLots: number;
  readonly reason: string;
}

/** Whether a plan is one that risk made itself, by its id: `…-r<count>`. */
export const isEmergency = (planId: string): boolean => planId.charAt(planId.lastIndexOf("-") + 1) === "r";

/**
 * The intents that risk itself makes. Their plan ids are a function of the line (symbol, second, count within the
 * second), so that a replay makes the same ones, and short enough for every venue whatever the symbol or the length of
 * the run.
 */
export class Emergencies {
  private readonly tags: readonly string[];
  private second = -Infinity;
  private count = 0;

  constructor(instruments: readonly Instrument[]) {
    this.tags = instruments.map(({ symbol }) => planTagOf(symbol));
  }

  intent({ seq, knownAtMs }: LineTime, { action, instrument, positionLots, reason }: Emergency): Intent {
    return {
      kind: Kind.intent,
      seq,
      instrument,
      knownAtMs,
      planId: this.planId(instrument, knownAtMs),
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
  private planId(instrument: InstrumentIndex, knownAtMs: number): string {
    const second = Math.floor(knownAtMs / 1000);
    if (second > this.second) {
      this.second = second;
      this.count = 0;
    }
    this.count += 1;
    return `${this.tags[instrument] as string}-${this.second}-r${this.count}`;
  }
}
