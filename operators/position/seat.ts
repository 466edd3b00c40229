import type { AccountState, Intent, PositionState, Signal } from "../../src/domain/derived.ts";
import type { IntentAction } from "../../src/domain/intentAction.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Emit } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Bracket } from "../../src/domain/order.ts";
import { NO_BRACKET } from "../../src/domain/order.ts";
import { planTagOf } from "../../src/domain/orders/orderIds.ts";
import { exitLots, hasPlan, pendingEntries } from "../../src/domain/orders/ownOrders.ts";
import { workingStopTicks } from "../../src/domain/orders/protection.ts";
import type { Direction, Lots, Ticks } from "../../src/domain/units.ts";
import type { InstrumentExposure } from "../../src/risk/exposure.ts";
import type { EntryProposal, PositionView, Proposals } from "../../models/position/positionModule.ts";
import { checkProposal, checkWait, checkWorst } from "../../models/position/proposalCheck.ts";
import type { SeenPattern, SeenRegime } from "../../models/seen.ts";
import { SeenBar } from "../seenBar.ts";
import type { SeenRow } from "../seenRow.ts";
import type { EntryRoom, EntryWish } from "./entryRoom.ts";
import type { SizeRefusal } from "./entrySize.ts";

/** One instrument as L4 sees it, and its way of asking. One object serves as the pooled view and as the proposals. */
export class Seat extends SeenBar implements PositionView, Proposals {
  /** With the rules in force. */
  instrument: Instrument;
  private readonly room: EntryRoom;
  private readonly exposure: InstrumentExposure;
  private readonly maxDayLoss: number | null;
  /** Of the member that serves. */
  seen: SeenRow;
  /** The signal of the moment is there, and the module has not been asked. */
  waits = false;
  /** Somebody else than the serving member said the belief of this bar, by layer. */
  readonly fellBack = { regime: false, pattern: false };
  /** The bar came after its moment: it is asked for alone. */
  late = false;
  // Set before the first decision; there from the start, so that the object keeps its shape.
  signal = undefined as unknown as Signal;
  account = undefined as unknown as AccountState;
  emit = undefined as unknown as Emit;
  private readonly tag: string;
  /** Second of line time of the plans counted in `plans`, and how their ids begin. */
  private plansAtSecond = 0;
  private planPrefix = "";
  private plans = 0;
  /** An entry that found no room, or a reason that the module gave, since the decision began; null: none, or an entry was asked for. */
  private declined: EntryWish | SizeRefusal | null = null;

  constructor(instrument: Instrument, room: EntryRoom, maxDayLoss: number | null, seen: SeenRow) {
    super();
    this.seen = seen;
    this.maxDayLoss = maxDayLoss;
    this.instrument = instrument;
    this.room = room;
    this.exposure = room.exposures[instrument.index] as InstrumentExposure;
    this.tag = planTagOf(instrument.symbol);
  }

  get position(): PositionState {
    return this.account.positions[this.instrument.index] as PositionState;
  }
  get equityUsdt(): number {
    return this.account.equityUsdt;
  }
  get x(): Float64Array {
    return this.seen.x;
  }
  get known(): boolean {
    return this.seen.known;
  }
  get regime(): SeenRegime {
    return this.seen.regime;
  }
  get pattern(): SeenPattern {
    return this.seen.pattern;
  }
  get dayLossLeft(): number {
    if (this.maxDayLoss === null) return 1;
    const lost = 1 - this.account.equityUsdt / this.account.day.startUsdt;
    return Math.min(1, Math.max(0, 1 - lost / this.maxDayLoss));
  }
  get entryPending(): boolean {
    return pendingEntries(this.exposure.orders) > 0;
  }
  get stopTicks(): number {
    return workingStopTicks(this.exposure.orders);
  }
  get exitPending(): boolean {
    return exitLots(this.exposure.orders) > 0;
  }

