import type { AccountState, Gap, Intent, PositionState, RiskState, TradeClosed } from "../domain/derived.ts";
import type { Command, Fill, InferenceFailure, OrderCanceled, OrderExpired, OrderRejected, StreamStatus } from "../domain/event.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Emit } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { Bar } from "../domain/kline.ts";
import { planIdOf, NO_BRACKET } from "../domain/order.ts";
import type { Direction, InstrumentIndex, Lots, Ticks } from "../domain/units.ts";
import { DAY_MS, utcDayStart } from "../domain/units.ts";
import { Causes } from "./causes.ts";
import type { LineTime } from "./causes.ts";
import { DataTier } from "./dataTier.ts";
import { DayTier } from "./dayTier.ts";
import { InstrumentExposure } from "./exposure.ts";
import type { RiskLimits } from "./limits.ts";
import { approve } from "./plan.ts";
import { refuseEntry } from "./positionTier.ts";
import type { RuleBreach } from "./positionTier.ts";
import { SystemTier } from "./systemTier.ts";
import { VolatilityTier } from "./volatilityTier.ts";

const COMMAND_HALT = "command.halt";

/**
 * The three tiers in line: every intent passes here or is refused with rule, value and limit. Protective and emergency
 * reductions are made here too, so that all that `execute` ever sees is an approved plan.
 *
 * REDUCING withdraws resting entries and refuses new ones and scale-ins; HALTED also flattens. Reducing, leaving and
 * tightening protection are always allowed.
 */
export class RiskGate {
  readonly #instruments: readonly Instrument[];
  readonly #limits: RiskLimits;
  readonly #exposures: readonly InstrumentExposure[];
  readonly #causes: Causes;
  readonly #day: DayTier;
  readonly #data: DataTier;
  readonly #system: SystemTier;
  readonly #volatility: readonly VolatilityTier[];
  #emit: Emit = () => undefined;
  #equityUsdt = NaN;
  /** NaN before the first judged bar. */
  #nextDayMs = NaN;
  #barDue = false;
  #emergencies = 0;
  readonly #tradeFromMs: number;

