import { formatUtc } from "../../domain/time.ts";
import { MINUTE_MS } from "../../domain/units.ts";
import type { CapturedSymbol } from "../../venues/binance/capture/capturedSymbol.ts";
import type { CaptureSummary } from "../../venues/binance/capture/captureScan.ts";

/** A closed kline arrives within this time; the slowest that was seen took 24 s. */
const KLINE_DELAY_MAX_MS = 30_000;

/** A note for each symbol with trades that are not of the market, by their types. */
export const nonMarketNotes = (symbols: readonly CapturedSymbol[]): string[] =>
  symbols.flatMap(({ symbol, nonMarketTrades }) => {
    const count = nonMarketCount(nonMarketTrades);
    if (count === 0) return [];
    const types = [...nonMarketTrades].map(([type, of]) => `${type} ${of}`).join(", ");
    return [`${count === 1 ? "1 trade" : `${count} trades`} of ${symbol} not of the market (${types}): only ids are kept`];
  });

export const nonMarketCount = (types: ReadonlyMap<string, number>): number => [...types.values()].reduce((a, b) => a + b, 0);

/** A note for each symbol whose closed klines end before the recording does: minutes that were lost at its end. */
export const lostAtEnd = (symbols: readonly CapturedSymbol[], { heardToMs }: Pick<CaptureSummary, "heardToMs">): string[] =>
  symbols.flatMap(({ symbol, klinesToMs }) => {
    const lost = Math.floor((heardToMs - KLINE_DELAY_MAX_MS - klinesToMs) / MINUTE_MS);
    if (lost < 1 || klinesToMs === -Infinity) return [];
    const minutes = lost === 1 ? "1 minute is" : `${lost} minutes are`;
    return [`closed klines of ${symbol} end at ${formatUtc(klinesToMs)}, the recording at ${formatUtc(heardToMs)}: ${minutes} missing`];
  });

/** What of a capture's messages was left out, a sentence each without its point: those that could not be read, and types that are not known. */
export const captureNotes = ({
  faults,
  firstFault,
  unknownTypes,
}: Pick<CaptureSummary, "faults" | "firstFault" | "unknownTypes">): string[] => {
  const notes: string[] = [];
  if (faults > 0)
    notes.push(`${faults === 1 ? "1 message" : `${faults} messages`} of known types could not be read, the first at ${firstFault}`);
  const [first] = unknownTypes;
  if (first === undefined) return notes;
  const count = unknownTypes.reduce((sum, each) => sum + each.count, 0);
  const types = unknownTypes.map(({ type }) => type).join(", ");
  notes.push(
    `${count === 1 ? "1 message" : `${count} messages`} of types that are not known (${types}), left out, the first at ${first.at}`,
  );
  return notes;
};
