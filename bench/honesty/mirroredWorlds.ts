import { configSchema } from "../../config/schema.ts";
import { openStore } from "../../src/cli/data/store.ts";
import type { Event } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { Kline } from "../../src/domain/kline.ts";
import { klineValues, singleKline } from "../../src/domain/kline.ts";
import { DAY_MS, instrumentIndex, MINUTE_MS, UserError } from "../../src/domain/units.ts";
import type { Store } from "../../src/store/store.ts";
import { randomStream } from "../../streams/simulatedMarket/random.ts";
import { NO_EDGE_OPTIONS, noEdgeChecks, noEdgeLine, noEdgeOf } from "./noEdge.ts";
import type { Check, Worlds } from "./world.ts";
import { eachWorld, inFolder, walkForwardOf } from "./world.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT"];
const WORLD_DAYS = 60;
/** Spans of 60 days that do not overlap, of each symbol: 2022 and 2023. */
const FROM_MS = Date.UTC(2022, 0, 1);
const SPANS = 12;

/**
 * Real minutes of 60 days, each mirrored about its open with probability ½ and chained anew: volatility, volume and times are real, and
 * no function of the past knows a return. Seed s: span s mod 12 of symbol ⌊s / 12⌋ mod 2.
 */
export const mirroredWorlds = async (seeds: readonly number[], dataDir: string, worlds: Worlds): Promise<Check[]> => {
  const history = storeIn(dataDir);
  try {
    const found = await eachWorld(seeds, worlds, (seed) =>
      inFolder(`mirrored-${seed}`, async (dir) => {
        const symbol = SYMBOLS[Math.floor(seed / SPANS) % SYMBOLS.length] as string;
        await writeMirrored(history, symbol, seed, dir);
        const options = [`--data=${dir}/history`, `--symbol=${symbol}`, ...NO_EDGE_OPTIONS];
        const result = noEdgeOf(seed, await walkForwardOf(dir, options, worlds));
        return { result, line: noEdgeLine(result) };
      }),
    );
    return noEdgeChecks(found, { icMax: 3, claimsMax: 3, tradesMin: 100 });
  } finally {
    await history.close();
  }
};

const storeIn = (dir: string): Store => openStore({ data: configSchema.parse({ data: { dir } }).data, env: process.env });

const writeMirrored = async (history: Store, symbol: string, seed: number, dir: string): Promise<void> => {
  const fromMs = FROM_MS + (seed % SPANS) * WORLD_DAYS * DAY_MS;
  const toMs = fromMs + WORLD_DAYS * DAY_MS;
  const span = (await history.spans(["kline"], [symbol])).find((of) => of.fromMs <= fromMs && of.toMs >= toMs);
  if (span === undefined)
    throw new UserError(
      `${history.shown} lacks minutes of ${symbol} of 2022 and 2023: riposte backfill --symbol ${SYMBOLS.join(",")} --from 2022-01-01 --to 2024-01-01`,
    );
  const [instrument] = await history.instruments([symbol], fromMs, [span.market]);
  if (instrument === undefined) throw new UserError(`${history.shown} has no rules of ${symbol}`);
  const events: Event[] = [];
  for (const kind of ["instrumentRules", "kline"] as const)
    for await (const burst of history.series(kind, symbol, span.market, kind === "kline" ? fromMs : 0, toMs)) events.push(...burst);
  const mirror = mirrorOf(seed, instrument.tickSize);
  const target = storeIn(`${dir}/history`);
  try {
    await target.write(
      symbol,
      span.market,
      events.map((event) => (event.kind === Kind.kline ? mirror(event) : event)),
    );
  } finally {
    await target.close();
  }
};

/** A bar as it would have been with the coin's other side up, on the path so far; taker buys become sells. */
const mirrorOf = (seed: number, tickSize: number): ((bar: Kline) => Kline) => {
  const coin = randomStream(seed, "mirror");
  let [lastClose, lastOwn] = [NaN, NaN];
  return (bar) => {
    const turned = coin.uniform() < 0.5;
    const values = klineValues(bar);
    const of = (price: number, from: number): number => (turned ? 2 - price / from : price / from);
    const rounded = (price: number): number => Math.max(1, Math.round(price / tickSize)) * tickSize;
    // The jump from the last close is the bar's own, and turns with it.
    const open = Number.isNaN(lastClose) ? values.open : lastOwn * of(values.open, lastClose);
    const close = open * of(values.close, values.open);
    const [a, b] = [open * of(values.high, values.open), open * of(values.low, values.open)];
    lastClose = values.close;
    lastOwn = close;
    /** Money of a volume at its mirrored mean price. */
    const money = (volume: number, quote: number): number => (volume > 0 ? volume * open * of(quote / volume, values.open) : 0);
    const buyVolume = turned ? values.volume - values.takerBuyVolume : values.takerBuyVolume;
    const buyQuote = turned ? values.quoteVolume - values.takerBuyQuoteVolume : values.takerBuyQuoteVolume;
    const [shownOpen, shownClose] = [rounded(open), rounded(close)];
    return singleKline(instrumentIndex(0), MINUTE_MS, {
      ...values,
      open: shownOpen,
      close: shownClose,
      high: Math.max(rounded(Math.max(a, b)), shownOpen, shownClose),
      low: Math.min(rounded(Math.min(a, b)), shownOpen, shownClose),
      quoteVolume: money(values.volume, values.quoteVolume),
      takerBuyVolume: buyVolume,
      takerBuyQuoteVolume: money(buyVolume, buyQuote),
    });
  };
};
