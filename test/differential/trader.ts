import type { Instrument } from "../../src/domain/instrument.ts";
import { usdtPerTickLot } from "../../src/domain/instrument.ts";
import { maxNotionalUsdt } from "../../src/domain/margin.ts";
import type { OrderRequest, OrderType } from "../../src/domain/order.ts";
import type { Lots, Ticks } from "../../src/domain/units.ts";
import type { Chance } from "../chance.ts";
import type { Lived, Said, Sent } from "./scenario.ts";

/** What the trader does more or less often; one draw a scenario. */
export interface Temperament {
  /** Chance of doing something at a close. */
  readonly busy: number;
  readonly leverages: readonly number[];
  /** Share of the start equity × leverage that an entry asks for, in percent. */
  readonly sizes: readonly number[];
  /** Distances of stops and targets. */
  readonly fractions: readonly number[];
  /** Distances of limits and triggers from the last close. */
  readonly distances: readonly number[];
}

type Order = Partial<Omit<OrderRequest, "priceTicks" | "triggerTicks" | "qtyLots">> & {
  readonly side: "buy" | "sell";
  readonly qtyLots?: number;
  readonly priceTicks?: number;
  readonly triggerTicks?: number;
};

/**
 * Sends requests for one instrument by what the venue has told: it knows its position, its open orders and the last close, so that
 * cancels, moved stops and scale-ins make sense. A small share is nonsense on purpose.
 */
export class Trader {
  readonly #chance: Chance;
  readonly #instrument: Instrument;
  readonly #temper: Temperament;
  readonly #startUsdt: number;
  readonly #open = new Set<string>();
  readonly #ended: string[] = [];
  /** A moved stop on its way, and the stops that it takes the place of. */
  readonly #moves = new Map<string, readonly string[]>();
  #lots = 0;
  #count = 0;
  #nowMs = 0;
  #lastTicks = 0;

  constructor(chance: Chance, instrument: Instrument, temper: Temperament, startUsdt: number) {
    this.#chance = chance;
    this.#instrument = instrument;
    this.#temper = temper;
    this.#startUsdt = startUsdt;
  }

  /** Hears what was said of its orders in a bar, and decides at the bar's close. */
  decide({ said }: Lived, closeTicks: number, nowMs: number): Sent[] {
    this.#nowMs = nowMs;
    this.#lastTicks = closeTicks;
    const sent: Sent[] = said.flatMap((each) => this.#hear(each));
    while (this.#chance.of(this.#temper.busy)) sent.push(...this.#act());
    return sent;
  }

  /** An accepted move withdraws the stops before it. */
  #hear(said: Said): Sent[] {
    if (said.what === "funding") return [];
    const { id } = said;
    if (said.what === "accepted") {
      this.#open.add(id);
      return (this.#moves.get(id) ?? []).flatMap((old) => this.#cancel(old));
    }
    if (said.what === "fill") this.#lots += (said.side === "buy" ? 1 : -1) * said.lots;
    else {
      if (said.what === "rejected" && said.code === -2011) return [];
      if (this.#open.delete(id)) this.#ended.push(id);
    }
    return [];
  }

  #act(): Sent[] {
    const chance = this.#chance;
    if (chance.of(0.04)) return this.#nonsense();
    if (chance.of(0.08) && this.#open.size > 0) return this.#cancel(chance.pick([...this.#open]));
    if (this.#lots === 0 || chance.of(0.1)) return this.#enter();
    return chance
      .pick([
        this.#scaleIn,
        this.#scaleIn,
        this.#reduce,
        this.#reduce,
        this.#takeProfit,
        this.#moveStop,
        this.#moveStop,
        this.#trail,
        this.#flip,
      ])
      .call(this);
  }

  #enter(): Sent[] {
    const side = this.#chance.pick(["buy", "sell"] as const);
    return this.#entry(side, this.#chance.pick(["market", "market", "limit", "limit", "limit", "stopMarket", "takeProfitMarket"]), true);
  }
  #scaleIn(): Sent[] {
    return this.#entry(
      this.#own,
      this.#chance.pick(["market", "limit", "limit", "limit", "stopMarket", "takeProfitMarket"]),
      this.#chance.of(0.3),
    );
  }
  #flip(): Sent[] {
    const lots = Math.abs(this.#lots) + this.#chance.int(0, this.#size());
    return this.#entry(this.#other, this.#chance.pick(["market", "limit", "stopMarket", "takeProfitMarket"]), this.#chance.of(0.7), lots);
  }

  #entry(side: "buy" | "sell", type: OrderType, bracketed: boolean, lots?: number): Sent[] {
    const chance = this.#chance;
    const leverage = chance.pick(this.#temper.leverages);
    const qtyLots = lots ?? this.#size(leverage);
    const fraction = (): number => (chance.of(0.8) ? chance.pick(this.#temper.fractions) : 0);
    const bracket = bracketed ? { stopFraction: fraction(), targetFraction: fraction() } : { stopFraction: 0, targetFraction: 0 };
    const expiresAtMs = chance.of(0.15) ? this.#nowMs + chance.int(-1, 12) * 60_000 + chance.int(0, 1) : Infinity;
    const timeInForce =
      type === "limit"
        ? chance.pick(["GTC", "GTC", "GTC", "GTX", "IOC", "FOK"] as const)
        : type === "market"
          ? chance.pick(["GTC", "GTC", "IOC", "FOK"] as const)
          : "GTC";
    return this.#order({ side, type, qtyLots, bracket, leverage, expiresAtMs, timeInForce, ...this.#prices(side, type) });
  }

  #reduce(): Sent[] {
    const type = this.#chance.pick(["market", "limit", "limit", "stopMarket"] as const);
    const qtyLots = this.#chance.int(1, Math.ceil(Math.abs(this.#lots) * 1.3));
    return this.#order({ side: this.#other, type, qtyLots, reduceOnly: true, ...this.#prices(this.#other, type) });
  }
  #takeProfit(): Sent[] {
    const closePosition = this.#chance.of(0.5);
    const qtyLots = closePosition ? 0 : this.#chance.int(1, Math.abs(this.#lots) * 2);
    const prices = this.#prices(this.#other, "takeProfitMarket");
    return this.#order({ side: this.#other, type: "takeProfitMarket", qtyLots, reduceOnly: true, closePosition, ...prices });
  }
  #moveStop(): Sent[] {
    const old = [...this.#open].filter((id) => /\.s\d*$/.test(id) || this.#moves.has(id));
    const prices = this.#prices(this.#other, "stopMarket");
    const sent = this.#order({ side: this.#other, type: "stopMarket", qtyLots: 0, reduceOnly: true, closePosition: true, ...prices });
    this.#moves.set(this.#lastId, old);
    return sent;
  }
  #trail(): Sent[] {
    const callbackFraction = this.#chance.pick(this.#temper.fractions);
    const qtyLots = this.#chance.int(1, Math.abs(this.#lots));
    return this.#order({ side: this.#other, type: "trailingStopMarket", qtyLots, reduceOnly: true, callbackFraction });
  }

