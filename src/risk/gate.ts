import type { AccountState, BookTop, Fill, Gap, Intent, ResyncNeeded, RiskState, RuleReading, TradeClosed } from "../domain/derived.ts";
import type {
  Command,
  InferenceFailure,
  OrderAccepted,
  OrderCanceled,
  OrderExpired,
  OrderRejected,
  StreamStatus,
} from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Emit } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { Bar } from "../domain/kline.ts";
import { isEntry } from "../domain/intentAction.ts";
import type { OwnOrder } from "../domain/orders/ownOrder.ts";
import { hasFilled } from "../domain/orders/ownOrder.ts";
import type { OwnOrders } from "../domain/orders/ownOrder.ts";
import { enterPlan, mustWithdraw, pendingEntries } from "../domain/orders/ownOrders.ts";
import { MOMENT_GRACE_MS } from "../domain/moment.ts";
import type { InstrumentIndex } from "../domain/units.ts";
import { NO_INSTRUMENT } from "../domain/units.ts";
import { Causes } from "./causes.ts";
import type { LineTime } from "./causes.ts";
import { DataTier } from "./dataTier.ts";
import { DayTier } from "./dayTier.ts";
import { Emergencies } from "./emergencies.ts";
import type { Emergency } from "./emergencies.ts";
import { Exits } from "./exits.ts";
import { InstrumentExposure } from "./exposure.ts";
import type { RiskLimits } from "./limits.ts";
import { approve } from "./approval.ts";
import { refuseEntry, refuseReduction, worstTicksOf } from "./positionTier.ts";
import type { RuleBreach } from "./positionTier.ts";
import { entryReadings } from "./readings.ts";
import { SystemTier } from "./systemTier.ts";
import { VolatilityTier } from "./volatilityTier.ts";

const COMMANDS = { halt: "command.halt", reduce: "command.reduce", flatten: "command.flatten" } as const;

/** Whether a rule of volatility is on: only those look at every bar. */
export const watchesBars = ({ shock, system }: RiskLimits): boolean =>
  shock.maxVolatilityRatio !== null || system.maxVolatilityRatio !== null;

/**
 * The three tiers in line: every intent passes here or is refused with rule, value and limit. Protective and emergency
 * reductions are made here too, so that all that `execute` ever sees is an approved plan.
 *
 * REDUCING withdraws resting entries and refuses new ones and scale-ins; HALTED also flattens, and asks again at every
 * bar and timer until the venue has done it. Reducing, leaving and tightening protection are always allowed.
 *
 * State is a function of the items alone and plain data: a restart finds every cause, counter and peak again, from the journal or from a
 * checkpoint.
 */
export class RiskGate {
  private readonly limits: RiskLimits;
  private readonly exposures: readonly InstrumentExposure[];
  private readonly emergencies: Emergencies;
  private readonly causes: Causes;
  /** By instrument: causes that hold for it alone. */
  private readonly own: readonly Causes[];
  /** Whether one of `own` is restricted. */
  private ownRestricted = false;
  private readonly day: DayTier;
  private readonly data: DataTier;
  private readonly system: SystemTier;
  private readonly volatility: readonly VolatilityTier[];
  private emit: Emit = unbound;
  /** Pooled: positions and equity are read from it when they are needed. */
  private latest: AccountState | null = null;
  private readonly judgesEquity: boolean;
  private readonly exits: Exits;
  /** 00:00 UTC of the day that is judged; NaN before the first judged moment. */
  private dayMs = NaN;
  private readonly tradeFromMs: number;

  /** Up to `tradeFromMs` volatility windows fill, but no day begins and nothing is judged. */
  constructor(instruments: readonly Instrument[], limits: RiskLimits, tradeFromMs = -Infinity) {
    this.tradeFromMs = tradeFromMs;
    this.judgesEquity = limits.day.maxLossFraction !== null || limits.system.maxDrawdownFraction !== null;
    this.limits = limits;
    this.exposures = instruments.map((instrument) => new InstrumentExposure(instrument));
    this.emergencies = new Emergencies(instruments);
    this.exits = new Exits(this.exposures, limits.position.maxStopFraction !== null, this);
    this.causes = new Causes(this);
    this.own = instruments.map(({ index }) => new Causes(this, index));
    this.day = new DayTier(limits.day, this.causes, instruments, this.own);
    this.data = new DataTier(limits.data, this.causes, instruments, this.own);
    this.system = new SystemTier(limits.system, this.causes);
    this.volatility = instruments.map(({ symbol }) => new VolatilityTier(limits.shock, limits.system, this.causes, symbol));
  }

  // ---- what the line tells --------------------------------------------------------------------------------------------

  /** For the rules of volatility alone. */
  bar(bar: Bar, emit: Emit): void {
    if (!bar.base) return;
    this.emit = emit;
    (this.volatility[bar.instrument] as VolatilityTier).bar(bar, bar, bar.knownAtMs > this.tradeFromMs);
  }

