import type { Event } from "../src/domain/event.ts";
import { mergeOnLine } from "./merge.ts";
import type { SimulatedMarketOptions } from "./simulatedMarket/options.ts";
import { checkedOptions } from "./simulatedMarket/options.ts";
import { symbolEvents } from "./simulatedMarket/symbolEvents.ts";

export { simulatedInstrument } from "./simulatedMarket/instruments.ts";
export { DEFAULT_MARKET, checkedOptions } from "./simulatedMarket/options.ts";
export type { SimulatedEdge, SimulatedMarketOptions } from "./simulatedMarket/options.ts";
export { symbolEvents } from "./simulatedMarket/symbolEvents.ts";

/**
 * The seeded market simulator: one-minute klines and funding of every symbol, in line order, in bursts of at most
 * `burstEvents`. The same options give the same bits on every machine. Holds a block and a burst per symbol. Symbols share
 * regime, volatility and a market factor; each has chance of its own, so adding one changes none of the others.
 *
 * What it imitates and with which numbers: `docs/simulator.md`. Throws a `UserError` on options that make no sense.
 */
export const simulatedMarket = (options: SimulatedMarketOptions): AsyncIterable<readonly Event[]> => {
  checkedOptions(options);
  const sources = options.symbols.map((_, index) => ({
    // eslint-disable-next-line @typescript-eslint/require-await -- a source of the line is asynchronous, this one never waits
    async *[Symbol.asyncIterator]() {
      yield* symbolEvents(options, index);
    },
  }));
  const [only] = sources;
  return sources.length === 1 && only ? only : mergeOnLine(sources, options.burstEvents);
};
