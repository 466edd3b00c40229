import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { pipe } from "rxjs";
import { beforeAll, expect, it } from "vitest";
import { describeShared, sharedData } from "../../../../test/sharedData.ts";
import { orderBook } from "../../../../operators/orderBook.ts";
import { tradeBars, tradeBarsState } from "../../../../operators/tradeBars.ts";
import type { BookTop } from "../../../domain/derived.ts";
import type { BestBidAsk, Event, Trade } from "../../../domain/event.ts";
import type { Instrument } from "../../../domain/instrument.ts";
import type { Item } from "../../../domain/item.ts";
import { Kind } from "../../../domain/kind.ts";
import type { KlineValues } from "../../../domain/kline.ts";
import { klineValues } from "../../../domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../../domain/units.ts";
import { drive } from "../../../engine/driver.ts";
import { guessedInstrument } from "../../../store/rules/defaultInstruments.ts";
import { captureEvents } from "./captureEvents.ts";
import type { CaptureSummary } from "./captureScan.ts";
import { scanCapture } from "./captureScan.ts";

type Message = Readonly<Record<string, string | number | boolean>>;

/** Everything that comes out of a capture, by instrument. */
interface Replayed {
  readonly summary: CaptureSummary;
  readonly tops: { readonly top: BookTop; readonly updateId: string; readonly arrived: BestBidAsk | undefined }[][];
  readonly quotes: BestBidAsk[][];
  readonly trades: Trade[][];
  readonly bars: KlineValues[][];
  readonly others: Item[];
}

const replay = async (
  paths: readonly string[],
  change: (events: readonly Event[]) => readonly Event[] = (events) => events,
): Promise<Replayed> => {
  const summary = await scanCapture(paths);
  const { symbols } = summary;
  const instruments = symbols.map((facts, i) => guessedInstrument(facts.symbol, "um", facts.seen, instrumentIndex(i)) as Instrument);
  const lists = <T>(): T[][] => symbols.map(() => []);
  const result: Replayed = { summary, tops: lists(), quotes: lists(), trades: lists(), bars: lists(), others: [] };
  let updateId = "";
  const tap = (item: Item): void => {
    if (item.kind === Kind.bookDiff) updateId = item.finalUpdateId;
    else if (item.kind === Kind.bookSnapshot) updateId = "";
    else if (item.kind === Kind.bookTop) {
      if (updateId !== "") result.tops[item.instrument]?.push({ top: item, updateId, arrived: result.quotes[item.instrument]?.at(-1) });
    } else if (item.kind === Kind.bestBidAsk) result.quotes[item.instrument]?.push(item);
    else if (item.kind === Kind.trade) result.trades[item.instrument]?.push(item);
    else if (item.kind === Kind.kline) result.bars[item.instrument]?.push(klineValues(item));
    else if (item.kind !== Kind.barrier) result.others.push(item);
  };
  const fromTrades = instruments.filter((_, i) => symbols[i]?.klines === 0).map(({ index }) => index);
  const source = captureEvents({ paths, symbols, onlySymbol: summary.bookSymbol, burstEvents: 1000 });
  const changed = async function* (): AsyncGenerator<readonly Event[]> {
    for await (const burst of source) yield change(burst);
  };
  await drive(changed(), pipe(orderBook(instruments), tradeBars(instruments, fromTrades)), tap);
  return result;
};

const isTop = ({ bids, asks }: BookTop, { bidPrice, bidQty, askPrice, askQty }: BestBidAsk): boolean =>
  bidPrice === bids[0] && bidQty === bids[1] && askPrice === asks[0] && askQty === asks[1];

/** The book after each diff against the independent stream of best quotes: at the same update id, and as of arrival. */
const compared = ({ tops, quotes }: Replayed, instrument: number): { books: number; sameUpdate: number; asOfArrival: number } => {
  const mine = quotes[instrument] as BestBidAsk[];
  let at = 0;
  const counts = { books: 0, sameUpdate: 0, asOfArrival: 0 };
  for (const { top, updateId, arrived } of tops[instrument] ?? []) {
    while (at < mine.length && Number((mine[at] as BestBidAsk).updateId) <= Number(updateId)) at += 1;
    const quote = mine[at - 1];
    if (quote === undefined) continue;
    counts.books += 1;
    if (isTop(top, quote)) counts.sameUpdate += 1;
    if (arrived !== undefined && isTop(top, arrived)) counts.asOfArrival += 1;
  }
  return counts;
};

