import type { Event, Funding } from "../../src/domain/event.ts";
import { lotsToQty, ticksToPrice } from "../../src/domain/instrument.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import { fundingEvent } from "../../src/domain/fundingEvent.ts";
import { Kline, klineBlock } from "../../src/domain/kline.ts";
import type { KlineBlock } from "../../src/domain/kline.ts";
import { HOUR_MS, InvariantError, MINUTE_MS } from "../../src/domain/units.ts";
import { simulatedInstrument } from "./instruments.ts";
import { checkedOptions, minutesOf } from "./options.ts";
import type { SimulatedMarketOptions } from "./options.ts";
import { SymbolPath } from "./symbolPath.ts";

/**
 * Events of one symbol in line order, in bursts of at most `burstEvents`: klines as rows of blocks of at most `blockRows`,
 * and funding at 00:00, 08:00 and 16:00 UTC, before the kline that closes at that time. Holds one block and one burst.
 * Throws a `UserError` on options that make no sense.
 */
export function* symbolEvents(options: SimulatedMarketOptions, index: number): Generator<readonly Event[], void, undefined> {
  const minutes = minutesOf(checkedOptions(options));
  const symbol = options.symbols[index];
  if (symbol === undefined) throw new InvariantError(`the simulated market has no symbol at index ${index}`);
  const instrument = simulatedInstrument(symbol, index);
  const path = new SymbolPath(options, symbol);
  const toMs = options.fromMs + minutes * MINUTE_MS;
  const settlesAt = (timeMs: number): boolean => timeMs % (instrument.fundingIntervalHours * HOUR_MS) === 0 && timeMs < toMs;

  let block = klineBlock(instrument.index, MINUTE_MS, Math.min(options.blockRows, minutes));
  let burst: Event[] = [];
  if (settlesAt(options.fromMs)) burst.push(settledFunding(instrument, options.fromMs, path));
  for (let closeMs = options.fromMs + MINUTE_MS; closeMs <= toMs; closeMs += MINUTE_MS) {
    path.step();
    if (settlesAt(closeMs)) burst.push(settledFunding(instrument, closeMs, path));
    if (burst.length >= options.burstEvents) {
      yield burst;
      burst = [];
    }
    if (path.recorded) {
      if (block.length === block.openTimeMs.length) block = klineBlock(instrument.index, MINUTE_MS, options.blockRows);
      writeRow(block, closeMs - MINUTE_MS, instrument, path);
      burst.push(new Kline(block, block.length - 1));
    }
    if (burst.length >= options.burstEvents) {
      yield burst;
      burst = [];
    }
  }
  if (burst.length > 0) yield burst;
}

const settledFunding = (instrument: Instrument, timeMs: number, path: SymbolPath): Funding =>
  fundingEvent(timeMs, path.premium.settle(), instrument.fundingIntervalHours, ticksToPrice(instrument, path.closeTicks), instrument.index);

/** Writes the path's bar as the block's next row. The bar's mean price is (open + high + low + close) / 4, for both sides. */
const writeRow = (block: KlineBlock, openTimeMs: number, instrument: Instrument, path: SymbolPath): void => {
  const { openTicks, highTicks, lowTicks, closeTicks, flow } = path;
  const row = block.length;
  const meanPrice = ticksToPrice(instrument, (openTicks + highTicks + lowTicks + closeTicks) / 4);
  const volume = lotsToQty(instrument, flow.qtyLots);
  const takerBuyVolume = lotsToQty(instrument, flow.takerBuyLots);
  block.openTimeMs[row] = openTimeMs;
  block.open[row] = ticksToPrice(instrument, openTicks);
  block.high[row] = ticksToPrice(instrument, highTicks);
  block.low[row] = ticksToPrice(instrument, lowTicks);
  block.close[row] = ticksToPrice(instrument, closeTicks);
  block.volume[row] = volume;
  block.quoteVolume[row] = volume * meanPrice;
  block.trades[row] = flow.trades;
  block.takerBuyVolume[row] = takerBuyVolume;
  block.takerBuyQuoteVolume[row] = takerBuyVolume * meanPrice;
  block.length = row + 1;
};
