import { Subject } from "rxjs";
import type { AccountEvent } from "../../src/domain/event.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { ticksToPrice, usdtPerTickLot } from "../../src/domain/instrument.ts";
import type { Item } from "../../src/domain/item.ts";
import { Kind } from "../../src/domain/kind.ts";
import { singleKline } from "../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { simulatedVenue } from "../../src/venues/simulated/simulatedVenue.ts";
import type { Lived, Said, Scenario, Sent, Step } from "./scenario.ts";
import { LIQUIDATION } from "./scenario.ts";
import { codeOf } from "../../src/venues/binance/rejectionCodes.ts";

/** What a run of the desk needs of a scenario; requests come from `sentAt`. */
export type Market = Omit<Scenario, "steps"> & { readonly steps: readonly Omit<Step, "sent">[] };
/** Requests that are sent before a step, by all that was lived before it. */
type Requester = (step: number, lived: readonly Lived[]) => readonly Sent[];
export type MakeVenue = typeof simulatedVenue;

/** The simulated venue, driven by hand: requests, settlements and bars in, what it says out, step by step. */
export const deskOf = (market: Market, sentAt: Requester, makeVenue: MakeVenue = simulatedVenue): Lived[] => {
  const { instruments, options, steps } = market;
  const line = new Subject<Item>();
  const { venue, fills } = makeVenue(instruments, options);
  let heard: AccountEvent[] = [];
  fills(line).subscribe((item) => {
    if ((item.kind >= Kind.orderAccepted && item.kind <= Kind.fundingPayment) || item.kind === Kind.orderFilled)
      heard.push(item as AccountEvent);
  });
  const account = new Account(instruments, options.startUsdt);
  const lived: Lived[] = [];
  let seq = 0;
  for (const [at, step] of steps.entries()) {
    heard = [];
    for (const sent of sentAt(at, lived)) {
      if ("order" in sent) venue.submit(sent.order);
      else venue.cancel(instrumentIndex(sent.instrument), sent.cancelId, sent.decidedAtMs);
    }
    const instrument = instruments[step.instrument] as Instrument;
    const { index } = instrument;
    for (const { timeMs, rate, markPrice } of step.settlements) {
      const times = { eventTimeMs: timeMs, receivedTimeMs: timeMs, knownAtMs: timeMs };
      line.next({ kind: Kind.funding, seq: (seq += 1), instrument: index, ...times, rate, intervalHours: 8, markPrice });
    }
    line.next(klineOf(instrument, step, (seq += 1)));
    const said = heard.map((item) => saidOf(item, instruments));
    for (const item of heard) account.see(item);
    account.close(step.instrument, step.bar.close);
    lived.push({ said, walletUsdt: account.walletUsdt, equityUsdt: account.equityUsdt });
  }
  return lived;
};

const klineOf = (instrument: Instrument, { bar }: Pick<Step, "bar">, seq: number): Item => {
  const price = (ticks: number): number => ticksToPrice(instrument, ticks);
  const kline = singleKline(instrument.index, MINUTE_MS, {
    openTimeMs: bar.openTimeMs,
    open: price(bar.open),
    high: price(bar.high),
    low: price(bar.low),
    close: price(bar.close),
    volume: Number((bar.volumeLots * instrument.lotSize).toPrecision(15)),
    quoteVolume: 0,
    trades: 1,
    takerBuyVolume: 0,
    takerBuyQuoteVolume: 0,
  });
  kline.seq = seq;
  return kline;
};

const saidOf = (item: AccountEvent, instruments: readonly Instrument[]): Said => {
  if (item.kind === Kind.fundingPayment) return { what: "funding", timeMs: item.eventTimeMs, paidUsdt: item.paidUsdt };
  if (!("clientOrderId" in item)) throw new Error(`the desk said kind ${item.kind}`);
  const id = item.clientOrderId;
  switch (item.kind) {
    case Kind.orderAccepted:
      return { what: "accepted", id };
    case Kind.orderRejected:
      return { what: "rejected", id, code: codeOf(item.reason) };
    case Kind.orderUnknown:
      throw new Error(`the desk lost an answer about ${id}`);
    case Kind.orderCanceled:
      return { what: "canceled", id, lots: item.remainingLots };
    case Kind.orderExpired:
      return { what: "expired", id, lots: item.remainingLots, reason: item.reason };
    case Kind.orderFilled: {
      const { side, maker, feeUsdt } = item;
      const slippageTicks = Math.abs(item.priceTicks - item.referenceTicks);
      const slippageUsdt = slippageTicks * item.qtyLots * usdtPerTickLot(instruments[item.instrument] as Instrument);
      const at = { timeMs: item.eventTimeMs, lots: item.qtyLots, ticks: item.priceTicks };
      return { what: "fill", id: id.startsWith("autoclose-") ? LIQUIDATION : id, side, ...at, feeUsdt, slippageUsdt, maker };
    }
  }
};

/** The account by fills and payments alone, in doubles: cash flows, and what is held at its last close. */
class Account {
  readonly #instruments: readonly Instrument[];
  readonly #held: { lots: number; averageTicks: number; closeTicks: number }[];
  walletUsdt: number;

  constructor(instruments: readonly Instrument[], startUsdt: number) {
    this.#instruments = instruments;
    this.#held = instruments.map(() => ({ lots: 0, averageTicks: 0, closeTicks: 0 }));
    this.walletUsdt = startUsdt;
  }

  get equityUsdt(): number {
    return this.#held.reduce(
      (sum, { lots, averageTicks, closeTicks }, i) =>
        sum + (lots === 0 ? 0 : (closeTicks - averageTicks) * lots * usdtPerTickLot(this.#instruments[i] as Instrument)),
      this.walletUsdt,
    );
  }

  see(item: AccountEvent): void {
    if (item.kind === Kind.fundingPayment) this.walletUsdt -= item.paidUsdt;
    if (item.kind !== Kind.orderFilled) return;
    const held = this.#held[item.instrument] as { lots: number; averageTicks: number };
    const { qtyLots, priceTicks, feeUsdt } = item;
    const side = item.side === "buy" ? 1 : -1;
    const closing = held.lots * side < 0 ? Math.min(qtyLots, Math.abs(held.lots)) : 0;
    const profit = -side * closing * (priceTicks - held.averageTicks) * usdtPerTickLot(this.#instruments[item.instrument] as Instrument);
    this.walletUsdt += profit - feeUsdt;
    const kept = Math.abs(held.lots) - closing;
    const opening = qtyLots - closing;
    held.averageTicks = kept + opening === 0 ? 0 : (held.averageTicks * kept + priceTicks * opening) / (kept + opening);
    held.lots += side * qtyLots;
  }

  close(instrument: number, ticks: number): void {
    (this.#held[instrument] as { closeTicks: number }).closeTicks = ticks;
  }
}