describeShared("the capture of 2024", () => {
  const path = sharedData("captures", "usdm_btcusdt_2024-08-08.jsonl.gz");
  let replayed: Replayed;
  /** The file, read without any of our code. */
  let raw: { readonly ns: string; readonly data: Message }[];
  beforeAll(async () => {
    replayed = await replay([path]);
    raw = gunzipSync(readFileSync(path))
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => {
        const json = JSON.parse(line.slice(20)) as { data?: Message };
        return { ns: line.slice(0, 19), data: json.data ?? {} };
      });
  });

  it("holds every message of the file", () => {
    expect(replayed.summary).toMatchObject({
      messages: 93_954,
      faults: 0,
      symbols: [
        {
          ...{ symbol: "BTCUSDT", trades: 21_313, bestBidAsks: 66_089, diffs: 6551, snapshots: 1 },
          seen: { price: { significant: 1, shown: 2, padded: true }, qty: { significant: 3, shown: 3, padded: false } },
        },
      ],
    });
    expect(replayed.others).toEqual([]);
  });

  // The streams are sent apart: a quote at once, a diff with those of some 50 ms. As of arrival they agree in 94 of 100: a quote
  // that left after the diff was made is there before it.
  it("its top of book is the best quote of the same update, always: 6,545 of 6,545", () => {
    expect(compared(replayed, 0)).toEqual({ books: 6545, sameUpdate: 6545, asOfArrival: 6168 });
  });

  it("shows ten levels a side, sorted and not crossed", () => {
    for (const { top } of replayed.tops[0] ?? []) {
      expect([top.bids.length, top.asks.length]).toEqual([20, 20]);
      for (let i = 2; i < 20; i += 2) {
        expect(top.bids[i]).toBeLessThan(top.bids[i - 2] as number);
        expect(top.asks[i]).toBeGreaterThan(top.asks[i - 2] as number);
      }
      expect(top.bids[0]).toBeLessThan(top.asks[0] as number);
    }
  });

  it("the last 1,000 trades", () => {
    const last = raw.filter(({ data }) => data["e"] === "trade").slice(-1000);
    expect(
      replayed.trades[0]
        ?.slice(-1000)
        .map(({ tradeId, price, qty, buyerIsMaker, eventTimeMs }) => ({ tradeId, price, qty, buyerIsMaker, eventTimeMs })),
    ).toEqual(
      last.map(({ data }) => ({
        tradeId: String(data["t"]),
        price: Number(data["p"]),
        qty: Number(data["q"]),
        buyerIsMaker: data["m"],
        eventTimeMs: data["T"],
      })),
    );
  });

  it("five 1-minute bars from trades", () => {
    const minutes = new Map<number, { p: number; q: number; m: boolean }[]>();
    for (const { data } of raw.filter((each) => each.data["e"] === "trade")) {
      const minute = Math.floor(Number(data["T"]) / MINUTE_MS) * MINUTE_MS;
      minutes.set(minute, [...(minutes.get(minute) ?? []), { p: Number(data["p"]), q: Number(data["q"]), m: data["m"] === true }]);
    }
    const endMs = Number(raw.at(-1)?.data["E"]);
    const whole = [...minutes].slice(1).filter(([minute]) => minute + MINUTE_MS <= endMs);
    expect(whole).toHaveLength(5);
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    for (const [i, [openTimeMs, trades]] of whole.entries()) {
      const bar = replayed.bars[0]?.[i] as KlineValues;
      const prices = trades.map(({ p }) => p);
      expect(bar).toMatchObject({
        openTimeMs,
        open: prices[0],
        close: prices.at(-1),
        high: Math.max(...prices),
        low: Math.min(...prices),
        trades: trades.length,
      });
      expect(bar.volume).toBeCloseTo(sum(trades.map(({ q }) => q)), 6);
      expect(bar.takerBuyQuoteVolume).toBeCloseTo(sum(trades.map(({ p, q, m }) => (m ? 0 : p * q))), 2);
    }
    expect(replayed.bars[0]?.length).toBe(whole.length);
  });

  it("a diff that is missing breaks the book at the next one, and nothing is told until the next snapshot", async () => {
    let diffs = 0;
    const cut = await replay([path], (events) => events.filter(({ kind }) => kind !== Kind.bookDiff || (diffs += 1) !== 3000));
    expect(cut.others).toMatchObject([{ kind: Kind.resyncNeeded, stream: "book" }]);
    // Six diffs come before the snapshot; its own top is that of the last of them.
    expect(cut.tops[0]?.length).toBe((replayed.tops[0]?.length ?? 0) - (6551 - 2999));
  });
});

