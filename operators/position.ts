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
import { bracketLevels, NO_BRACKET, planTagOf, UNKNOWN_ORDER } from "../src/domain/order.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import type { PositionLimits } from "../src/risk/limits.ts";
import { planOf } from "../src/risk/plan.ts";
import type { EntryProposal, PositionModule, PositionView, Proposals } from "../models/position/positionModule.ts";
import { checkProposal } from "../models/position/proposalCheck.ts";
import type { StepHandlers } from "./stepOperator.ts";
import { stepOperator } from "./stepOperator.ts";

/** An approved order that the venue has not finished. */
interface InFlight {
  readonly plan: ApprovedPlan;
  remainingLots: number;
}

const opens = (action: IntentAction): boolean => action === "enter" || action === "scaleIn";

/** One instrument as L4 sees it, and its way of asking. One object serves as the pooled view and as the proposals. */
class Seat implements PositionView, Proposals {
  readonly instrument: Instrument;
  readonly #limits: PositionLimits;
  readonly #usdtPerTickLot: number;
  signal!: Signal;
  account!: AccountState;
  stopTicks = 0;
  emit!: Emit;
  /**
   * The decision bar, kept as block and row: storing each bar object in this old one would pass V8's write barrier
   * (tens of ns) at every bar, for a bar that is looked at in few.
   */
  #block!: KlineBlock;
  #row = 0;
  #seq = 0;
  readonly #inFlight: InFlight[] = [];
  #stopPlanId = "";
  readonly #tag: string;
  #plansAtSecond = 0;
  #plans = 0;

  constructor(instrument: Instrument, limits: PositionLimits) {
    this.instrument = instrument;
    this.#tag = planTagOf(instrument.symbol);
    this.#limits = limits;
    this.#usdtPerTickLot = usdtPerTickLot(instrument);
  }

  see(bar: Bar): void {
    if (bar.block !== this.#block) this.#block = bar.block;
    this.#row = bar.row;
    this.#seq = bar.seq;
  }

  get bar(): Bar {
    return new Bar(this.#block, this.#row, this.#seq, true, 1);
  }
  get position(): PositionState {
    return this.account.positions[this.instrument.index] as PositionState;
  }
  get equityUsdt(): number {
    return this.account.equityUsdt;
  }
  get entryPending(): boolean {
    return this.#inFlight.some(({ plan }) => opens(plan.intent.action));
  }
  get exitPending(): boolean {
    return this.#inFlight.some(({ plan }) => !opens(plan.intent.action));
  }

  maxQtyLots(direction: Direction, worstTicks: number, leverage: number): number {
    const { maxMarginFraction, maxAccountMarginFraction } = this.#limits;
    const own = this.position.positionLots * direction > 0 ? this.position.notionalUsdt : 0;
    let others = 0;
    for (const { instrument, notionalUsdt } of this.account.positions) if (instrument !== this.instrument.index) others += notionalUsdt;
    const budget = Math.min(
      (maxMarginFraction ?? Infinity) * this.equityUsdt * leverage - own,
      (maxAccountMarginFraction ?? Infinity) * this.equityUsdt * leverage - own - others,
    );
    return Math.max(0, Math.floor(budget / (worstTicks * this.#usdtPerTickLot)));
  }

  // ---- proposals --------------------------------------------------------------------------------------------------------

  enter(entry: EntryProposal): boolean {
    return this.#propose("enter", entry.direction, entry.qtyLots, entry, entry.bracket, 0, "entry");
  }

  scaleIn(entry: Omit<EntryProposal, "direction" | "bracket">): boolean {
    return this.#propose("scaleIn", this.#heldDirection, entry.qtyLots, entry, NO_BRACKET, 0, "scale-in");
  }

  reduce(qtyLots: number, reason: string): boolean {
    return this.#propose("reduce", this.#heldDirection, qtyLots, NO_ENTRY, NO_BRACKET, 0, reason);
  }

  exit(reason: string): boolean {
    return this.#propose("exit", this.#heldDirection, Math.abs(this.position.positionLots), NO_ENTRY, NO_BRACKET, 0, reason);
  }

  moveStop(stopTicks: number, reason: string): boolean {
    const approved = this.#propose("moveStop", this.#heldDirection, 0, NO_ENTRY, NO_BRACKET, stopTicks, reason);
    if (approved) this.stopTicks = stopTicks;
    return approved;
  }

  // ---- what the venue says ------------------------------------------------------------------------------------------------

  filled(fill: Fill): void {
    const order = this.#inFlight.find(({ plan }) => plan.orderId === fill.clientOrderId);
    if (order === undefined) return;
    const { planId, direction, bracket } = order.plan.intent;
    if (bracket.stopFraction > 0 && this.#stopPlanId !== planId) {
      this.#stopPlanId = planId;
      this.stopTicks = bracketLevels(fill.priceTicks, direction, bracket).stopTicks;
    }
    order.remainingLots -= fill.qtyLots;
    if (order.remainingLots <= 0) this.ended(fill.clientOrderId);
  }

  ended(clientOrderId: string): void {
    const at = this.#inFlight.findIndex(({ plan }) => plan.orderId === clientOrderId);
    if (at >= 0) this.#inFlight.splice(at, 1);
  }

  closed(planId: string): void {
    if (this.#stopPlanId === planId) this.stopTicks = 0;
  }

  get #heldDirection(): Direction {
    return this.position.positionLots < 0 ? -1 : 1;
  }

  /** One intent, complete: emitted, and remembered until the venue is done with it when the gate let it pass. */
  #propose(
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
    const second = Math.floor(knownAtMs / 1000);
    this.#plans = second === this.#plansAtSecond ? this.#plans + 1 : 1;
    this.#plansAtSecond = second;
    const planId = `${this.#tag}-${second}-${this.#plans}`;
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
    if (action !== "moveStop") this.#inFlight.push({ plan, remainingLots: qtyLots });
    return true;
  }
}

type EntryTerms = Pick<EntryProposal, "worstTicks" | "leverage" | "limitTicks" | "postOnly" | "expiresAtMs">;
const NO_ENTRY: EntryTerms = { worstTicks: 0, leverage: 1 };

export interface PositionOptions {
  readonly instruments: readonly Instrument[];
  readonly module: PositionModule;
  readonly limits: PositionLimits;
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
    const seat = seats[account.instrument] as Seat;
    if (seat.account !== account) seat.account = account;
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
  [Kind.signal]: signalStep,
};

/** L4: at each decision bar a module looks at signal, position and account and proposes; the gate answers at once. */
export const position = (options: PositionOptions): OperatorFunction<Item, Item> =>
  stepOperator<Desk>(
    "position",
    () => ({
      module: options.module,
      tradeFromMs: options.tradeFromMs,
      seats: options.instruments.map((instrument) => new Seat(instrument, options.limits)),
      states: options.instruments.map((instrument) => options.module.init(instrument)),
    }),
    HANDLERS,
  );