  maxQtyLots(direction: Direction, worstTicks: number, leverage: number, limitTicks = 0): number {
    const wish = { direction, worstTicks, leverage, limitTicks };
    const lots = this.room.largest(this.instrument.index, wish);
    if (lots === 0 && this.position.positionLots === 0 && !this.entryPending) this.declined ??= wish;
    return lots;
  }

  // ---- proposals --------------------------------------------------------------------------------------------------------

  enter(entry: EntryProposal): boolean {
    return this.propose("enter", entry.direction, entry.qtyLots, entry, entry.bracket, 0, "entry");
  }

  scaleIn(entry: Omit<EntryProposal, "direction" | "bracket">): boolean {
    return this.propose("scaleIn", this.heldDirection, entry.qtyLots, entry, NO_BRACKET, 0, "scale-in");
  }

  reduce(qtyLots: number, reason: string): boolean {
    return this.propose("reduce", this.heldDirection, qtyLots, NO_ENTRY, NO_BRACKET, 0, reason);
  }

  exit(reason: string): boolean {
    return this.propose("exit", this.heldDirection, Math.abs(this.position.positionLots), NO_ENTRY, NO_BRACKET, 0, reason);
  }

  moveStop(stopTicks: number, reason: string): boolean {
    return this.propose("moveStop", this.heldDirection, 0, NO_ENTRY, NO_BRACKET, stopTicks, reason);
  }

  wait(reason: string, value = NaN, limit = NaN): void {
    checkWait(reason);
    this.declined = { reason, value, limit };
  }

  /** The module has decided: why it asked for no entry although it would have, is said. */
  tellDeclined(): void {
    const { declined } = this;
    if (declined === null) return;
    this.declined = null;
    const { seq, knownAtMs } = this.account;
    const { index } = this.instrument;
    const why = "reason" in declined ? declined : this.room.refuseSmallest(index, declined);
    this.emit({ kind: Kind.noEntry, seq, instrument: index, knownAtMs, ...why });
  }

  private get heldDirection(): Direction {
    return this.position.positionLots < 0 ? -1 : 1;
  }

  /** `<symbol>-<second>-<count within the second>`. */
  private nextPlanId(knownAtMs: number): string {
    const second = Math.floor(knownAtMs / 1000);
    if (second !== this.plansAtSecond) {
      this.plansAtSecond = second;
      this.planPrefix = `${this.tag}-${second}-`;
      this.plans = 0;
    }
    this.plans += 1;
    return this.planPrefix + String(this.plans);
  }

  /** One intent, complete. The gate answers while it is emitted: what it let pass is among our orders then. */
  private propose(
    action: IntentAction,
    direction: Direction,
    qtyLots: number,
    entry: EntryTerms,
    bracket: Bracket,
    stopTicks: number,
    reason: string,
  ): boolean {
    checkProposal(action, direction, qtyLots, entry, bracket, stopTicks, reason);
    checkWorst(action, direction, entry, this.bar.close, this.instrument);
    this.declined = null;
    const { seq, knownAtMs } = this.account;
    const planId = this.nextPlanId(knownAtMs);
    const intent: Intent = {
      kind: Kind.intent,
      seq,
      instrument: this.instrument.index,
      knownAtMs,
      planId,
      action,
      direction,
      qtyLots: qtyLots as Lots,
      orderType: entry.limitTicks === undefined ? "market" : "limit",
      limitTicks: (entry.limitTicks ?? 0) as Ticks,
      postOnly: entry.postOnly ?? false,
      worstTicks: entry.worstTicks as Ticks,
      bracket,
      stopTicks: stopTicks as Ticks,
      leverage: entry.leverage,
      expiresAtMs: entry.expiresAtMs ?? Infinity,
      reason,
    };
    this.emit(intent);
    return hasPlan(this.exposure.orders, planId);
  }
}

type EntryTerms = Pick<EntryProposal, "worstTicks" | "leverage" | "limitTicks" | "postOnly" | "expiresAtMs">;
const NO_ENTRY: EntryTerms = { worstTicks: 0, leverage: 1 };