  /** Up to `tradeFromMs` volatility windows fill, but no day begins and nothing is judged. */
  constructor(instruments: readonly Instrument[], limits: RiskLimits, tradeFromMs = -Infinity) {
    this.#tradeFromMs = tradeFromMs;
    this.#instruments = instruments;
    this.#limits = limits;
    this.#exposures = instruments.map((instrument) => new InstrumentExposure(instrument));
    this.#causes = new Causes((state) => {
      this.#changed(state);
    });
    this.#day = new DayTier(limits.day, this.#causes);
    this.#data = new DataTier(limits.data, this.#causes);
    this.#system = new SystemTier(limits.system, this.#causes);
    this.#volatility = instruments.map(({ symbol }) => new VolatilityTier(limits.shock, limits.system, this.#causes, symbol));
  }

  // ---- what the line tells --------------------------------------------------------------------------------------------

  bar(bar: Bar, emit: Emit): void {
    if (!bar.base) return;
    this.#emit = emit;
    const { shock, system } = this.#limits;
    if (shock.maxVolatilityRatio !== null || system.maxVolatilityRatio !== null) {
      (this.#volatility[bar.instrument] as VolatilityTier).bar(bar, bar, bar.knownAtMs > this.#tradeFromMs);
    }
    this.#data.tick(bar);
    this.#barDue = true;
  }

  /** The marked account, directly behind a bar, or behind a fill or payment. */
  account(state: AccountState, emit: Emit): void {
    this.#emit = emit;
    this.#equityUsdt = state.equityUsdt;
    const exposure = this.#exposures[state.instrument] as InstrumentExposure;
    const position = state.positions[state.instrument] as PositionState;
    exposure.positionLots = position.positionLots;
    exposure.markPrice = position.markPrice;
    if (state.knownAtMs <= this.#tradeFromMs) return;
    if (this.#barDue) {
      this.#barDue = false;
      if (!(state.knownAtMs < this.#nextDayMs)) this.#roll(state);
    }
    if (Number.isNaN(this.#nextDayMs)) return;
    this.#day.equity(state, state.equityUsdt);
    this.#system.equity(state, state.equityUsdt);
    if (this.#causes.level === "HALTED") this.#flatten(state);
  }

  tradeClosed(trade: TradeClosed, emit: Emit): void {
    this.#emit = emit;
    const exposure = this.#exposures[trade.instrument] as InstrumentExposure;
    exposure.exitPlanId = "";
    exposure.closed(trade.planId);
    this.#day.tradeClosed(trade, trade.pnlUsdt);
  }

  fill(fill: Fill): void {
    (this.#exposures[fill.instrument] as InstrumentExposure).filled(fill.planId, fill.qtyLots, fill.priceTicks);
  }

  /** An order is done without (all of) its fills: what waited for it need not be reserved any more. */
  orderEnded(item: OrderRejected | OrderCanceled | OrderExpired, emit: Emit): void {
    this.#emit = emit;
    const exposure = this.#exposures[item.instrument] as InstrumentExposure;
    const planId = planIdOf(item.clientOrderId);
    exposure.resolved(planId);
    if (exposure.exitPlanId === planId) exposure.exitPlanId = "";
    // The price has passed a stop that was to be placed: leave at market instead of placing it again.
    if (item.kind === Kind.orderRejected && item.code === -2021 && exposure.exitPlanId === "") this.#leave(item, item.instrument, "stop-passed");
  }

  gap(gap: Gap, emit: Emit): void {
    this.#emit = emit;
    if (gap.knownAtMs > this.#tradeFromMs) this.#data.gap(gap, gap.missingBars);
  }

  streamStatus(event: StreamStatus, emit: Emit): void {
    this.#emit = emit;
    this.#data.stream(event, event.stream, event.status !== "connected");
  }

  inferenceFailure(event: InferenceFailure, emit: Emit): void {
    this.#emit = emit;
    this.#data.inferenceFailed(event);
  }

  command(event: Command, emit: Emit): void {
    this.#emit = emit;
    if (event.command === "halt") this.#causes.raise(event, COMMAND_HALT, "HALTED", 1, 0);
    else if (event.command === "resume") this.#system.resume(event, this.#equityUsdt);
    if (event.command === "halt" || event.command === "flatten") this.#flatten(event);
  }

  timer(time: LineTime, emit: Emit): void {
    this.#emit = emit;
    this.#data.tick(time);
  }

  // ---- what L4 asks for -----------------------------------------------------------------------------------------------

  /** Approves or refuses, at once. */
  intent(intent: Intent, emit: Emit): void {
    this.#emit = emit;
    const breach = this.#breach(intent);
    if (breach === null) this.#approve(intent);
    else {
      const { seq, instrument, knownAtMs, planId } = intent;
      emit({ kind: Kind.refusal, seq, instrument, knownAtMs, planId, ...breach });
    }
  }

  #breach(intent: Intent): RuleBreach | null {
    const exposure = this.#exposures[intent.instrument] as InstrumentExposure;
    if (intent.action !== "enter" && intent.action !== "scaleIn") return refuseReduction(intent, exposure);
    const { worst } = this.#causes;
    if (worst !== null) return { rule: worst.rule, value: worst.value, limit: worst.limit };
    if (!this.#day.mayEnter(intent)) {
      const cause = this.#causes.worst as RuleBreach | null;
      return cause ?? { rule: "day.maxEntries", value: NaN, limit: NaN };
    }
    const others = this.#exposures.reduce((sum, each) => (each === exposure ? sum : sum + each.worstMarginUsdt(null)), 0);
    return refuseEntry(intent, exposure, this.#limits.position, this.#equityUsdt, others);
  }

  #approve(intent: Intent): void {
    const exposure = this.#exposures[intent.instrument] as InstrumentExposure;
    if (intent.action === "enter" || intent.action === "scaleIn") {
      exposure.expect(intent.planId, intent.direction, intent.qtyLots, intent.worstTicks, intent.bracket);
      exposure.leverage = intent.leverage;
      this.#day.entered();
    } else if (intent.action === "exit") exposure.exitPlanId = intent.planId;
    else if (intent.action === "moveStop") exposure.moveStop(intent.stopTicks);
    this.#emit(approve(intent));
  }

  // ---- emergencies ------------------------------------------------------------------------------------------------------

  #changed(state: RiskState): void {
    this.#emit(state);
    if (!state.active || state.level === "ACTIVE") return;
    for (const [index, exposure] of this.#exposures.entries()) {
      if (exposure.pendingEntries > 0) this.#order(this.#emergency(state, index as InstrumentIndex, "cancelEntries", 0, "risk"));
    }
    if (state.level === "HALTED") this.#flatten(state);
  }

  #flatten(time: LineTime): void {
    for (const [index, exposure] of this.#exposures.entries()) {
      if (exposure.positionLots !== 0 && exposure.exitPlanId === "") this.#leave(time, index as InstrumentIndex, "risk-halt");
    }
  }

  #leave(time: LineTime, index: InstrumentIndex, reason: string): void {
    const { positionLots } = this.#exposures[index] as InstrumentExposure;
    if (positionLots !== 0) this.#order(this.#emergency(time, index, "exit", positionLots, reason));
  }

  /** An emergency is an intent on the line like any other, approved as it is made. */
  #order(intent: Intent): void {
    this.#emit(intent);
    this.#approve(intent);
  }

  #emergency(time: LineTime, index: InstrumentIndex, action: "exit" | "cancelEntries", positionLots: number, reason: string): Intent {
    this.#emergencies += 1;
    const { symbol } = this.#instruments[index] as Instrument;
    return {
      kind: Kind.intent,
      seq: time.seq,
      instrument: index,
      knownAtMs: time.knownAtMs,
      planId: `${symbol}-${Math.floor(time.knownAtMs / 1000)}-r${this.#emergencies}`,
      action,
      direction: (positionLots < 0 ? -1 : 1) as Direction,
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

  #roll(state: AccountState): void {
    this.#nextDayMs = utcDayStart(state.knownAtMs) + DAY_MS;
    this.#day.roll(state, state.equityUsdt);
    this.#system.roll(state, state.equityUsdt);
  }
}

/** Exits never increase exposure; a stop may only come closer. */
const refuseReduction = (intent: Intent, exposure: InstrumentExposure): RuleBreach | null => {
  if (intent.action === "cancelEntries") return null;
  const held = exposure.positionLots * intent.direction;
  if (held <= 0) return { rule: "position.exitsNeverIncrease", value: intent.qtyLots, limit: 0 };
  if (intent.action === "moveStop") {
    const loosens = exposure.stopTicks !== 0 && (intent.stopTicks - exposure.stopTicks) * intent.direction <= 0;
    return loosens ? { rule: "position.stopOnlyTightens", value: intent.stopTicks, limit: exposure.stopTicks } : null;
  }
  return intent.qtyLots > held ? { rule: "position.exitsNeverIncrease", value: intent.qtyLots, limit: held } : null;
};
