import type { ApprovedPlan, Fill, Intent, RiskState } from "../../src/domain/derived.ts";
import type { OrderRejected } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { directionOf, sideOf } from "../../src/domain/order.ts";
import type { OrderRequest } from "../../src/domain/order.ts";
import type { Direction } from "../../src/domain/units.ts";
import { DAY_MS, NO_INSTRUMENT } from "../../src/domain/units.ts";
import type { RiskLimits } from "../../src/risk/limits.ts";
import type { Working } from "./hostileVenue.ts";

/** What happened, so that a test can tell that something did. */
export interface StormFacts {
  entries: number;
  refusals: number;
  fills: number;
  halts: number;
  emergencies: number;
  reductions: number;
  /** Entries that the venue surely refused, and instruments that had no entry left for it. */
  venueRefusals: number;
  shutOut: number;
}

/** An entry that was approved and not ended. */
interface Commitment {
  readonly intent: Intent;
  readonly worstTicks: number;
  remainingLots: number;
  /** UTC day of the approval. */
  readonly day: number;
}

const CLIENT_ORDER_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;
const EMERGENCY = new Set(["risk-halt", "unprotected", "stop-passed"]);

/**
 * Judges the gate from outside: it knows only what left the line, what reached the venue and what the venue has, and throws
 * at the first thing that must not be. Shares no code with `src/risk`.
 */
export class Examiner {
  readonly facts: StormFacts = { entries: 0, refusals: 0, fills: 0, halts: 0, emergencies: 0, reductions: 0, venueRefusals: 0, shutOut: 0 };
  /** The item that entered the line last. */
  cause: Item | null = null;
  /** Approvals and refusals of the strategy's intents so far. */
  answers = 0;
  level: RiskState["level"] = "ACTIVE";
  readonly #instruments: readonly Instrument[];
  readonly #limits: RiskLimits;
  readonly #venue: { readonly working: readonly Working[] };
  readonly #ids = new Set<string>();
  readonly #lots: number[];
  readonly #leverages: number[];
  readonly #markTicks: number[];
  readonly #commitments = new Map<string, Commitment>();
  readonly #plans = new Map<string, ApprovedPlan>();
  readonly #causes = new Map<string, RiskState>();
  /** Instruments whose book broke and had no top since: by what entered, and by what the gate says. */
  readonly #brokenBooks = new Set<number>();
  readonly #ownCauses = new Set<string>();
  /** By instrument: entries in a row that the venue refused since 00:00 UTC or the last `resume`. */
  readonly #refusalsInRow: number[];
  /** Instruments whose entries the venue refused too often in a row: until the day or a person ends it, whatever it takes meanwhile. */
  readonly #shutOut = new Set<number>();
  /** Entries that count today, and the day that this is. */
  #entriesToday = 0;
  #day = NaN;
  readonly #lastWorst: [number, number][];
  #equityUsdt = NaN;
  #barMs = NaN;
  #previousBarMs = NaN;

  constructor(instruments: readonly Instrument[], limits: RiskLimits, venue: { readonly working: readonly Working[] }) {
    this.#instruments = instruments;
    this.#limits = limits;
    this.#venue = venue;
    this.#lots = instruments.map(() => 0);
    this.#leverages = instruments.map(() => 1);
    this.#markTicks = instruments.map(() => NaN);
    this.#lastWorst = instruments.map(() => [0, 0]);
    this.#refusalsInRow = instruments.map(() => 0);
  }

  /** The position by its fills. */
  lots(index: number): number {
    return this.#lots[index] as number;
  }

