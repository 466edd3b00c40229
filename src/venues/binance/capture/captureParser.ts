import type { Event } from "../../../domain/event.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { parseOpenInterest } from "../parse/futuresData.ts";
import { faultAt } from "../parse/message.ts";
import type { Arrival } from "../parse/message.ts";
import { parseStream } from "../parse/stream.ts";
import { WireError } from "../parse/wire.ts";
import type { CaptureLine } from "./captureLine.ts";

const NOTHING: readonly Event[] = [];

export interface CaptureParserOptions {
  readonly instrumentOf: (symbol: string) => InstrumentIndex | undefined;
  /** Symbol of order books that do not name theirs, where the whole capture has only one; "" otherwise. */
  readonly onlySymbol: string;
  /** As in `Arrival`. */
  readonly written?: NonNullable<Arrival["written"]>;
}

/** Lines of a capture as events; keeps the line's time from going back. */
export class CaptureParser {
  private readonly arrival: { -readonly [K in keyof Arrival]: Arrival[K] };
  private readonly onlySymbol: string;

  constructor({ instrumentOf, onlySymbol, written }: CaptureParserOptions) {
    this.arrival = {
      instrumentOf,
      receivedTimeMs: 0,
      notBeforeMs: 0,
      stream: "",
      symbol: "",
      ...(written === undefined ? {} : { written }),
    };
    this.onlySymbol = onlySymbol;
  }

  /** Line time of the last event. */
  get knownAtMs(): number {
    return this.arrival.notBeforeMs;
  }

  /** Events of a line, faults among them. An answer that is not for the line (`exchangeInfo`) gives none. */
  events({ json, path, symbol, receivedUs }: CaptureLine): readonly Event[] {
    const { arrival } = this;
    arrival.receivedTimeMs = Math.floor(receivedUs / 1000);
    arrival.symbol = symbol === "" ? this.onlySymbol : symbol;
    const events =
      path === "" || path.endsWith("/depth") ? (isExchangeInfo(json) ? NOTHING : parseStream(json, arrival)) : this.answer(json, path);
    for (const { knownAtMs } of events) if (knownAtMs > arrival.notBeforeMs) arrival.notBeforeMs = knownAtMs;
    return events;
  }

  private answer(json: string, path: string): readonly Event[] {
    const { arrival } = this;
    const instrument = arrival.instrumentOf(arrival.symbol);
    if (!path.endsWith("/openInterest") || instrument === undefined) return NOTHING;
    try {
      const event = parseOpenInterest(JSON.parse(json), arrival.receivedTimeMs, instrument);
      return [{ ...event, knownAtMs: Math.max(event.knownAtMs, arrival.notBeforeMs) }];
    } catch (error) {
      if (error instanceof WireError || error instanceof SyntaxError) return [faultAt(error.message, arrival)];
      throw error;
    }
  }
}

/** Whether a line holds the answer of `GET /fapi/v1/exchangeInfo`. */
export const isExchangeInfo = (json: string): boolean => json.startsWith('{"timezone"');
