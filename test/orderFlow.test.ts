import fc from "fast-check";
import { Observable, pipe } from "rxjs";
import type { OperatorFunction, Subscriber } from "rxjs";
import { describe, expect, test } from "vitest";
import { account } from "../operators/account.ts";
import { bars } from "../operators/bars.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Fill } from "../src/domain/derived.ts";
import type { OrderAccepted } from "../src/domain/event.ts";
import type { Instrument } from "../src/domain/instrument.ts";
import { ticksToPrice } from "../src/domain/instrument.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { singleKline } from "../src/domain/kline.ts";
import type { Venue } from "../src/domain/ports.ts";
import { InvariantError, instrumentIndex, MINUTE_MS } from "../src/domain/units.ts";
import type { SimulatedVenueOptions } from "../src/venues/simulated/options.ts";
import { simulatedVenue } from "../src/venues/simulated/simulatedVenue.ts";
import { checkFills, checkInvariants } from "./invariants.ts";
import { T0 } from "./items.ts";
import { RandomMarket } from "./randomMarket.ts";
import { BARE, orderOf, UNIT } from "./venueDesk.ts";
import type { OrderOf } from "./venueDesk.ts";
import { codeOf } from "../src/venues/binance/rejectionCodes.ts";

const START_USDT = 10_000;
const FIRST: Instrument = { ...UNIT, tickSize: 0.1, lotSize: 0.001, minNotionalUsdt: 5, percentPriceUp: 1.05, percentPriceDown: 0.95 };
const SECOND: Instrument = { ...FIRST, index: instrumentIndex(1), symbol: "TWOUSDT", tickSize: 0.01, lotSize: 0.1 };
const INSTRUMENTS: readonly Instrument[] = [FIRST, SECOND];
const START_TICKS = [20_000, 3_000] as const;

/**
 * Somebody who sends anything: entries of every kind, all under a bracket with a stop, reductions, trailing stops, cancels,
 * and now and then nonsense. He never withdraws the protection that came with an entry.
 */
