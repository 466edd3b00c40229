import { DEFAULT_MARKET, simulatedInstrument, simulatedMarket } from "../../streams/simulatedMarket.ts";
import type { Event } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { DAY_MS, HOUR_MS, instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { parquetStore } from "../../src/store/parquet/parquetStore.ts";
import { instrumentRulesEvent } from "../../src/store/rules/defaultInstruments.ts";

export const SYMBOLS = ["BTCUSDT", "ETHUSDT"] as const;
/** Two days in each of two months. */
const FROM_MS = Date.UTC(2023, 0, 30);
const DAYS = 4;
/** Three hours of trades, book and marks, on the third day. */
export const TICKS_FROM_MS = FROM_MS + 2 * DAY_MS;
export const TICKS_TO_MS = TICKS_FROM_MS + 3 * HOUR_MS;
const ONLY = instrumentIndex(0);

/**
 * A store of every kind of file: klines of two symbols in two months, funding, rules, trades, book, marks and open interest, and the list of
 * landed files. The same seed makes the same bytes.
 */
export const writeSmallStore = async (root: string, seed: number): Promise<void> => {
  const store = parquetStore({ root });
  try {
    const options = { ...DEFAULT_MARKET, seed, symbols: SYMBOLS, fromMs: FROM_MS, days: DAYS };
    const bySymbol: Event[][] = SYMBOLS.map((symbol, index) => [instrumentRulesEvent(simulatedInstrument(symbol, index), FROM_MS)]);
    for await (const burst of simulatedMarket(options)) for (const event of burst) bySymbol[event.instrument]?.push(event);
    for (const [index, symbol] of SYMBOLS.entries()) {
      const events = bySymbol[index] ?? [];
      await store.write(symbol, "um", [...events, ...ticksOf(events)]);
    }
    const landed = await store.landed();
    for (const symbol of SYMBOLS)
      for (const month of ["2023-01", "2023-02"]) {
        const path = `futures/um/monthly/klines/${symbol}/1m/${symbol}-1m-${month}.zip`;
        await landed.change([[path, { sha256: `${month.slice(-1)}`.repeat(64), rows: 2880 }]]);
      }
  } finally {
    await store.close();
  }
};

const header = (timeMs: number, delayMs = 20) => ({
  seq: -1,
  instrument: ONLY,
  eventTimeMs: timeMs,
  receivedTimeMs: timeMs + delayMs,
  knownAtMs: timeMs + delayMs,
});

/** What comes between bars, at the prices of the bars. */
const ticksOf = (events: readonly Event[]): Event[] => {
  const ticks: Event[] = [];
  let id = 1000;
  for (const event of events) {
    if (event.kind !== Kind.kline) continue;
    const { openTimeMs, block, row } = event;
    if (openTimeMs < TICKS_FROM_MS || openTimeMs >= TICKS_TO_MS) continue;
    const [price, away] = [block.close[row] as number, 1 + (block.close[row] as number) / 10_000];
    const levels = {
      bids: Float64Array.of(price - away, 3, price - 2 * away, 9),
      asks: Float64Array.of(price + away, 2, price + 2 * away, 8),
    };
    if (openTimeMs % HOUR_MS === 0) ticks.push({ kind: Kind.bookSnapshot, ...header(openTimeMs), lastUpdateId: String(id), ...levels });
    for (let second = 5; second < 60; second += 10) {
      const timeMs = openTimeMs + second * 1000;
      const ids = { firstUpdateId: String(id), finalUpdateId: String(id + 1), previousFinalUpdateId: String(id) };
      ticks.push({ kind: Kind.bookDiff, ...header(timeMs), ...ids, ...levels });
      ticks.push({
        kind: Kind.trade,
        ...header(timeMs + 3),
        tradeId: String(id),
        price,
        qty: 0.5 + second / 100,
        buyerIsMaker: second % 20 === 5,
      });
      id += 1;
    }
    ticks.push({
      kind: Kind.markPrice,
      ...header(openTimeMs),
      markPrice: price,
      indexPrice: price,
      nextFundingRate: 1e-4,
      nextFundingTimeMs: openTimeMs,
    });
    if (openTimeMs % (5 * MINUTE_MS) === 0)
      ticks.push({ kind: Kind.openInterest, ...header(openTimeMs, 300_000), openInterestQty: price * 3, openInterestUsdt: price * 4 });
  }
  return ticks;
};
