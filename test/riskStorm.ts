import { pipe, Subject } from "rxjs";
import type { OperatorFunction } from "rxjs";
import { account } from "../operators/account.ts";
import { execute } from "../operators/execute.ts";
import { riskGate } from "../operators/riskGate.ts";
import type { Intent } from "../src/domain/derived.ts";
import type { IntentAction } from "../src/domain/intentAction.ts";
import type { Command, StreamStatus } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { appendKline, Bar, klineBlock } from "../src/domain/kline.ts";
import type { KlineBlock } from "../src/domain/kline.ts";
import { NO_BRACKET } from "../src/domain/order.ts";
import { isEntry } from "../src/domain/intentAction.ts";
import type { OrderRequest } from "../src/domain/order.ts";
import type { Direction, Lots, Ticks } from "../src/domain/units.ts";
import { DAY_MS, instrumentIndex, MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import type { RiskLimits } from "../src/risk/limits.ts";
import { limitsOf, riskInstrument, START_MS } from "./riskLine.ts";
import { Chance } from "./chance.ts";
import { Examiner } from "./riskStorm/examiner.ts";
import type { StormFacts } from "./riskStorm/examiner.ts";
import { HostileVenue } from "./riskStorm/hostileVenue.ts";
import type { VenueQuery } from "../src/domain/ports.ts";

export type { StormFacts } from "./riskStorm/examiner.ts";

const SYMBOLS = ["BTCUSDT", "1000000MOGUSDT", "ETHUSDT"] as const;
const BLOCK_ROWS = 8;
const UNSAID = { id: "", by: "", reason: "", argument: "" };
const NO_LEVELS = new Float64Array(0);

/**
 * A random strategy and market and a hostile venue around the real `account → riskGate → execute`, and an examiner beside
 * them. Everything follows from the seed.
 */
export const riskStorm = (seed: number, minutes: number): StormFacts => new Storm(seed).run(minutes);

class Storm {
  readonly #chance: Chance;
  readonly #instruments: readonly Instrument[];
  readonly #limits: RiskLimits;
  readonly #blocks: KlineBlock[];
  readonly #venue: HostileVenue;
  readonly #examiner: Examiner;
  readonly #entrance = new Subject<Item>();
  readonly #failures: unknown[] = [];
  readonly #ticks: number[];
  #nowMs = START_MS + DAY_MS;
  #seq = 0;
  #plansMade = 0;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
    const count = this.#chance.int(1, 3);
    this.#instruments = Array.from({ length: count }, (_, index) =>
      riskInstrument(index, { symbol: SYMBOLS[index] as string, maxMarketQtyLots: this.#chance.of(0.2) ? 50 : 1e9, lotSize: 0.1 }),
    );
    this.#limits = this.#drawLimits();
    this.#blocks = this.#instruments.map(({ index }) => klineBlock(index, MINUTE_MS, BLOCK_ROWS));
    this.#ticks = this.#instruments.map(() => 1000);
    this.#venue = new HostileVenue(this.#chance, count, {
      send: (item) => this.#send(item),
      event: (index) => this.#event(index),
      ticks: (index) => this.#ticks[index] as number,
    });
    this.#examiner = new Examiner(this.#instruments, this.#limits, this.#venue);
    this.#entrance.pipe(this.#line()).subscribe({
      next: (item) => {
        // RxJS would report what an observer throws later and elsewhere.
        try {
          this.#examiner.examine(item);
        } catch (error) {
          this.#failures.push(error);
        }
      },
      error: (error: unknown) => this.#failures.push(error),
    });
  }

  #line(): OperatorFunction<Item, Item> {
    const venue = {
      submit: (order: OrderRequest) => {
        this.#examiner.examineOrder(order);
        this.#venue.submit(order);
      },
      cancel: (_: Instrument["index"], id: string) => this.#venue.cancel(id),
      ask: (query: VenueQuery) => this.#venue.ask(query),
    };
    return pipe(account(this.#instruments, { startUsdt: 10_000 }), riskGate(this.#instruments, this.#limits), execute(venue));
  }

  run(minutes: number): StormFacts {
    // Most runs see a midnight.
    this.#nowMs -= this.#chance.int(0, minutes) * MINUTE_MS;
    for (let minute = 0; minute < minutes; minute += 1) {
      const hole = this.#chance.of(0.03) ? this.#chance.int(1, 2000) : 0;
      this.#nowMs += (1 + hole) * MINUTE_MS;
      for (const { index } of this.#instruments) {
        this.#venue.turn(index);
        if (hole > 0) this.#send({ kind: Kind.gap, ...this.#header(index), fromMs: 0, toMs: 0, missingBars: hole });
        this.#bar(index);
      }
      for (const { index } of this.#instruments) this.#examiner.expectEnforced(index);
      for (const { index } of this.#instruments) this.#strategyTurn(index);
      this.#disturbance();
    }
    return this.#examiner.facts;
  }

  #drawLimits(): RiskLimits {
    const required = this.#chance.of(0.8);
    return limitsOf({
      position: {
        maxMarginFraction: this.#chance.pick([0.08, 0.01, 0.5, null]),
        maxAccountMarginFraction: this.#chance.pick([0.24, 0.02, null]),
        maxLeverage: this.#chance.pick([5, 1, null]),
        maxStopFraction: required ? 0.005 : null,
      },
      day: {
        maxLossFraction: this.#chance.pick([0.02, 0.001]),
        maxEntries: this.#chance.pick([15, 2, 40]),
        maxConsecutiveLosses: this.#chance.pick([8, 1]),
        maxVenueRefusals: this.#chance.pick([3, 2, 1, 1, 1, null]),
      },
      data: { healthyMs: 60_000, maxInferenceFailuresPerMinute: 3 },
      system: {
        maxDrawdownFraction: this.#chance.pick([0.05, 0.002]),
        maxIntentsPerSecond: 20,
        resume: this.#chance.pick(["person", "nextDay"]),
      },
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
    this.#examiner.cause = item;
    this.#entrance.next(item);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  #bar(index: number): void {
    const move = this.#chance.of(0.05) ? this.#chance.int(-60, 60) : this.#chance.int(-4, 4);
    const ticks = Math.max(200, (this.#ticks[index] as number) + move);
    this.#ticks[index] = ticks;
    const close = ticks / 10;
    let block = this.#blocks[index] as KlineBlock;
    if (block.length === BLOCK_ROWS) block = this.#blocks[index] = klineBlock(instrumentIndex(index), MINUTE_MS, BLOCK_ROWS);
    const volumes = { volume: 1, quoteVolume: 1, trades: 1, takerBuyVolume: 0, takerBuyQuoteVolume: 0 };
    appendKline(block, { openTimeMs: this.#nowMs - MINUTE_MS, open: close, high: close, low: close, close, ...volumes });
    this.#send(new Bar(block, block.length - 1, (this.#seq += 1), true, 1));
  }

  #strategyTurn(index: number): void {
    const wishes = this.#chance.of(0.01) ? 30 : this.#chance.int(0, 3);
    for (let i = 0; i < wishes; i += 1) {
      const before = this.#examiner.answers;
      this.#send(this.#wish(index));
      const answers = this.#examiner.answers - before;
      if (answers !== 1) throw new Error(`an intent was answered ${answers} times`);
    }
  }

  #wish(index: number): Intent {
    const ticks = this.#ticks[index] as number;
    const held = this.#examiner.lots(index);
    const action = this.#chance.pick<IntentAction>(
      held === 0 ? ["enter", "enter", "scaleIn", "exit"] : ["enter", "scaleIn", "reduce", "exit", "moveStop"],
    );
    const opens = isEntry(action);
    const direction: Direction = this.#chance.of(opens ? 0.5 : 0.9) && held !== 0 ? (held > 0 ? 1 : -1) : this.#chance.pick([1, -1]);
    const limit = opens && this.#chance.of(0.4);
    const limitTicks = limit ? ticks + this.#chance.int(-20, 20) : 0;
    const sizes = opens
      ? [1, 10, 80, 400, 2_000, this.#chance.int(1, 8_000)]
      : [1, Math.abs(held), Math.abs(held) + 1, this.#chance.int(1, 50)];
    const odd = this.#chance.of(0.03) ? this.#chance.pick([0, -5, 1.5, NaN, Infinity]) : null;
    this.#plansMade += 1;
    return {
      kind: Kind.intent,
      ...this.#header(index),
      planId: `${(this.#instruments[index] as Instrument).symbol}-${Math.floor(this.#nowMs / 1000)}-${this.#plansMade}`,
      action,
      direction,
      qtyLots: (odd ?? this.#chance.pick(sizes)) as Lots,
      orderType: limit ? "limit" : "market",
      limitTicks: limitTicks as Ticks,
      postOnly: limit && this.#chance.of(0.3),
      // A strategy may claim any worst price.
      worstTicks: this.#chance.pick([ticks, ticks + 2, limit ? limitTicks : ticks, 1, ticks * 3]) as Ticks,
      bracket:
        action === "enter" && this.#chance.of(0.9)
          ? { stopFraction: this.#chance.pick([0.005, 0.003, 0.02]), targetFraction: this.#chance.pick([0, 0.015]) }
          : NO_BRACKET,
      stopTicks: (ticks + this.#chance.int(-10, 10)) as Ticks,
      leverage: this.#chance.pick([5, 5, 1, 2.5, 20]),
      expiresAtMs: Infinity,
      reason: "strategy",
    };
  }

  #disturbance(): void {
    if (this.#chance.of(0.1)) this.#send({ kind: Kind.timer, ...this.#event(NO_INSTRUMENT), periodMs: 1000 });
    if (this.#chance.of(0.04)) {
      const command = this.#chance.pick<Command["command"]>(["halt", "reduce", "flatten", "setLimits", "swapModel"]);
      this.#send({ kind: Kind.command, ...this.#event(NO_INSTRUMENT), command, ...UNSAID });
    }
    if (this.#examiner.level !== "ACTIVE" && this.#chance.of(0.2))
      this.#send({ kind: Kind.command, ...this.#event(NO_INSTRUMENT), command: "resume", ...UNSAID });
    if (this.#chance.of(0.04)) {
      const status = this.#chance.pick<StreamStatus["status"]>(["stale", "gap"]);
      this.#send({ kind: Kind.streamStatus, ...this.#event(0), stream: "a", status });
    }
    if (this.#chance.of(0.3)) this.#send({ kind: Kind.streamStatus, ...this.#event(0), stream: "a", status: "connected" });
    const book = { ...this.#header(this.#chance.int(0, this.#instruments.length - 1)), stream: "book", reason: "" } as const;
    if (this.#chance.of(0.05)) this.#send({ kind: Kind.resyncNeeded, ...book });
    else if (this.#chance.of(0.3)) this.#send({ kind: Kind.bookTop, ...book, bids: NO_LEVELS, asks: NO_LEVELS });
    if (this.#chance.of(0.05))
      this.#send({ kind: Kind.inferenceFailure, ...this.#event(0), layer: "signal", barTimeMs: 0, reason: "late" });
  }
}
