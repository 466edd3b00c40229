import type { Event } from "../../../domain/event.ts";
import { lineRank } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { looksWhole } from "./bareDepth.ts";
import { captureMerge } from "./captureMerge.ts";
import { CaptureParser } from "./captureParser.ts";
import type { CapturedSymbol } from "./capturedSymbol.ts";

interface CaptureQuery {
  readonly paths: readonly string[];
  /** The symbols that are wanted, by instrument index. */
  readonly symbols: readonly CapturedSymbol[];
  /** Symbol of order books that do not name theirs; "" if the capture has several. */
  readonly onlySymbol: string;
  /** Events per burst. */
  readonly burstEvents: number;
}

/**
 * A capture as bursts of events, in order of arrival. Several that arrived in one ms stand in the order of the line
 * (docs/architecture.md#the-order-of-the-line). Line time never goes back, except for klines, which are known at their close. Bad messages
 * are faults. Holds one burst and one ms.
 */
export async function* captureEvents(query: CaptureQuery): AsyncGenerator<readonly Event[], void, undefined> {
  const { paths, symbols, onlySymbol, burstEvents } = query;
  const indexOf = new Map(symbols.map(({ symbol }, index) => [symbol, index as InstrumentIndex]));
  const partial = new Set(symbols.filter(({ bareBooks }) => bareBooks > 0).map(({ symbol }) => symbol));
  const parser = new CaptureParser({
    instrumentOf: (symbol) => indexOf.get(symbol),
    onlySymbol,
    isPartial: (row) => partial.has(String(row["s"])) && looksWhole(row),
  });
  let burst: Event[] = [];
  let momentMs = -Infinity;
  let moment: Event[] = [];
  for await (const { lines } of captureMerge(paths)) {
    for (const line of lines) {
      const events = parser.events(line);
      if (parser.knownAtMs > momentMs) {
        burst.push(...inLineOrder(moment));
        moment = [];
        momentMs = parser.knownAtMs;
        for (; burst.length >= burstEvents; burst = burst.slice(burstEvents)) yield burst.slice(0, burstEvents);
      }
      moment.push(...events);
    }
  }
  burst.push(...inLineOrder(moment));
  for (; burst.length > 0; burst = burst.slice(burstEvents)) yield burst.slice(0, burstEvents);
}

/** Events of one ms by rank of their kind, then instrument; those that are alike as they arrived. */
const inLineOrder = (moment: Event[]): readonly Event[] =>
  moment.length > 1 ? moment.sort((a, b) => lineRank(a.kind) - lineRank(b.kind) || a.instrument - b.instrument) : moment;
