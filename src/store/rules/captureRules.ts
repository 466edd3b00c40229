import type { Instrument } from "../../domain/instrument.ts";
import { instrumentIndex, UserError } from "../../domain/units.ts";
import type { CapturedSymbol } from "../../venues/binance/capture/capturedSymbol.ts";
import type { CaptureSummary } from "../../venues/binance/capture/captureScan.ts";
import { parseExchangeInfo } from "../../venues/binance/parse/exchangeInfo.ts";
import { WireError } from "../../venues/binance/parse/wire.ts";
import { DEFAULT_FEES, guessedInstrument } from "./defaultInstruments.ts";
import { bracketsOf } from "../../venues/binance/leverageBrackets.ts";

/**
 * Rules of a captured symbol: those of the capture's `exchangeInfo`, else what the decimals of its prices and quantities show; null where
 * it has neither. Throws a `UserError` where the capture has an `exchangeInfo` that does not give them.
 */
export const captureRules = ({ symbol, seen }: CapturedSymbol, at: number, { exchangeInfo }: CaptureSummary): Instrument | null => {
  const index = instrumentIndex(at);
  if (exchangeInfo === null) return guessedInstrument(symbol, "um", seen, index);
  try {
    const rules = parseExchangeInfo(exchangeInfo, symbol, {
      ...DEFAULT_FEES,
      brackets: bracketsOf(symbol),
      fundingIntervalHours: 8,
      index,
    });
    if (rules !== undefined) return rules;
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw new UserError(`the capture's exchangeInfo does not give the rules of ${symbol}: ${error.message}; leave that file out`);
  }
  throw new UserError(`${symbol} has no rules: the capture's exchangeInfo does not list it; leave that file out, or choose another symbol`);
};
