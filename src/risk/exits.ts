import type { Intent, TradeClosed } from "../domain/derived.ts";
import { isEntry } from "../domain/intentAction.ts";
import { awaitsCancel, awaitsScaleIn, mayExit, mustWithdraw } from "../domain/orders/ownOrders.ts";
import { isProtected } from "../domain/orders/protection.ts";
import type { InstrumentIndex } from "../domain/units.ts";
import type { LineTime } from "./causes.ts";
import type { Emergency } from "./emergencies.ts";
import type { InstrumentExposure } from "./exposure.ts";

const STOP_PASSED = "stop-passed";

/** Makes an emergency an approved plan: the gate. */
interface EmergencyDesk {
  emergency(time: LineTime, emergency: Emergency): void;
}

/**
 * Positions that are to be left, seen through until nothing is held and nothing that was withdrawn may fill: what L4 asked to exit, what the
 * price has carried past a stop that was to be placed, and what has no stop.
 */
export class Exits {
  private readonly exposures: readonly InstrumentExposure[];
  private readonly requiresStop: boolean;
  private readonly desk: EmergencyDesk;
  /** Why an instrument is left. */
  private readonly leaving = new Map<InstrumentIndex, string>();

  constructor(exposures: readonly InstrumentExposure[], requiresStop: boolean, desk: EmergencyDesk) {
    this.exposures = exposures;
    this.requiresStop = requiresStop;
    this.desk = desk;
  }

  /** An exit that was approved means that nothing is held: it is seen through, until the strategy enters anew. */
  meant({ action, instrument, reason }: Intent): void {
    if (action === "exit") {
      if (!this.leaving.has(instrument)) this.leaving.set(instrument, reason);
    } else if (isEntry(action) && this.leaving.get(instrument) !== STOP_PASSED) this.leaving.delete(instrument);
  }

  /** The price has passed a stop that was to be placed: the position is left at market instead of placing it again. */
  stopPassed(instrument: InstrumentIndex): void {
    this.leaving.set(instrument, STOP_PASSED);
  }

  /** What would have grown the position has lost its protection. */
  tradeClosed(trade: TradeClosed): void {
    if (awaitsScaleIn(this.exposureOf(trade.instrument).orders)) this.withdraw(trade, trade.instrument, "scale-in without position");
  }

  /** What is to be left, or has no stop, is asked to go again until it has gone. */
  seeThrough(time: LineTime): void {
    for (let index = 0; index < this.exposures.length; index += 1) this.seeThroughOf(time, index as InstrumentIndex);
  }

  seeThroughOf(time: LineTime, index: InstrumentIndex): void {
    if (this.leaving.size > 0) this.leaveOn(time, index);
    this.protectOf(time, index);
  }

  /** A position without a stop is left, where limits ask for one. */
  protectOf(time: LineTime, index: InstrumentIndex): void {
    if (this.requiresStop) this.leaveUnprotected(time, index);
  }

  /** What filled, or was refused, since the instrument began to be left is left too. */
  leaveOn(time: LineTime, index: InstrumentIndex): void {
    const reason = this.leaving.get(index);
    if (reason === undefined) return;
    const { positionLots, orders } = this.exposureOf(index);
    if (mustWithdraw(orders)) this.withdraw(time, index, reason);
    if (positionLots !== 0) this.leave(time, index, reason);
    // An entry whose cancel has not been answered may still fill, and is left then.
    else if (!awaitsCancel(orders)) this.leaving.delete(index);
  }

  withdraw(time: LineTime, instrument: InstrumentIndex, reason: string): void {
    this.desk.emergency(time, { action: "cancelEntries", instrument, positionLots: 0, reason });
  }

  /** Takes off what no reduction on its way takes off already. */
  leave(time: LineTime, instrument: InstrumentIndex, reason: string): void {
    const { uncoveredLots, positionLots, orders } = this.exposureOf(instrument);
    if (uncoveredLots > 0 && mayExit(orders))
      this.desk.emergency(time, { action: "exit", instrument, positionLots: Math.sign(positionLots) * uncoveredLots, reason });
  }

  /** A position without a stop, which only an order that outlived its trade can open, is left. */
  private leaveUnprotected(time: LineTime, index: InstrumentIndex): void {
    const { positionLots, orders } = this.exposureOf(index);
    if (positionLots !== 0 && !isProtected(orders)) this.leave(time, index, "unprotected");
  }

  private exposureOf(index: InstrumentIndex): InstrumentExposure {
    return this.exposures[index] as InstrumentExposure;
  }
}