  /** What a venue must refuse, or answer with "unknown". */
  #nonsense(): Sent[] {
    const chance = this.#chance;
    const limit = { side: "buy", type: "limit", priceTicks: this.#lastTicks } as const;
    return chance.pick<() => Sent[]>([
      () => this.#cancel("never"),
      () => this.#cancel(this.#ended.at(-1) ?? "none"),
      () => this.#order({ ...limit, priceTicks: this.#lastTicks + 0.5 }),
      () => this.#order({ ...limit, qtyLots: 1.5 }),
      () => this.#order({ ...limit, qtyLots: 0 }),
      () => this.#order({ ...limit, clientOrderId: [...this.#open][0] ?? "not valid" }),
      () => this.#order({ ...limit, clientOrderId: "not valid" }),
      () => this.#order({ ...limit, priceTicks: this.#lastTicks * 2 }),
      () => this.#order({ ...limit, side: "sell", priceTicks: Math.max(1, Math.floor(this.#lastTicks / 3)) }),
      () => this.#order({ ...limit, side: this.#own, qtyLots: 1, reduceOnly: true }),
      () =>
        this.#order({
          side: this.#own,
          type: "stopMarket",
          qtyLots: 1,
          closePosition: true,
          reduceOnly: true,
          triggerTicks: this.#lastTicks,
        }),
      () => this.#order({ ...limit, priceTicks: 1 }),
      () => this.#order({ ...limit, qtyLots: 1 }),
      () => this.#order({ side: this.#other, type: "stopMarket", qtyLots: 0, closePosition: true, triggerTicks: 2 }),
      () => this.#order({ side: "buy", leverage: 0 }),
      () => this.#order({ side: chance.pick(["buy", "sell"]), qtyLots: this.#size() * 20, leverage: chance.pick([1, 50, 125]) }),
    ])();
  }

  /** Id of the order that was made last. */
  get #lastId(): string {
    return `i${this.#instrument.index}-${this.#count}`;
  }
  get #own(): "buy" | "sell" {
    return this.#lots >= 0 ? "buy" : "sell";
  }
  get #other(): "buy" | "sell" {
    return this.#lots >= 0 ? "sell" : "buy";
  }

  #size(leverage = this.#chance.pick(this.#temper.leverages)): number {
    const asked = (this.#startUsdt * this.#chance.pick(this.#temper.sizes) * leverage) / 100;
    // Mostly within what the leverage allows.
    const most = this.#chance.of(0.1) ? Infinity : (maxNotionalUsdt(this.#instrument, leverage) * this.#chance.int(1, 100)) / 100;
    const usdt = Math.min(asked, most);
    return Math.max(1, Math.floor(usdt / (this.#lastTicks * usdtPerTickLot(this.#instrument))));
  }

  /** Limit or trigger, mostly on the side where it waits. */
  #prices(side: "buy" | "sell", type: OrderType): Pick<Order, "priceTicks" | "triggerTicks"> {
    if (type === "market") return {};
    const sign = (side === "buy") === (type === "stopMarket") ? 1 : -1;
    const away = Math.round(this.#lastTicks * this.#chance.pick(this.#temper.distances)) + this.#chance.int(-1, 3);
    const ticks = Math.max(1, this.#lastTicks + sign * away);
    return type === "limit" ? { priceTicks: ticks } : { triggerTicks: ticks };
  }

  #cancel(cancelId: string): Sent[] {
    return [{ cancelId, instrument: this.#instrument.index, decidedAtMs: this.#nowMs }];
  }

  #order(order: Order): Sent[] {
    this.#count += 1;
    const full: OrderRequest = {
      clientOrderId: this.#lastId,
      planId: `p${this.#count}`,
      instrument: this.#instrument.index,
      type: "market",
      callbackFraction: 0,
      timeInForce: "GTC",
      reduceOnly: false,
      closePosition: false,
      bracket: { stopFraction: 0, targetFraction: 0 },
      leverage: this.#temper.leverages[0] ?? 1,
      expiresAtMs: Infinity,
      reason: "differential",
      decidedAtMs: this.#nowMs,
      ...order,
      qtyLots: (order.qtyLots ?? this.#size()) as Lots,
      priceTicks: (order.priceTicks ?? 0) as Ticks,
      triggerTicks: (order.triggerTicks ?? 0) as Ticks,
    };
    return [{ order: full }];
  }
}
