import type { OrderRequest } from "../../../src/domain/order.ts";
import { Exact } from "../exact.ts";
import type { Said, ScenarioBar, Sent, Settlement } from "../scenario.ts";
import type { Held } from "./held.ts";
import { onlyReduces, ticksBetterThan, waits, wayTo } from "./held.ts";
import { slippedTicks, trailingTicks } from "./levels.ts";
import { OrderTable } from "./orderTable.ts";
import { refusalOf } from "./refusals.ts";
import { walk } from "./walk.ts";

const BAR_MS = 60_000;

/** One instrument of docs/venue.md, bar by bar. */
export class OracleBook extends OrderTable {
  #sent: Sent[] = [];
  #settlements: Settlement[] = [];
  #lastTicks: number | null = null;

  send(sent: Sent): void {
    this.#sent.push(sent);
  }
  settle(settlement: Settlement): void {
    this.#settlements.push(settlement);
  }

  /** A bar, step by step. Returns what the venue says in it. */
  live(bar: ScenarioBar): Said[] {
    this.bar = bar;
    this.said = [];
    this.grewInside = false;
    const share = this.asked.options.maxVolumeShare;
    this.roomLots = share === null ? Infinity : Exact.of(bar.volumeLots).times(share).floor();
    const lastTicks = this.#lastTicks ?? bar.open;
    this.#settleUp();
    for (const held of this.open) if (held.request.expiresAtMs <= bar.openTimeMs) this.expire(held, "good-till-date");
    this.#atOpen(lastTicks);
    walk(this);
    this.#atClose();
    this.#lastTicks = bar.close;
    this.bars += 1;
    return this.said;
  }

  #settleUp(): void {
    const { openTimeMs, open } = this.bar;
    const due = this.#settlements.filter(({ timeMs }) => timeMs <= openTimeMs);
    this.#settlements = this.#settlements.filter(({ timeMs }) => timeMs > openTimeMs);
    if (!this.asked.options.funding) return;
    for (const { timeMs, rate, markPrice } of due) {
      if (this.holding.lots === 0) continue;
      const price = Number.isNaN(markPrice) ? Exact.of(this.asked.instrument.tickSize).times(open) : Exact.of(markPrice);
      const paid = price.times(this.asked.instrument.lotSize).times(this.holding.lots).times(rate);
      this.payFunding(timeMs, paid);
    }
  }

  #atOpen(lastTicks: number): void {
    const { open: openTicks, openTimeMs } = this.bar;
    const liquidation = this.holding.liquidationTicks();
    if (liquidation !== null && Math.sign(this.holding.lots) * (openTicks - liquidation) <= 0) this.liquidate(openTicks);
    for (const exits of [true, false])
      for (const held of [...this.open]) if (!held.gone && held.taking && onlyReduces(held.request) === exits) this.take(held, openTicks);
    const delayMs = this.asked.options.latencyMs < BAR_MS ? 0 : this.asked.options.latencyMs;
    const decidedAtMs = (sent: Sent): number => ("order" in sent ? sent.order.decidedAtMs : sent.decidedAtMs);
    const isThere = (sent: Sent): boolean => decidedAtMs(sent) + delayMs <= openTimeMs;
    const there = this.#sent.filter(isThere);
    this.#sent = this.#sent.filter((sent) => !isThere(sent));
    for (const sent of there) {
      if ("order" in sent) this.#arrive(sent.order, lastTicks);
      else this.#cancel(sent.cancelId);
    }
    // A fill may append a stop that this open has passed already: the list grows while it is walked.
    for (let i = 0; i < this.open.length; i += 1) {
      const held = this.open[i] as Held;
      if (!held.gone && waits(held) && wayTo(held.request) * (openTicks - held.triggerTicks) >= 0) this.trigger(held, openTicks);
    }
    for (const held of [...this.open]) {
      if (held.gone || held.request.type !== "limit" || held.placedIn === this.bars) continue;
      if (ticksBetterThan(held.request, openTicks) >= 1) this.fill(held, openTicks, openTicks, true);
    }
  }

  #arrive(request: OrderRequest, lastTicks: number): void {
    const { open: openTicks, openTimeMs } = this.bar;
    const { clientOrderId: id, type, timeInForce } = request;
    const code = refusalOf(request, this, { lastTicks, openTicks, roomLots: this.roomLots });
    if (code !== null) {
      this.said.push({ what: "rejected", id, code });
      return;
    }
    const held = this.place(request, lastTicks);
    if (request.expiresAtMs <= openTimeMs) this.expire(held, "good-till-date");
    else if (type === "market") this.take(held, openTicks);
    else if (type === "limit" && ticksBetterThan(request, openTicks) >= 1) {
      const slipped = slippedTicks(openTicks, held.side, this.asked.options.slippageFraction);
      this.fill(held, held.side * Math.min(held.side * slipped, held.side * request.priceTicks), openTicks, false);
    }
    if (!held.gone && (timeInForce === "IOC" || timeInForce === "FOK") && (type === "market" || type === "limit"))
      this.expire(held, timeInForce);
  }

  #cancel(id: string): void {
    const held = this.open.find(({ gone, request }) => !gone && request.clientOrderId === id);
    if (held === undefined || (held.taking && held.request.type !== "market")) this.said.push({ what: "rejected", id, code: -2011 });
    else this.end(held, { what: "canceled", id, lots: held.left });
  }

  /** Trailing stops follow the bar; what is gone is forgotten. */
  #atClose(): void {
    this.open = this.open.filter(({ gone }) => !gone);
    for (const held of this.open) {
      if (held.request.type !== "trailingStopMarket" || held.taking) continue;
      held.bestTicks = held.side < 0 ? Math.max(held.bestTicks, this.bar.high) : Math.min(held.bestTicks, this.bar.low);
      held.triggerTicks = trailingTicks(held.bestTicks, held.side, held.request.callbackFraction);
    }
  }
}