  /** The account behind a moment's last bar, marked, or behind a fill or payment. Runs at every moment: it calls only what is due. */
  account(state: AccountState, emit: Emit): void {
    this.emit = emit;
    if (this.latest !== state) this.follow(state);
    if (state.atClose && this.data.unhealthy) this.data.tick(state);
    if (state.knownAtMs <= this.tradeFromMs) return;
    if (state.atClose) this.judge(state);
    if (this.restricted) this.enforce(state);
    if (state.atClose) this.exits.seeThrough(state);
    else this.exits.seeThroughOf(state, state.instrument);
  }

  /** Equity is judged once a moment. What is not known is judged when it is known again; until then no entry passes. */
  private judge(state: AccountState): void {
    const { equityUsdt, day } = state;
    if (Number.isNaN(equityUsdt)) return;
    if (day.startMs !== this.dayMs) {
      this.dayMs = day.startMs;
      this.day.roll(state, day.startUsdt);
      this.system.roll(state, day.startUsdt);
    }
    if (!this.judgesEquity) return;
    this.day.equity(state, equityUsdt);
    this.system.equity(state, equityUsdt);
  }

  tradeClosed(trade: TradeClosed, emit: Emit): void {
    this.emit = emit;
    this.exits.tradeClosed(trade);
    this.day.tradeClosed(trade, trade.pnlUsdt);
  }

  fill(fill: Fill): void {
    if (this.ordersOf(fill.instrument).latest?.role === "entry") this.day.entryTaken(fill.instrument);
  }

  orderAccepted({ instrument }: OrderAccepted): void {
    if (this.ordersOf(instrument).latest?.role === "entry") this.day.entryTaken(instrument);
  }

  orderRejected(item: OrderRejected, emit: Emit): void {
    this.emit = emit;
    const { instrument, reason } = item;
    const { latest } = this.ordersOf(instrument);
    // None of ours, or done already: a venue may repeat itself.
    if (latest === null) return;
    // It may be working on.
    if (latest.status !== "done") return;
    if (isRefusedEntry(latest)) this.day.entryRefused(item, instrument, latest.decidedAtMs, reason);
    // The price has passed a stop that was to be placed: leave at market instead of placing it again.
    if (reason === "wouldTriggerAtOnce") this.stopPassed(latest, instrument);
    this.exits.seeThroughOf(item, instrument);
  }

  /** Not a stop of a trade that is over. */
  private stopPassed({ superseded, direction }: OwnOrder, instrument: InstrumentIndex): void {
    const { positionLots } = this.exposures[instrument] as InstrumentExposure;
    if (!superseded && direction * positionLots > 0) this.exits.stopPassed(instrument);
  }

  /** A stop, or an exit, that the venue ended by itself may leave a position without one. */
  orderEnded(item: OrderCanceled | OrderExpired, emit: Emit): void {
    this.emit = emit;
    const { latest } = this.ordersOf(item.instrument);
    if (latest !== null && latest.role !== "entry") this.exits.protectOf(item, item.instrument);
  }

  gap(gap: Gap, emit: Emit): void {
    this.emit = emit;
    if (gap.knownAtMs > this.tradeFromMs) this.data.gap(gap, gap.missingBars);
  }

  streamStatus(event: StreamStatus, emit: Emit): void {
    this.emit = emit;
    this.data.stream(event, `${event.instrument} ${event.stream}`, event.status !== "connected");
  }

  /** From the message that breaks the order book on until the top behind its next snapshot. */
  resyncNeeded(item: ResyncNeeded, emit: Emit): void {
    this.emit = emit;
    this.data.bookBroke(item, item.instrument);
  }

  bookTop(top: BookTop, emit: Emit): void {
    this.emit = emit;
    this.data.bookWhole(top, top.instrument);
  }

  inferenceFailure(event: InferenceFailure, emit: Emit): void {
    this.emit = emit;
    this.data.inferenceFailed(event);
  }

  command(event: Command, emit: Emit): void {
    this.emit = emit;
    switch (event.command) {
      case "halt":
        this.causes.raise(event, COMMANDS.halt, "HALTED", 1, 0);
        return;
      case "reduce":
        this.causes.raise(event, COMMANDS.reduce, "REDUCING", 1, 0);
        return;
      case "flatten":
        if (!this.isFlat()) this.causes.raise(event, COMMANDS.flatten, "HALTED", this.openInstruments(), 0);
        return;
      case "resume":
        this.system.resume(event, this.equityUsdt);
        this.causes.clear(event, COMMANDS.reduce);
        this.day.forgiveRefusals(event);
        return;
      case "setLimits":
        this.fault(event, "setLimits is not taken while trading: limits are the config's; restart with the new ones");
        return;
      case "swapModel":
        return;
    }
  }

  timer(time: LineTime, emit: Emit): void {
    this.emit = emit;
    this.data.tick(time);
    if (this.restricted) this.enforce(time);
    this.exits.seeThrough(time);
  }

  // ---- what L4 asks for -----------------------------------------------------------------------------------------------