const trader = (
  venue: Venue,
  random: () => number,
  { filters, margin, latencyMs }: SimulatedVenueOptions,
): OperatorFunction<Item, Item> => {
  const nonsense = filters === "all" || margin ? [0, -3, 1.5, 1e9] : [0, -3, 1.5];
  // Two orders of one id under way at once could not be told apart by their answers.
  const reuse = latencyMs < MINUTE_MS ? 0.06 : 0;
  const pick = <T>(choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const sent: string[] = [];
  let count = 0;
  const price = (last: number): number => Math.max(1, Math.round(last * (1 + (random() - 0.5) * (random() < 0.05 ? 0.2 : 0.02))));
  const anyOrder = (last: number): OrderOf => {
    const id = random() < reuse && sent.length > 0 ? pick(sent) : `o${(count += 1)}`;
    const side = pick(["buy", "sell"] as const);
    const qty = random() < 0.06 ? pick(nonsense) : 1 + Math.floor(random() * random() * 3_000);
    const bracket = { stop: pick([0.0005, 0.003, 0.02]), target: pick([0, 0.001, 0.01]), leverage: pick([1, 5, 20, 50]) };
    const tif = pick(["GTC", "GTC", "IOC", "FOK", "GTX"] as const);
    const base = { id, side, qty, reason: "flow" };
    const r = random();
    if (r < 0.3) return { ...base, ...bracket, tif: pick(["GTC", "IOC", "FOK"]) };
    if (r < 0.55) return { ...base, ...bracket, tif, price: price(last), ...(random() < 0.3 ? { until: Math.floor(random() * 200) } : {}) };
    if (r < 0.65) return { ...base, ...bracket, type: pick(["stopMarket", "takeProfitMarket"]), trigger: price(last) };
    if (r < 0.75) return { ...base, reduceOnly: true };
    if (r < 0.85) return { ...base, reduceOnly: true, price: price(last), tif };
    if (r < 0.95) return { id, side, type: pick(["stopMarket", "takeProfitMarket"]), trigger: price(last), closePosition: true };
    return { ...base, type: "trailingStopMarket", callback: pick([0.001, 0.01]), reduceOnly: true };
  };
  return stepOperator("trader", () => null, {
    [Kind.bar]: (_, bar, emit) => {
      const { instrument, knownAtMs, seq } = bar;
      const last = Math.round(bar.close / (INSTRUMENTS[instrument] as Instrument).tickSize);
      while (random() < 0.4) {
        if (random() < 0.2) {
          venue.cancel(instrument, random() < 0.2 || sent.length === 0 ? "never" : pick(sent), knownAtMs);
          continue;
        }
        const order = orderOf({ ...anyOrder(last), instrument }, knownAtMs);
        sent.push(order.clientOrderId);
        emit({ kind: Kind.orderSent, seq, instrument, knownAtMs, order });
        venue.submit(order);
      }
    },
  });
};

/** A position from bracketed entries always has a stop on the book; without a position there is no protection left over. */
const checkProtection = (): OperatorFunction<Item, Item> => {
  const lots = INSTRUMENTS.map(() => 0);
  const open = INSTRUMENTS.map(() => new Set<string>());
  const ended = (_: null, { instrument, clientOrderId }: Pick<OrderAccepted, "instrument" | "clientOrderId">): void => {
    open[instrument]?.delete(clientOrderId);
  };
  return stepOperator("checkProtection", () => null, {
    [Kind.fill]: (_, { instrument, side, qtyLots, clientOrderId }: Fill) => {
      lots[instrument] = (lots[instrument] as number) + (side === "buy" ? 1 : -1) * qtyLots;
      if (lots[instrument] === 0) open[instrument]?.delete(clientOrderId);
    },
    [Kind.orderAccepted]: (_, { instrument, clientOrderId }) => {
      if (/\.[st]\d*$/.test(clientOrderId)) open[instrument]?.add(clientOrderId);
    },
    [Kind.orderExpired]: ended,
    [Kind.orderCanceled]: ended,
    [Kind.bar]: (_, { instrument }) => {
      const ids = [...(open[instrument] as Set<string>)];
      const held = lots[instrument] as number;
      if (held === 0 && ids.length > 0) throw new InvariantError(`flat, but ${ids.join()} still rest`);
      if (held !== 0 && !ids.some((id) => /\.s\d*$/.test(id))) throw new InvariantError(`${held} lots without a stop`);
    },
  });
};

interface Flow {
  readonly seed: number;
  readonly bars: number;
  readonly options: SimulatedVenueOptions;
  readonly volatility: number;
}

const counts = new Map<string, number>();
const count = (what: string): void => {
  counts.set(what, (counts.get(what) ?? 0) + 1);
};

/** One run of random orders over two random markets with random funding, every invariant checked after every event. */
const run = ({ seed, bars: barCount, options, volatility }: Flow): void => {
  const { venue, fills } = simulatedVenue(INSTRUMENTS, options);
  const markets = START_TICKS.map((ticks, i) => new RandomMarket(seed + i, ticks, volatility));
  const random = new RandomMarket(seed + 99, 1, 0).random;
  const line = pipe(
    pipe(bars(INSTRUMENTS, []), fills, account(INSTRUMENTS, { startUsdt: START_USDT }), trader(venue, random, options)),
    pipe(checkInvariants(INSTRUMENTS, START_USDT), checkFills(INSTRUMENTS, options), checkProtection()),
  );
  let events: Subscriber<Item> | undefined;
  let failure: unknown;
  line(new Observable<Item>((subscriber) => void (events = subscriber))).subscribe({
    next: (item) => {
      if (item.kind === Kind.orderRejected) count(`rejected ${codeOf(item.reason)}`);
      else if (item.kind === Kind.orderExpired) count(`expired ${item.reason}`);
      else if (item.kind === Kind.fill) count(item.reason === "unknown" ? `fill ${item.maker ? "maker" : "taker"}` : `fill ${item.reason}`);
      else if (item.kind === Kind.fundingPayment) count("funding");
    },
    error: (error: unknown) => {
      failure = error;
    },
  });
  let seq = 0;
  for (let i = 0; i < barCount && failure === undefined; i += 1) {
    for (const [index, market] of markets.entries()) {
      const instrument = INSTRUMENTS[index] as Instrument;
      const bar = market.next();
      const openTimeMs = T0 + bar.minute * MINUTE_MS;
      const price = (ticks: number): number => ticksToPrice(instrument, ticks);
      if (random() < 0.05) {
        events?.next({
          kind: Kind.funding,
          seq: (seq += 1),
          instrument: instrument.index,
          eventTimeMs: openTimeMs,
          receivedTimeMs: openTimeMs,
          knownAtMs: openTimeMs,
          rate: (random() - 0.5) * 0.01,
          intervalHours: 8,
          markPrice: random() < 0.5 ? NaN : price(bar.open),
        });
      }
      const kline = singleKline(instrument.index, MINUTE_MS, {
        openTimeMs,
        open: price(bar.open),
        high: price(bar.high),
        low: price(bar.low),
        close: price(bar.close),
        volume: bar.volumeLots * instrument.lotSize * 20,
        quoteVolume: 0,
        trades: 1,
        takerBuyVolume: 0,
        takerBuyQuoteVolume: 0,
      });
      kline.seq = seq += 1;
      events?.next(kline);
    }
  }
  if (failure !== undefined) throw failure;
};

describe("random order flow", () => {
  test("books, fills, orders and protection hold after every event", () => {
    counts.clear();
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.nat(),
          bars: fc.integer({ min: 1, max: 150 }),
          volatility: fc.constantFrom(0.001, 0.005, 0.03),
          options: fc.record({
            startUsdt: fc.constant(START_USDT),
            slippageFraction: fc.constantFrom(0, 0.0003, 0.01),
            latencyMs: fc.constantFrom(0, 250, MINUTE_MS, 2.5 * MINUTE_MS),
            maxVolumeShare: fc.constantFrom(null, 0.1, 0.02),
            funding: fc.boolean(),
            filters: fc.constantFrom("all" as const, "tickAndLot" as const),
            margin: fc.boolean(),
            makerFeeRate: fc.constantFrom(null, -0.0001, 0),
            takerFeeRate: fc.constantFrom(null, 0),
          }),
        }),
        (flow) => {
          run({ ...flow, options: { ...BARE, ...flow.options } });
        },
      ),
      { numRuns: 250 },
    );
    for (const what of [
      ...[-2011, -2019, -2021, -2022, -2027, -4003, -4005, -4016, -4023, -4024, -4116, -4164, -5021, -5022].map(
        (code) => `rejected ${code}`,
      ),
      ...["IOC", "good-till-date", "position closed", "liquidation"].map((reason) => `expired ${reason}`),
      ...["maker", "taker", "stop", "target", "liquidation"].map((reason) => `fill ${reason}`),
      "funding",
    ]) {
      expect(counts.get(what) ?? 0, what).toBeGreaterThan(0);
    }
  }, 60_000);
});
