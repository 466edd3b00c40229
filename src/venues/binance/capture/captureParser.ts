import type { Event } from "../../../domain/event.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import type { Arrival, MessageNotes, Row } from "../parse/message.ts";
import { parseStream } from "../parse/stream.ts";
import type { CaptureLine } from "./captureLine.ts";

const NOTHING: readonly Event[] = [];

interface CaptureParserOptions {
  readonly instrumentOf: (symbol: string, row?: Row) => InstrumentIndex | undefined;
  /** Symbol of order books that do not name theirs, where the whole capture has only one; "" otherwise. */
  readonly onlySymbol: string;
  /** As in `Arrival`. */
  readonly written?: NonNullable<Arrival["written"]>;
  readonly notes?: MessageNotes;
  /** Whether a `depthUpdate` without its stream's name is the best levels in whole. */
  readonly isPartial?: (row: Row) => boolean;
}

/** Lines of a capture as events; keeps the line's time from going back. */
export class CaptureParser {
  private readonly arrival: { -readonly [K in keyof Arrival]: Arrival[K] };
  private readonly onlySymbol: string;

  constructor({ onlySymbol, ...hooks }: CaptureParserOptions) {
    this.arrival = { receivedTimeMs: 0, notBeforeMs: 0, stream: "", symbol: "", ...hooks };
    this.onlySymbol = onlySymbol;
  }

  /** Line time of the last event. */
  get knownAtMs(): number {
    return this.arrival.notBeforeMs;
  }

  /** Events of a line, faults among them. An answer of an address that is not for the line gives none. */
  events({ json, path, symbol, receivedUs }: CaptureLine): readonly Event[] {
    if (path !== "" && !ANSWERS.test(path)) return NOTHING;
    const { arrival } = this;
    arrival.receivedTimeMs = Math.floor(receivedUs / 1000);
    arrival.symbol = symbol === "" ? this.onlySymbol : symbol;
    const events = parseStream(json, arrival);
    for (const { knownAtMs } of events) if (knownAtMs > arrival.notBeforeMs) arrival.notBeforeMs = knownAtMs;
    return events;
  }
}

/** Addresses whose answers are read. */
const ANSWERS = /\/(depth|openInterest|exchangeInfo)$/;
