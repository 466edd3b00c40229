import { decimalsOfStep } from "../../src/domain/decimals/seen.ts";
import type { Instrument } from "../../src/domain/instrument.ts";
import type { Kline } from "../../src/domain/kline.ts";
import { appendKline, klineBlock, klinesOf } from "../../src/domain/kline.ts";
import { instrumentIndex, MINUTE_MS } from "../../src/domain/units.ts";
import { guessedInstrument } from "../../src/store/rules/defaultInstruments.ts";

/** Rules as an exchange would give them: tick 0.01, lot 0.001. */
export const testInstrument = (symbol: string, index: number): Instrument => {
  const seen = { price: decimalsOfStep(0.01), qty: decimalsOfStep(0.001) };
  const { seen: _, ...rules } = guessedInstrument(symbol, "um", seen, instrumentIndex(index)) as Instrument;
  return { ...rules, source: "exchange" };
};

/** `count` one-minute bars from `fromMs` whose values follow from their time and `salt`. */
export const testKlines = (fromMs: number, count: number, salt = 0, index = 0): Kline[] => {
  const block = klineBlock(instrumentIndex(index), MINUTE_MS, count);
  for (let i = 0; i < count; i++) {
    const close = 100 + ((i * 7 + salt) % 13) / 8;
    appendKline(block, {
      openTimeMs: fromMs + i * MINUTE_MS,
      open: close - 0.1,
      high: close + 0.5,
      low: close - 0.7,
      close,
      volume: i + salt / 3,
      quoteVolume: i * 100.123,
      trades: i,
      takerBuyVolume: i / 3,
      takerBuyQuoteVolume: i * 33.3,
    });
  }
  return klinesOf(block);
};