  /** The state that holds for an instrument: the account's, else REDUCING while its book is broken or the venue refuses its entries. */
  #levelOf(index: number): RiskState["level"] {
    const restricted = this.#brokenBooks.has(index) || this.#shutOut.has(index);
    return this.level === "ACTIVE" && restricted ? "REDUCING" : this.level;
  }

  #forgiveRefusals(): void {
    this.#refusalsInRow.fill(0);
    this.#shutOut.clear();
  }

  examine(item: Item): void {
    switch (item.kind) {
      case Kind.resyncNeeded:
        this.#brokenBooks.add(item.instrument);
        break;
      case Kind.bookTop:
        this.#brokenBooks.delete(item.instrument);
        break;
      case Kind.bar:
        this.#markTicks[item.instrument] = item.close * 10;
        if (item.knownAtMs > this.#barMs) this.#previousBarMs = this.#barMs;
        this.#barMs = item.knownAtMs;
        break;
      case Kind.command:
        if (item.command === "resume") this.#forgiveRefusals();
        break;
      case Kind.orderAccepted:
        if (this.#commitments.has(item.clientOrderId)) this.#refusalsInRow[item.instrument] = 0;
        break;
      case Kind.fill:
        this.#filled(item);
        break;
      case Kind.accountState:
        this.#equityUsdt = item.equityUsdt;
        if (item.atClose) this.#beginDay(Math.floor(item.closeMs / DAY_MS));
        for (const [index, { positionLots }] of item.positions.entries()) equal(positionLots, this.#lots[index], "position and fills");
        break;
      case Kind.approvedPlan:
        this.#approved(item);
        break;
      case Kind.refusal:
        this.answers += 1;
        this.facts.refusals += 1;
        if (item.rule === "" || !("value" in item && "limit" in item)) throw new Error("a refusal without its rule");
        break;
      case Kind.riskState:
        this.#changed(item);
        break;
      case Kind.orderRejected:
        if (item.reason !== "unknownOrder") this.#rejected(item);
        break;
      case Kind.orderCanceled:
      case Kind.orderExpired:
        this.#commitments.delete(item.clientOrderId);
        break;
      case Kind.orderSent:
        if (item.order.reduceOnly) this.facts.reductions += 1;
        break;
      default:
    }
    for (const { index } of this.#instruments) this.#expectNoGrowth(index);
  }

  /** An order on its way to the venue. */
  examineOrder(order: OrderRequest): void {
    const { clientOrderId, planId, reduceOnly, closePosition, instrument } = order;
    if (!CLIENT_ORDER_ID.test(clientOrderId)) throw new Error(`${clientOrderId} is no client order id`);
    if (this.#ids.has(clientOrderId)) throw new Error(`${clientOrderId} was sent twice`);
    this.#ids.add(clientOrderId);
    const plan = this.#plans.get(planId);
    if (plan === undefined) throw new Error(`${clientOrderId} has no approved plan`);
    if (instrument !== plan.instrument) throw new Error("order and plan differ");
    const level = this.#levelOf(instrument);
    if (!reduceOnly && level !== "ACTIVE") throw new Error(`an entry left while ${level}`);
    if (reduceOnly && !closePosition) this.#examineReduction(order);
  }

  #filled(fill: Fill): void {
    this.facts.fills += 1;
    const direction = directionOf(fill.side);
    const was = (this.#lots[fill.instrument] as number) * direction;
    this.#lots[fill.instrument] = (was + fill.qtyLots) * direction;
    this.#markTicks[fill.instrument] = fill.priceTicks;
    const commitment = this.#commitments.get(fill.clientOrderId);
    if (commitment === undefined) return;
    this.#refusalsInRow[fill.instrument] = 0;
    const { leverage } = commitment.intent;
    if (was + fill.qtyLots > 0)
      this.#leverages[fill.instrument] = was > 0 ? Math.min(leverage, this.#leverages[fill.instrument] as number) : leverage;
    commitment.remainingLots -= fill.qtyLots;
    if (commitment.remainingLots <= 0) this.#commitments.delete(fill.clientOrderId);
  }

  #approved(plan: ApprovedPlan): void {
    const { intent, instrument } = plan;
    this.#plans.set(intent.planId, plan);
    if (intent.reason === "strategy") this.answers += 1;
    else this.facts.emergencies += 1;
    if (intent.action !== "enter" && intent.action !== "scaleIn") return;
    this.facts.entries += 1;
    const level = this.#levelOf(instrument);
    if (level !== "ACTIVE") throw new Error(`an entry was approved while ${level}`);
    this.#entriesToday += 1;
    atMost(this.#entriesToday, this.#limits.day.maxEntries, "entries of the day");
    const mark = this.#markTicks[instrument] as number;
    const worstTicks =
      intent.orderType === "limit" && intent.direction > 0
        ? Math.max(intent.worstTicks, intent.limitTicks)
        : Math.max(intent.worstTicks, intent.limitTicks, mark);
    this.#commitments.set(intent.planId, { intent, worstTicks, remainingLots: intent.qtyLots, day: this.#day });
    this.#lastWorst[instrument] = this.#worstLots(instrument);
    this.#expectWithinLimits(intent);
  }

  /** A sure refusal: an entry of which nothing filled does not count, and is one more in a row unless it asked to be refused. */
  #rejected({ clientOrderId, instrument, reason }: OrderRejected): void {
    const commitment = this.#commitments.get(clientOrderId);
    if (commitment === undefined) return;
    this.#commitments.delete(clientOrderId);
    if (commitment.remainingLots !== commitment.intent.qtyLots) return;
    this.facts.venueRefusals += 1;
    if (commitment.day === this.#day) this.#entriesToday -= 1;
    if (reason === "postOnlyWouldTake") return;
    const inRow = (this.#refusalsInRow[instrument] as number) + 1;
    this.#refusalsInRow[instrument] = inRow;
    if (inRow < (this.#limits.day.maxVenueRefusals ?? Infinity)) return;
    this.#shutOut.add(instrument);
    this.facts.shutOut += 1;
  }

  #beginDay(day: number): void {
    if (day === this.#day) return;
    this.#day = day;
    this.#entriesToday = 0;
    this.#forgiveRefusals();
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
    for (const { order, remainingLots } of this.#venue.working) {
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
  expectEnforced(index: number): void {
    const lots = this.#lots[index] as number;
    const exits = this.#exitsOnTheWay(index);
    const unprotected =
      this.#limits.position.maxStopFraction !== null &&
      !this.#venue.working.some(({ order }) => order.instrument === index && order.type === "stopMarket");
    if ((this.level === "HALTED" || unprotected) && lots !== 0) {
      const { maxMarketQtyLots } = this.#instruments[index] as Instrument;
      if (exits < Math.min(Math.abs(lots), 10 * maxMarketQtyLots)) {
        throw new Error(`${lots} lots ${unprotected ? "without a stop" : "in HALTED"}, ${exits} on their way out`);
      }
    }
    const level = this.#levelOf(index);
    if (level === "ACTIVE") return;
    for (const { order, cancelAsked } of this.#venue.working) {
      if (order.instrument === index && !order.reduceOnly && !cancelAsked) throw new Error(`${order.clientOrderId} rests in ${level}`);
    }
  }

  /** A cause of one instrument follows its book, or what the venue refused of it, at once and both ways. */
  #changedOwn({ instrument, active, level, rule }: RiskState): void {
    const broken = this.#brokenBooks.has(instrument);
    const shutOut = this.#shutOut.has(instrument);
    equal(active, rule.startsWith("data.book ") ? broken : shutOut, `${rule} and what it says`);
    equal(level, broken || shutOut ? "REDUCING" : "ACTIVE", "level of an instrument, its book and its refusals");
    if (active === this.#ownCauses.has(rule)) throw new Error("a cause that was told twice");
    if (active) this.#ownCauses.add(rule);
    else this.#ownCauses.delete(rule);
  }

  #changed(state: RiskState): void {
    if (state.instrument !== NO_INSTRUMENT) {
      this.#changedOwn(state);
      return;
    }
    if (state.active) this.#causes.set(state.rule, state);
    else {
      if (!this.#causes.delete(state.rule)) throw new Error(`${state.rule} cleared twice`);
      this.#expectRightToClear(state);
    }
    const levels = [...this.#causes.values()].map(({ causeLevel }) => causeLevel);
    const worst = levels.includes("HALTED") ? "HALTED" : levels.length > 0 ? "REDUCING" : "ACTIVE";
    equal(state.level, worst, "level and causes");
    if (state.level === "HALTED" && this.level !== "HALTED") this.facts.halts += 1;
    this.level = state.level;
  }

  /** States never de-escalate alone: each cause ends by its own rule. */
  #expectRightToClear({ rule, causeLevel, knownAtMs }: RiskState): void {
    const cause = this.cause as Item;
    const resumed = cause.kind === Kind.command && cause.command === "resume";
    const firstOfDay = cause.kind === Kind.bar && Math.floor(knownAtMs / DAY_MS) > Math.floor(this.#previousBarMs / DAY_MS);
    const right =
      rule === "command.flatten"
        ? resumed || this.#lots.every((lots) => lots === 0)
        : causeLevel === "HALTED"
          ? resumed || (firstOfDay && rule.startsWith("system.") && this.#limits.system.resume === "nextDay")
          : rule === "day.maxEntries" && cause.kind === Kind.orderRejected
            ? this.#entriesToday < (this.#limits.day.maxEntries ?? 0)
            : rule === "command.reduce"
              ? resumed
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