describeShared("the capture of 2021: four symbols, a file for each connection", () => {
  const paths = ["fapi-streams", "fapi-depth", "fapi-exchangeInfo"].map((name) => sharedData("captures", `${name}-2021-07-22.txt.gz`));
  let replayed: Replayed;
  beforeAll(async () => {
    replayed = await replay(paths);
  });

  it("joins each snapshot to its stream", () => {
    expect(replayed.summary.symbols.map(({ symbol, snapshots, klines }) => [symbol, snapshots, klines])).toEqual([
      ["SUSHIUSDT", 1, 1],
      ["AKROUSDT", 1, 1],
      ["KEEPUSDT", 1, 1],
      ["CTKUSDT", 1, 1],
    ]);
    expect(replayed.others).toEqual([]);
    expect(replayed.summary.exchangeInfo).not.toBeNull();
  });

  it("its tops are the best quotes of the same update: 744 of 744", () => {
    const counts = [0, 1, 2, 3].map((instrument) => compared(replayed, instrument));
    expect(counts.map(({ sameUpdate }) => sameUpdate)).toEqual(counts.map(({ books }) => books));
    expect(counts.reduce((sum, { books }) => sum + books, 0)).toBe(744);
  });

  it("bars from aggregates are the exchange's own candles, as far as they had come", () => {
    const messages = gunzipSync(readFileSync(paths[0] as string))
      .toString()
      .split("\n")
      .filter((line) => /^\d/.test(line))
      .map((line) => (JSON.parse(line.slice(line.indexOf(" ") + 1)) as { data: Record<string, unknown> }).data);
    let candles = 0;
    for (const [instrument, { symbol }] of replayed.summary.symbols.entries()) {
      // The second minute is heard from its first trade on.
      for (const { k } of messages.filter(({ e, s }) => e === "kline" && s === symbol) as unknown as { k: Record<string, string> }[]) {
        const openMs = Number(k["t"]);
        if (openMs !== 1_626_992_760_000 || Number(k["n"]) === 0) continue;
        const trades = messages.filter(
          (each) => each["e"] === "aggTrade" && each["s"] === symbol && Number(each["T"]) >= openMs && Number(each["l"]) <= Number(k["L"]),
        );
        // A candle that was sent in the middle of an aggregate holds a part of it.
        if (Number(trades.at(-1)?.["l"]) !== Number(k["L"])) continue;
        const ids = new Set(trades.map((each) => String(each["a"])));
        const inside = (replayed.trades[instrument] ?? []).filter(({ tradeId }) => ids.has(tradeId));
        const next: Trade = {
          ...(inside.at(-1) as Trade),
          tradeId: String(Number(inside.at(-1)?.tradeId) + 1),
          eventTimeMs: openMs + MINUTE_MS,
        };
        const before: Trade = { ...(inside[0] as Trade), tradeId: String(Number(inside[0]?.tradeId) - 1), eventTimeMs: openMs - 1 };
        const step = tradeBarsState([{ index: instrumentIndex(0) } as Instrument], [instrumentIndex(0)])[0];
        const bars: KlineValues[] = [];
        for (const trade of [before, ...inside, next])
          step?.trade(trade, (item) => {
            if (item.kind === Kind.kline) bars.push(klineValues(item));
          });
        const [bar] = bars as [KlineValues];
        candles += 1;
        expect([bar.open, bar.high, bar.low, bar.close, bar.trades]).toEqual(["o", "h", "l", "c", "n"].map((name) => Number(k[name])));
        expect(bar.volume).toBeCloseTo(Number(k["v"]), 6);
        expect(bar.quoteVolume).toBeCloseTo(Number(k["q"]), 4);
        expect(bar.takerBuyVolume).toBeCloseTo(Number(k["V"]), 6);
        expect(bar.takerBuyQuoteVolume).toBeCloseTo(Number(k["Q"]), 4);
      }
    }
    expect(candles).toBeGreaterThanOrEqual(10);
  });
});