  /** Approves or refuses, at once. */
  intent(intent: Intent, emit: Emit): void {
    this.emit = emit;
    this.system.asked(intent, intent.instrument);
    const exposure = this.exposures[intent.instrument] as InstrumentExposure;
    const worstTicks = worstTicksOf(intent, exposure.markTicks);
    const opens = isEntry(intent.action);
    const breach = opens ? this.refuseEntry(intent, exposure, worstTicks) : refuseReduction(intent, exposure);
    if (breach === null) {
      if (opens) this.day.entered();
      this.exits.meant(intent);
      this.approve(intent, worstTicks, opens ? this.readings(intent, exposure, worstTicks) : []);
      return;
    }
    const { seq, instrument, knownAtMs, planId } = intent;
    const { rule, value, limit } = breach;
    emit({ kind: Kind.refusal, seq, instrument, knownAtMs, planId, rule, value, limit });
  }

  private refuseEntry(intent: Intent, exposure: InstrumentExposure, worstTicks: number): RuleBreach | null {
    const own = this.own[intent.instrument] as Causes;
    if (this.latest?.late === true) return lateBar(this.latest);
    if (!this.causes.restricted && !own.restricted) this.day.wantsEntry(intent);
    const worst = this.causes.worst ?? own.worst;
    if (worst !== null) return worst;
    return refuseEntry(intent, worstTicks, exposure, this.limits.position, this.equityUsdt, this.otherMarginUsdt(exposure));
  }

  /** The worst margin of the other instruments. */
  private otherMarginUsdt(exposure: InstrumentExposure): number {
    let othersUsdt = 0;
    for (const each of this.exposures) if (each !== exposure) othersUsdt += each.worstMarginUsdt(null);
    return othersUsdt;
  }

  private readings(intent: Intent, exposure: InstrumentExposure, worstTicks: number): readonly RuleReading[] {
    const { limits, equityUsdt } = this;
    return entryReadings(intent, worstTicks, exposure, limits, equityUsdt, this.otherMarginUsdt(exposure), this.day.counts(equityUsdt));
  }

  private approve(intent: Intent, worstTicks: number, readings: readonly RuleReading[] = []): void {
    this.emit(approve(intent, enterPlan(this.ordersOf(intent.instrument), intent, worstTicks), readings));
  }

  // ---- emergencies ------------------------------------------------------------------------------------------------------

  private get restricted(): boolean {
    return this.causes.restricted || this.ownRestricted;
  }

  /** What the level asks for and has not happened yet: entries withdrawn, and everything closed when HALTED. */
  private enforce(time: LineTime): void {
    const { restricted } = this.causes;
    const halted = this.causes.level === "HALTED";
    for (const [index, exposure] of this.exposures.entries()) {
      if (mustWithdraw(exposure.orders) && (restricted || (this.own[index] as Causes).restricted))
        this.exits.withdraw(time, index as InstrumentIndex, "risk");
      if (halted && exposure.positionLots !== 0) this.exits.leave(time, index as InstrumentIndex, "risk-halt");
    }
    if (this.causes.has(COMMANDS.flatten) && this.isFlat()) this.causes.clear(time, COMMANDS.flatten);
  }

  /** A cause came or went. */
  caused(state: RiskState): void {
    if (state.instrument !== NO_INSTRUMENT) this.ownRestricted = this.own.some(({ restricted }) => restricted);
    this.emit(state);
    if (state.active) this.enforce(state);
  }

  /** An emergency is an intent on the line like any other, approved as it is made. */
  emergency(time: LineTime, emergency: Emergency): void {
    const intent = this.emergencies.intent(time, emergency);
    this.emit(intent);
    this.approve(intent, 0);
  }

  // ---- the account ------------------------------------------------------------------------------------------------------

  private get equityUsdt(): number {
    return this.latest?.equityUsdt ?? NaN;
  }

  /** Instruments with a position or an entry on its way. */
  private openInstruments(): number {
    return this.exposures.filter((exposure) => exposure.positionLots !== 0 || pendingEntries(exposure.orders) > 0).length;
  }
  private isFlat(): boolean {
    return this.openInstruments() === 0;
  }

  /** The state, its positions and its orders are pooled: exposures look at them from now on. */
  private follow(state: AccountState): void {
    this.latest = state;
    for (const exposure of this.exposures) exposure.follow(state);
  }

  private ordersOf(instrument: InstrumentIndex): OwnOrders {
    return (this.exposures[instrument] as InstrumentExposure).orders;
  }

  private fault({ seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs }: Command, message: string): void {
    this.emit({ kind: Kind.fault, seq, instrument, eventTimeMs, receivedTimeMs, knownAtMs, source: "riskGate", message });
  }
}

/** Before the first item. */
const unbound: Emit = () => undefined;

/** A bar came after its moment had closed without it. */
const lateBar = ({ knownAtMs, closeMs }: AccountState): RuleBreach => ({
  rule: "data.lateBar",
  value: knownAtMs - closeMs,
  limit: MOMENT_GRACE_MS,
});

/** An entry that ended before any of it filled. */
const isRefusedEntry = (order: OwnOrder | null): order is OwnOrder => order !== null && order.role === "entry" && !hasFilled(order);
