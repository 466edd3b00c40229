import { pipe, Subject } from "rxjs";
import { account } from "../operators/account.ts";
import { execute } from "../operators/execute.ts";
import { riskGate } from "../operators/riskGate.ts";
import type { ApprovedPlan, Intent, IntentAction, RiskState } from "../src/domain/derived.ts";
import type { Command, Fill, StreamStatus } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, Bar, klineBlock } from "../src/domain/kline.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { directionOf, NO_BRACKET, sideOf, stopIdOf, targetIdOf } from "../src/domain/order.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { DAY_MS, instrumentIndex, MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { limitsOf, riskInstrument, START_MS } from "./riskLine.ts";

/**
 * A random strategy, market and venue around the real `account → riskGate → execute`, and an examiner beside them that knows
 * only what left the line and what the venue did. Everything follows from the seed.
 *
 * The venue keeps the rules that any venue keeps (an order fills at most its quantity and no worse than its price, reduce-only
 * reduces) and is otherwise as unpleasant as it can be: it fills in parts and late, refuses, expires, answers cancels with
 * "unknown order" while the order rests, and loses stops.
 */
export const riskStorm = (seed: number, minutes: number): StormFacts => new Storm(seed).run(minutes);

/** What happened, so that a test can tell that something did. */
export interface StormFacts {
  entries: number;
  refusals: number;
  fills: number;
  halts: number;
  emergencies: number;
  reductions: number;
}

interface Working {
  readonly order: OrderRequest;
  remainingLots: number;
  cancelAsked: boolean;
}

/** An entry that was approved and not ended, as the examiner counts it. */
interface Commitment {
  readonly intent: Intent;
  readonly worstTicks: number;
  remainingLots: number;
  /** Risk asked for its cancel, and was not refused since. */
  withdrawn: boolean;
}

const SYMBOLS = ["BTCUSDT", "1000000MOGUSDT", "ETHUSDT"] as const;
const BLOCK_ROWS = 8;
const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const EMERGENCY = new Set(["risk-halt", "unprotected", "stop-passed"]);

class Storm {
  readonly #random: () => number;
  readonly #instruments: readonly Instrument[];
  readonly #limits: RiskLimits;
  readonly #blocks: KlineBlock[];
  readonly #entrance = new Subject<Item>();
  readonly #facts: StormFacts = { entries: 0, refusals: 0, fills: 0, halts: 0, emergencies: 0, reductions: 0 };
  // The venue.
  #working: Working[] = [];
  readonly #ids = new Set<string>();
  readonly #venueLots: number[];
  // The examiner.
  readonly #lots: number[];
  readonly #leverages: number[];
  readonly #markTicks: number[];
  readonly #commitments = new Map<string, Commitment>();
  readonly #plans = new Map<string, ApprovedPlan>();
  readonly #causes = new Map<string, RiskState>();
  readonly #lastWorst: [number, number][];
  #level: RiskState["level"] = "ACTIVE";
  #equityUsdt = NaN;
  readonly #failures: unknown[] = [];
  #answers = 0;
  #lastBarMs = NaN;
  #cause: Item | null = null;
  #ticksNow: number[];
  #nowMs = START_MS + DAY_MS;
  #seq = 0;
  #plansMade = 0;

  constructor(seed: number) {
    this.#random = mulberry32(seed);
    const count = this.#int(1, 3);
    this.#instruments = Array.from({ length: count }, (_, index) =>
      riskInstrument(index, { symbol: SYMBOLS[index] as string, maxMarketQtyLots: this.#chance(0.2) ? 50 : 1e9, lotSize: 0.1 }),
    );
    this.#limits = this.#drawLimits();
    this.#blocks = this.#instruments.map(({ index }) => klineBlock(index, MINUTE_MS, BLOCK_ROWS));
    this.#venueLots = this.#instruments.map(() => 0);
    this.#lots = this.#instruments.map(() => 0);
    this.#leverages = this.#instruments.map(() => 1);
    this.#markTicks = this.#instruments.map(() => NaN);
    this.#lastWorst = this.#instruments.map(() => [0, 0]);
    this.#ticksNow = this.#instruments.map(() => 1000);
    const venue = {
      submit: (order: OrderRequest) => this.#submit(order),
      cancel: (_: Instrument["index"], id: string) => {
        for (const each of this.#working) if (each.order.clientOrderId === id) each.cancelAsked = true;
      },
    };
    this.#entrance
      .pipe(pipe(account(this.#instruments, 10_000), riskGate(this.#instruments, this.#limits), execute(this.#instruments, venue)))
      .subscribe({
        next: (item) => {
          // RxJS would report what an observer throws later and elsewhere.
          try {
            this.#examine(item);
          } catch (error) {
            this.#failures.push(error);
          }
        },
        error: (error: unknown) => this.#failures.push(error),
      });
  }

  run(minutes: number): StormFacts {
    // Most runs see a midnight.
    this.#nowMs -= this.#int(0, minutes) * MINUTE_MS;
    for (let minute = 0; minute < minutes; minute += 1) {
      const hole = this.#chance(0.03) ? this.#int(1, 2000) : 0;
      this.#nowMs += (1 + hole) * MINUTE_MS;
      for (const { index } of this.#instruments) {
        this.#venueTurn(index);
        if (hole > 0) this.#send({ kind: Kind.gap, ...this.#header(index), fromMs: 0, toMs: 0, missingBars: hole });
        this.#bar(index);
        this.#strategyTurn(index);
      }
      this.#disturbance();
    }
    return this.#facts;
  }

  // ---- chance ------------------------------------------------------------------------------------------------------------

  #int(min: number, max: number): number {
    return min + Math.floor(this.#random() * (max - min + 1));
  }
  #chance(probability: number): boolean {
    return this.#random() < probability;
  }
  #pick<T>(values: readonly T[]): T {
    return values[this.#int(0, values.length - 1)] as T;
  }

  #drawLimits(): RiskLimits {
    const required = this.#chance(0.8);
    return limitsOf({
      position: {
        maxMarginFraction: this.#pick([0.08, 0.01, 0.5, null]),
        maxAccountMarginFraction: this.#pick([0.24, 0.02, null]),
        maxLeverage: this.#pick([5, 1, null]),
        maxStopFraction: required ? 0.005 : null,
      },
      day: { maxLossFraction: this.#pick([0.02, 0.001]), maxEntries: this.#pick([15, 2, 40]), maxConsecutiveLosses: this.#pick([8, 1]) },
      data: { healthyMs: 60_000, maxInferenceFailuresPerMinute: 3 },
      system: { maxDrawdownFraction: this.#pick([0.05, 0.002]), maxIntentsPerSecond: 20, resume: this.#pick(["person", "nextDay"]) },
    });
  }

  // ---- what enters -------------------------------------------------------------------------------------------------------

  #header(index: number) {
    return { seq: (this.#seq += 1), instrument: instrumentIndex(index), knownAtMs: this.#nowMs };
  }
  #event(index: number) {
    return { ...this.#header(index), eventTimeMs: this.#nowMs, receivedTimeMs: this.#nowMs };
  }
  #send(item: Item): void {
    this.#cause = item;
    this.#entrance.next(item);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #bar(index: number): void {
    const move = this.#chance(0.05) ? this.#int(-60, 60) : this.#int(-4, 4);
    const ticks = Math.max(200, (this.#ticksNow[index] as number) + move);
    this.#ticksNow[index] = ticks;
    const close = ticks / 10;
    let block = this.#blocks[index] as KlineBlock;
    if (block.length === BLOCK_ROWS) block = this.#blocks[index] = klineBlock(instrumentIndex(index), MINUTE_MS, BLOCK_ROWS);
    const volumes = { volume: 1, quoteVolume: 1, trades: 1, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
    appendKline(block, { openTimeMs: this.#nowMs - MINUTE_MS, open: close, high: close, low: close, close, ...volumes });
    this.#send(new Bar(block, block.length - 1, (this.#seq += 1), true, 1));
    this.#lastBarMs = this.#nowMs;
    this.#expectEnforced(index);
  }

  #strategyTurn(index: number): void {
    const wishes = this.#chance(0.01) ? 30 : this.#int(0, 3);
    for (let i = 0; i < wishes; i += 1) {
      this.#answers = 0;
      this.#send(this.#wish(index));
      if (this.#answers !== 1) throw new Error(`an intent was answered ${this.#answers} times`);
    }
  }

  #wish(index: number): Intent {
    const ticks = this.#ticksNow[index] as number;
    const held = this.#lots[index] as number;
    const action = this.#pick<IntentAction>(
      held === 0 ? ["enter", "enter", "scaleIn", "exit"] : ["enter", "scaleIn", "reduce", "exit", "moveStop"],
    );
    const opens = action === "enter" || action === "scaleIn";
    const direction: Direction = this.#chance(opens ? 0.5 : 0.9) && held !== 0 ? (held > 0 ? 1 : -1) : this.#pick([1, -1]);
    const limit = opens && this.#chance(0.4);
    const limitTicks = limit ? ticks + this.#int(-20, 20) : 0;
    const sizes = opens ? [1, 10, 80, 400, 2_000, this.#int(1, 8_000)] : [1, Math.abs(held), Math.abs(held) + 1, this.#int(1, 50)];
    const odd = this.#chance(0.03) ? this.#pick([0, -5, 1.5, NaN, Infinity]) : null;
    this.#plansMade += 1;
    return {
      kind: Kind.intent,
      ...this.#header(index),
      planId: `${(this.#instruments[index] as Instrument).symbol}-${Math.floor(this.#nowMs / 1000)}-${this.#plansMade}`,
      action,
      direction,
      qtyLots: (odd ?? this.#pick(sizes)) as Lots,
      orderType: limit ? "limit" : "market",
      limitTicks: limitTicks as Ticks,
      postOnly: limit && this.#chance(0.3),
      // A strategy may claim any worst price.
      worstTicks: this.#pick([ticks, ticks + 2, limit ? limitTicks : ticks, 1, ticks * 3]) as Ticks,
      bracket:
        action === "enter" && this.#chance(0.9)
          ? { stopFraction: this.#pick([0.005, 0.003, 0.02]), targetFraction: this.#pick([0, 0.015]) }
          : NO_BRACKET,
      stopTicks: (ticks + this.#int(-10, 10)) as Ticks,
      leverage: this.#pick([5, 5, 1, 2.5, 20]),
      expiresAtMs: Infinity,
      reason: "strategy",
    };
  }

  #disturbance(): void {
    if (this.#chance(0.1)) this.#send({ kind: Kind.timer, ...this.#event(NO_INSTRUMENT), periodMs: 1000 });
    if (this.#chance(0.04)) {
      const command = this.#pick<Command["command"]>(["halt", "flatten", "setLimits", "swapModel"]);
      this.#send({ kind: Kind.command, ...this.#event(NO_INSTRUMENT), command, argument: "" });
    }
    if (this.#level === "HALTED" && this.#chance(0.2))
      this.#send({ kind: Kind.command, ...this.#event(NO_INSTRUMENT), command: "resume", argument: "" });
    if (this.#chance(0.04)) {
      const status = this.#pick<StreamStatus["status"]>(["stale", "gap"]);
      this.#send({ kind: Kind.streamStatus, ...this.#event(0), stream: "a", status });
    }
    if (this.#chance(0.3)) this.#send({ kind: Kind.streamStatus, ...this.#event(0), stream: "a", status: "connected" });
    if (this.#chance(0.05)) this.#send({ kind: Kind.inferenceFailure, ...this.#event(0), layer: "signal", barTimeMs: 0, reason: "late" });
  }

  // ---- the venue ---------------------------------------------------------------------------------------------------------

  #submit(order: OrderRequest): void {
    const { clientOrderId, planId, reduceOnly, instrument } = order;
    if (!CLIENT_ORDER_ID.test(clientOrderId)) throw new Error(`${clientOrderId} is no client order id`);
    if (this.#ids.has(clientOrderId)) throw new Error(`${clientOrderId} was sent twice`);
    this.#ids.add(clientOrderId);
    const plan = this.#plans.get(planId);
    if (plan === undefined) throw new Error(`${clientOrderId} has no approved plan`);
    if (!reduceOnly && this.#level !== "ACTIVE") throw new Error(`an entry left while ${this.#level}`);
    if (reduceOnly && !order.closePosition) this.#examineReduction(order);
    this.#working.push({ order, remainingLots: order.closePosition ? Infinity : order.qtyLots, cancelAsked: false });
    if (!reduceOnly && instrument !== plan.instrument) throw new Error("order and plan differ");
  }

  #venueTurn(index: number): void {
    for (const working of this.#working.filter(({ order }) => order.instrument === index)) {
      if (!this.#working.includes(working)) continue;
      if (working.cancelAsked) this.#answerCancel(working);
      else if (this.#isBracket(working)) this.#conditional(working);
      else if (this.#chance(0.08)) this.#end(working, "reject");
      else if (this.#chance(0.03)) this.#end(working, "expire");
      else if (this.#chance(working.order.type === "limit" ? 0.4 : 0.8))
        this.#fill(working, this.#chance(0.3) ? this.#int(1, 40) : Infinity);
    }
  }

  #isBracket({ order }: Working): boolean {
    return order.closePosition;
  }

  #answerCancel(working: Working): void {
    working.cancelAsked = false;
    // "Unknown order", though it rests; or it fills before the cancel arrives.
    if (this.#chance(0.15)) {
      const commitment = this.#commitments.get(working.order.clientOrderId);
      if (commitment !== undefined) commitment.withdrawn = false;
      this.#reject(working.order, -2011);
    } else if (!working.order.closePosition && this.#chance(0.2)) this.#fill(working, this.#int(1, 100));
    else this.#end(working, "cancel");
  }

  #conditional(working: Working): void {
    const { order } = working;
    const ticks = this.#ticksNow[order.instrument] as number;
    const below = (order.type === "stopMarket") === (order.side === "sell");
    const triggered = below ? ticks <= order.triggerTicks : ticks >= order.triggerTicks;
    const fresh = order.clientOrderId.endsWith("-s") && !this.#accepted.has(order.clientOrderId);
    if (fresh && triggered) this.#end(working, "trigger");
    else if (fresh && this.#chance(0.1)) this.#end(working, "reject");
    else if (fresh) {
      this.#accepted.add(order.clientOrderId);
      this.#send({ kind: Kind.orderAccepted, ...this.#event(order.instrument), sub: 1, clientOrderId: order.clientOrderId });
    } else if (triggered) this.#fill(working, this.#chance(0.3) ? this.#int(1, 40) : Infinity);
    else if (this.#chance(0.01)) this.#end(working, "cancel");
  }
  readonly #accepted = new Set<string>();

  #reject(order: OrderRequest, code: number): void {
    this.#send({
      kind: Kind.orderRejected,
      ...this.#event(order.instrument),
      sub: 1,
      clientOrderId: order.clientOrderId,
      code,
      message: "",
    });
  }

  #end(working: Working, how: "reject" | "trigger" | "expire" | "cancel"): void {
    this.#working = this.#working.filter((each) => each !== working);
    const { instrument, clientOrderId } = working.order;
    const remainingLots = 0 as Lots;
    this.#commitments.delete(clientOrderId);
    if (how === "reject") this.#reject(working.order, -2019);
    else if (how === "trigger") this.#reject(working.order, -2021);
    else if (how === "cancel") this.#send({ kind: Kind.orderCanceled, ...this.#event(instrument), sub: 1, clientOrderId, remainingLots });
    else this.#send({ kind: Kind.orderExpired, ...this.#event(instrument), sub: 1, clientOrderId, remainingLots, reason: "venue" });
  }

  #fill(working: Working, wantedLots: number): void {
    const { order } = working;
    const { instrument, side } = order;
    const direction = directionOf(side);
    const was = this.#venueLots[instrument] as number;
    const reducible = was * direction < 0 ? Math.abs(was) : 0;
    if (order.reduceOnly && reducible === 0) {
      this.#end(working, order.closePosition ? "expire" : "reject");
      return;
    }
    const qtyLots = Math.min(wantedLots, working.remainingLots, order.reduceOnly ? reducible : Infinity);
    working.remainingLots -= qtyLots;
    const done = working.remainingLots <= 0 || (order.reduceOnly && qtyLots === reducible);
    if (done) this.#working = this.#working.filter((each) => each !== working);
    const now = was + direction * qtyLots;
    this.#venueLots[instrument] = now;
    this.#send({
      kind: Kind.fill,
      ...this.#event(instrument),
      sub: 1,
      clientOrderId: order.clientOrderId,
      tradeId: String(this.#seq),
      planId: order.planId,
      side,
      priceTicks: this.#fillTicks(order) as Ticks,
      qtyLots: qtyLots as Lots,
      feeUsdt: 0.01,
      slippageUsdt: 0,
      maker: order.type === "limit",
      reduceOnly: order.reduceOnly,
      reason: order.reason,
    } satisfies Fill);
    if (now * was <= 0 && was !== 0) this.#expireOrphans(instrument, now);
    if (!order.reduceOnly && now * direction > 0) this.#placeBracket(order);
  }

  /** No worse than what the plan allowed: a market order at the price it was decided at, a limit at its limit or better. */
  #fillTicks(order: OrderRequest): number {
    const ticks = this.#ticksNow[order.instrument] as number;
    if (order.type !== "limit") return ticks;
    return order.side === "buy" ? Math.min(order.priceTicks, ticks) : Math.max(order.priceTicks, ticks);
  }

  #expireOrphans(instrument: number, now: number): void {
    for (const working of [...this.#working]) {
      if (working.order.instrument !== instrument || !working.order.reduceOnly) continue;
      if (directionOf(working.order.side) * now >= 0) this.#end(working, "expire");
    }
  }

  #placeBracket(entry: OrderRequest): void {
    const direction = directionOf(entry.side);
    const ticks = this.#fillTicks(entry);
    const { stopFraction, targetFraction } = entry.bracket;
    const place = (id: string, type: OrderRequest["type"], triggerTicks: number): void => {
      if (this.#working.some(({ order }) => order.clientOrderId === id)) return;
      const order: OrderRequest = {
        ...entry,
        clientOrderId: id,
        side: sideOf(direction > 0 ? -1 : 1),
        type,
        triggerTicks: triggerTicks as Ticks,
        reduceOnly: true,
        closePosition: true,
        bracket: NO_BRACKET,
      };
      this.#working.push({ order, remainingLots: Infinity, cancelAsked: false });
    };
    if (stopFraction > 0) place(stopIdOf(entry.clientOrderId), "stopMarket", Math.round(ticks * (1 - direction * stopFraction)));
    if (targetFraction > 0)
      place(targetIdOf(entry.clientOrderId), "takeProfitMarket", Math.round(ticks * (1 + direction * targetFraction)));
  }

  // ---- the examiner ------------------------------------------------------------------------------------------------------

  #examine(item: Item): void {
    switch (item.kind) {
      case Kind.bar:
        this.#markTicks[item.instrument] = item.close * 10;
        break;
      case Kind.fill:
        this.#filled(item);
        break;
      case Kind.accountState:
        this.#equityUsdt = item.equityUsdt;
        for (const [index, { positionLots }] of item.positions.entries()) equal(positionLots, this.#lots[index], "position and fills");
        break;
      case Kind.approvedPlan:
        this.#approved(item);
        break;
      case Kind.refusal:
        this.#answers += 1;
        this.#facts.refusals += 1;
        if (item.rule === "" || !("value" in item && "limit" in item)) throw new Error("a refusal without its rule");
        break;
      case Kind.riskState:
        this.#changed(item);
        break;
      case Kind.orderSent:
        if (item.order.reduceOnly) this.#facts.reductions += 1;
        break;
      default:
    }
    for (const { index } of this.#instruments) this.#expectNoGrowth(index);
  }

  #filled(fill: Fill): void {
    this.#facts.fills += 1;
    const direction = directionOf(fill.side);
    const was = (this.#lots[fill.instrument] as number) * direction;
    this.#lots[fill.instrument] = (was + fill.qtyLots) * direction;
    this.#markTicks[fill.instrument] = fill.priceTicks;
    const commitment = this.#commitments.get(fill.clientOrderId);
    if (commitment === undefined) return;
    const { leverage } = commitment.intent;
    if (was + fill.qtyLots > 0)
      this.#leverages[fill.instrument] = was > 0 ? Math.min(leverage, this.#leverages[fill.instrument] as number) : leverage;
    commitment.remainingLots -= fill.qtyLots;
    if (commitment.remainingLots <= 0) this.#commitments.delete(fill.clientOrderId);
  }

  #approved(plan: ApprovedPlan): void {
    const { intent, instrument } = plan;
    this.#plans.set(intent.planId, plan);
    if (intent.reason === "strategy") this.#answers += 1;
    else this.#facts.emergencies += 1;
    if (intent.action === "cancelEntries") this.#withdrawn(instrument);
    if (intent.action !== "enter" && intent.action !== "scaleIn") return;
    this.#facts.entries += 1;
    if (this.#level !== "ACTIVE") throw new Error(`an entry was approved while ${this.#level}`);
    const mark = this.#markTicks[instrument] as number;
    const worstTicks =
      intent.orderType === "limit" && intent.direction > 0
        ? Math.max(intent.worstTicks, intent.limitTicks)
        : Math.max(intent.worstTicks, intent.limitTicks, mark);
    this.#commitments.set(`${intent.planId}-e`, { intent, worstTicks, remainingLots: intent.qtyLots, withdrawn: false });
    this.#lastWorst[instrument] = this.#worstLots(instrument);
    this.#expectWithinLimits(intent);
  }

  #withdrawn(instrument: number): void {
    for (const commitment of this.#commitments.values()) if (commitment.intent.instrument === instrument) commitment.withdrawn = true;
  }

  /** Most lots either way when every entry on its way fills and no reduction does. */
  #worstLots(index: number): [number, number] {
    const lots = this.#lots[index] as number;
    let [long, short] = [Math.max(lots, 0), Math.max(-lots, 0)];
    for (const { intent, remainingLots } of this.#commitments.values()) {
      if (intent.instrument !== index) continue;
      if (intent.direction > 0) long += remainingLots;
      else short += remainingLots;
    }
    return [long, short];
  }

  /** Only an approval makes the worst case larger: not a fill, a cancel, an exit, a refusal or anything else. */
  #expectNoGrowth(index: number): void {
    const [wasLong, wasShort] = this.#lastWorst[index] as [number, number];
    const now = this.#worstLots(index);
    if (now[0] > wasLong || now[1] > wasShort) throw new Error(`exposure grew from ${wasLong}/${wasShort} to ${now[0]}/${now[1]} lots`);
    this.#lastWorst[index] = now;
  }

  #expectWithinLimits({ instrument, leverage, bracket, action, direction }: Intent): void {
    const { maxMarginFraction, maxAccountMarginFraction, maxLeverage, maxStopFraction } = this.#limits.position;
    const margins = this.#instruments.map(({ index }) => this.#worstMarginUsdt(index));
    const total = margins.reduce((sum, margin) => sum + margin, 0);
    atMost((margins[instrument] as number) / this.#equityUsdt, maxMarginFraction, "margin of the instrument");
    atMost(total / this.#equityUsdt, maxAccountMarginFraction, "margin of the account");
    atMost(leverage, maxLeverage, "leverage");
    if (maxStopFraction === null) return;
    const stopped =
      action === "enter"
        ? bracket.stopFraction > 0 && bracket.stopFraction <= maxStopFraction
        : (this.#lots[instrument] as number) * direction > 0;
    if (!stopped) throw new Error("an entry was approved without protection");
  }

  #worstMarginUsdt(index: number): number {
    const lots = this.#lots[index] as number;
    const parts = [...this.#commitments.values()].filter(({ intent }) => intent.instrument === index);
    const leverage = Math.min(lots === 0 ? Infinity : (this.#leverages[index] as number), ...parts.map(({ intent }) => intent.leverage));
    const side = (direction: Direction): number =>
      parts.reduce(
        (sum, { intent, remainingLots, worstTicks }) => (intent.direction === direction ? sum + remainingLots * worstTicks : sum),
        lots * direction > 0 ? Math.abs(lots) * (this.#markTicks[index] as number) : 0,
      );
    // Ticks of 0.1 and lots of 0.1.
    return parts.length === 0 && lots === 0 ? 0 : (Math.max(side(1), side(-1)) * 0.01) / leverage;
  }

  #exitsOnTheWay(index: number): number {
    const side = sideOf((this.#lots[index] as number) > 0 ? -1 : 1);
    let lots = 0;
    for (const { order, remainingLots } of this.#working) {
      if (order.instrument === index && order.reduceOnly && !order.closePosition && order.side === side) lots += remainingLots;
    }
    return lots;
  }

  #examineReduction(order: OrderRequest): void {
    const lots = this.#lots[order.instrument] as number;
    if (lots * directionOf(order.side) >= 0) throw new Error("a reduction on the side of the position");
    if (order.qtyLots > Math.abs(lots)) throw new Error(`a reduction by ${order.qtyLots} of ${lots} lots`);
    if (EMERGENCY.has(order.reason) && order.qtyLots + this.#exitsOnTheWay(order.instrument) > Math.abs(lots)) {
      throw new Error(
        `an emergency doubles what is on its way: ${order.qtyLots} + ${this.#exitsOnTheWay(order.instrument)} of ${lots} lots`,
      );
    }
  }

  /** After a bar: what the state asks for is on its way. */
  #expectEnforced(index: number): void {
    const lots = this.#lots[index] as number;
    const exits = this.#exitsOnTheWay(index);
    const unprotected =
      this.#limits.position.maxStopFraction !== null &&
      !this.#working.some(({ order }) => order.instrument === index && order.type === "stopMarket");
    if ((this.#level === "HALTED" || unprotected) && lots !== 0) {
      const { maxMarketQtyLots } = this.#instruments[index] as Instrument;
      if (exits < Math.min(Math.abs(lots), 10 * maxMarketQtyLots)) {
        throw new Error(`${lots} lots ${unprotected ? "without a stop" : "in HALTED"}, ${exits} on their way out`);
      }
    }
    if (this.#level === "ACTIVE") return;
    for (const [orderId, { intent, withdrawn }] of this.#commitments) {
      if (intent.instrument === index && !withdrawn) throw new Error(`${orderId} rests in ${this.#level}`);
    }
  }

  #changed(state: RiskState): void {
    if (state.active) this.#causes.set(state.rule, state);
    else {
      if (!this.#causes.delete(state.rule)) throw new Error(`${state.rule} cleared twice`);
      this.#expectRightToClear(state);
    }
    const levels = [...this.#causes.values()].map(({ causeLevel }) => causeLevel);
    const worst = levels.includes("HALTED") ? "HALTED" : levels.length > 0 ? "REDUCING" : "ACTIVE";
    equal(state.level, worst, "level and causes");
    if (state.level === "HALTED" && this.#level !== "HALTED") this.#facts.halts += 1;
    this.#level = state.level;
  }

  /** States never de-escalate alone: each cause ends by its own rule. */
  #expectRightToClear({ rule, causeLevel, knownAtMs }: RiskState): void {
    const cause = this.#cause as Item;
    const resumed = cause.kind === Kind.command && cause.command === "resume";
    const firstOfDay = cause.kind === Kind.bar && Math.floor(knownAtMs / DAY_MS) > Math.floor(this.#lastBarMs / DAY_MS);
    const right =
      rule === "command.flatten"
        ? resumed || this.#lots.every((lots) => lots === 0)
        : causeLevel === "HALTED"
          ? resumed || (firstOfDay && rule.startsWith("system.") && this.#limits.system.resume === "nextDay")
          : rule.startsWith("day.")
            ? firstOfDay
            : cause.kind === Kind.bar || cause.kind === Kind.timer;
    if (!right) throw new Error(`${rule} cleared by kind ${cause.kind}`);
  }
}

const atMost = (value: number, limit: number | null, what: string): void => {
  // The examiner sums in another order than the gate.
  if (limit !== null && !(value <= limit * (1 + 1e-12))) throw new Error(`${what} is ${value}, at most ${limit}`);
};
const equal = (a: unknown, b: unknown, what: string): void => {
  if (a !== b) throw new Error(`${what} differ: ${String(a)} and ${String(b)}`);
};

/** A small seeded generator: uniform in [0, 1). */
const mulberry32 = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};
