import type { OperatorFunction } from "rxjs";
import type { AccountState, ApprovedPlan, Intent, IntentAction, PositionState, Signal } from "../src/domain/derived.ts";
import type { Fill, OrderCanceled, OrderExpired, OrderRejected } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { usdtPerTickLot } from "../src/domain/instrument.ts";
import type { Emit, Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { Bar } from "../src/domain/kline.ts";
import type { Bracket } from "../src/domain/order.ts";
import { bracketLevels, isEntry, NO_BRACKET, planTagOf, UNKNOWN_ORDER } from "../src/domain/order.ts";
import { indexOfOrder, removeAt, removeOrder } from "../src/domain/orderList.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { utcDayStart } from "../src/domain/units.ts";
import type { PositionLimits, RiskLimits } from "../src/risk/limits.ts";
import { planOf } from "../src/risk/plan.ts";
import type { EntryProposal, PositionModule, PositionView, Proposals } from "../models/position/positionModule.ts";
import { checkProposal } from "../models/position/proposalCheck.ts";
import type { SeenPattern, SeenRegime } from "../models/seen.ts";
import type { Layers } from "./layers.ts";
import { seenRows } from "./layers.ts";
import type { SeenRow } from "./seenRow.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** An approved order that the venue has not finished. */
interface InFlight {
  readonly orderId: string;
  readonly plan: ApprovedPlan;
  remainingLots: number;
}

/** One instrument as L4 sees it, and its way of asking. One object serves as the pooled view and as the proposals. */
class Seat implements PositionView, Proposals {
  readonly instrument: Instrument;
  private readonly seats: readonly Seat[];
  private readonly limits: PositionLimits;
  private readonly maxDayLoss: number | null;
  private readonly usdtPerTickLot: number;
  readonly seen: SeenRow;
  /** 00:00 UTC of the day, and the equity then. */
  private dayMs = -1;
  private dayStartUsdt = 0.5;
  // Set before the first decision; there from the start, so that the object keeps its shape.
  signal = undefined as unknown as Signal;
  account = undefined as unknown as AccountState;
  emit = undefined as unknown as Emit;
  stopTicks = 0;
  /**
   * The decision bar, kept as block and row: storing each bar object in this old one would pass V8's write barrier
   * (tens of ns) at every bar, for a bar that is looked at in few.
   */
  private block = undefined as unknown as KlineBlock;
  private row = 0;
  private seq = 0;
  private readonly inFlight: InFlight[] = [];
  private stopPlanId = "";
  private readonly tag: string;
  /** Second of line time of the plans counted in `plans`, and how their ids begin. */
  private plansAtSecond = 0;
  private planPrefix = "";
  private plans = 0;

  /** `seats`: of all instruments, this one included. */
  constructor(instrument: Instrument, limits: Pick<RiskLimits, "position" | "day">, seats: readonly Seat[], seen: SeenRow) {
    this.seen = seen;
    this.maxDayLoss = limits.day.maxLossFraction;
    this.instrument = instrument;
    this.seats = seats;
    this.tag = planTagOf(instrument.symbol);
    this.limits = limits.position;
    this.usdtPerTickLot = usdtPerTickLot(instrument);
  }

  see(bar: Bar): void {
    if (bar.block !== this.block) this.block = bar.block;
    this.row = bar.row;
    this.seq = bar.seq;
  }

  /** The account, marked at the decision bar's close. */
  mark(account: AccountState): void {
    if (this.account !== account) this.account = account;
    if (this.maxDayLoss === null || !account.atClose) return;
    const dayMs = utcDayStart(account.knownAtMs);
    if (dayMs === this.dayMs) return;
    this.dayMs = dayMs;
    this.dayStartUsdt = account.equityUsdt;
  }

  get bar(): Bar {
    return new Bar(this.block, this.row, this.seq, true, 1);
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
    const lost = 1 - this.account.equityUsdt / this.dayStartUsdt;
    return Math.min(1, Math.max(0, 1 - lost / this.maxDayLoss));
  }
  get entryPending(): boolean {
    return this.isPending(true);
  }
  get exitPending(): boolean {
    return this.isPending(false);
  }

  maxQtyLots(direction: Direction, worstTicks: number, leverage: number): number {
    const { maxMarginFraction, maxAccountMarginFraction } = this.limits;
    const { positions } = this.account;
    const own = this.sideUsdt(direction, positions);
    let others = 0;
    for (const seat of this.seats) if (seat !== this) others += Math.max(seat.sideUsdt(1, positions), seat.sideUsdt(-1, positions));
    const budget = Math.min(
      (maxMarginFraction ?? Infinity) * this.equityUsdt * leverage - own,
      (maxAccountMarginFraction ?? Infinity) * this.equityUsdt * leverage - own - others,
    );
    return Math.max(0, Math.floor(budget / (worstTicks * this.usdtPerTickLot)));
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
    const approved = this.propose("moveStop", this.heldDirection, 0, NO_ENTRY, NO_BRACKET, stopTicks, reason);
    if (approved) this.stopTicks = stopTicks;
    return approved;
  }

  // ---- what the venue says ------------------------------------------------------------------------------------------------

  filled(fill: Fill): void {
    const at = indexOfOrder(this.inFlight, fill.clientOrderId);
    if (at < 0) return;
    const order = this.inFlight[at] as InFlight;
    const { planId, direction, bracket } = order.plan.intent;
    if (bracket.stopFraction > 0 && this.stopPlanId !== planId) {
      this.stopPlanId = planId;
      this.stopTicks = bracketLevels(fill.priceTicks, direction, bracket).stopTicks;
    }
    order.remainingLots -= fill.qtyLots;
    if (order.remainingLots <= 0) removeAt(this.inFlight, at);
  }

  ended(clientOrderId: string): void {
    removeOrder(this.inFlight, clientOrderId);
  }

  closed(planId: string): void {
    if (this.stopPlanId === planId) this.stopTicks = 0;
  }

  /** What is held on a side, at the mark, and what entries on their way may add to it at their worst price. */
  private sideUsdt(direction: Direction, positions: readonly PositionState[]): number {
    const { positionLots, notionalUsdt } = positions[this.instrument.index] as PositionState;
    let usdt = positionLots * direction > 0 ? notionalUsdt : 0;
    for (const { plan, remainingLots } of this.inFlight) {
      const { action, direction: side, worstTicks, limitTicks } = plan.intent;
      if (isEntry(action) && side === direction) usdt += remainingLots * Math.max(worstTicks, limitTicks) * this.usdtPerTickLot;
    }
    return usdt;
  }

  private isPending(entry: boolean): boolean {
    for (const { plan } of this.inFlight) if (isEntry(plan.intent.action) === entry) return true;
    return false;
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

  /** One intent, complete: emitted, and remembered until the venue is done with it when the gate let it pass. */
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
    const { seq, knownAtMs } = this.signal;
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
    const plan = planOf(intent);
    if (plan === null) return false;
    // A moved stop rests for as long as the position does: nothing waits for it.
    if (action !== "moveStop") this.inFlight.push({ orderId: plan.orderId, plan, remainingLots: qtyLots });
    return true;
  }
}

type EntryTerms = Pick<EntryProposal, "worstTicks" | "leverage" | "limitTicks" | "postOnly" | "expiresAtMs">;
const NO_ENTRY: EntryTerms = { worstTicks: 0, leverage: 1 };

export interface PositionOptions {
  readonly module: PositionModule;
  readonly limits: Pick<RiskLimits, "position" | "day">;
  /** Decision bars that close before this time only warm up: nothing is proposed. */
  readonly tradeFromMs: number;
}

interface Desk {
  readonly module: PositionModule;
  readonly tradeFromMs: number;
  readonly seats: readonly Seat[];
  readonly states: readonly unknown[];
}

const endedStep = ({ seats }: Desk, item: OrderRejected | OrderCanceled | OrderExpired): void => {
  // A refused cancel ends nothing: the order may fill yet.
  if (item.kind === Kind.orderRejected && item.code === UNKNOWN_ORDER) return;
  (seats[item.instrument] as Seat).ended(item.clientOrderId);
};

const signalStep = (desk: Desk, signal: Signal, emit: Emit): void => {
  const seat = desk.seats[signal.instrument] as Seat;
  if (signal.knownAtMs <= desk.tradeFromMs) return;
  // Both are the same objects at every bar: stored once.
  if (seat.signal !== signal) seat.signal = signal;
  if (seat.emit !== emit) seat.emit = emit;
  desk.module.decide(desk.states[signal.instrument], seat, seat);
};

const HANDLERS: StepHandlers<Desk> = {
  [Kind.bar]: ({ seats }, bar) => {
    if (bar.base) (seats[bar.instrument] as Seat).see(bar);
  },
  [Kind.accountState]: ({ seats }, account) => {
    (seats[account.instrument] as Seat).mark(account);
  },
  [Kind.tradeClosed]: ({ seats }, trade) => {
    (seats[trade.instrument] as Seat).closed(trade.planId);
  },
  [Kind.fill]: ({ seats }, fill) => {
    (seats[fill.instrument] as Seat).filled(fill);
  },
  [Kind.orderRejected]: endedStep,
  [Kind.orderCanceled]: endedStep,
  [Kind.orderExpired]: endedStep,
  [Kind.featureRow]: ({ seats }, row) => {
    (seats[row.instrument] as Seat).seen.takeRow(row);
  },
  [Kind.regime]: ({ seats }, regime) => {
    (seats[regime.instrument] as Seat).seen.takeRegime(regime);
  },
  [Kind.pattern]: ({ seats }, pattern) => {
    (seats[pattern.instrument] as Seat).seen.takePattern(pattern);
  },
  [Kind.signal]: signalStep,
};

/** L4: at each decision bar a module looks at signal, position and account and proposes; the gate answers at once. */
export const position = (layers: Layers, options: PositionOptions): OperatorFunction<Item, Item> =>
  stepOperator("position", () => deskOf(layers, options), HANDLERS, { emits: [Kind.intent] });

const deskOf = ({ instruments, ...layers }: Layers, { module, limits, tradeFromMs }: PositionOptions): Desk => {
  const seen = seenRows({ instruments, ...layers }, module.features ?? [], `position module ${module.name}`);
  const seats: Seat[] = [];
  for (const [index, instrument] of instruments.entries()) seats.push(new Seat(instrument, limits, seats, seen[index] as SeenRow));
  return { module, tradeFromMs, seats, states: instruments.map((instrument) => module.init(instrument)) };
};
