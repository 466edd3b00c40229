import type { Event } from "../../../domain/event.ts";
import { Kind, lineRank } from "../../../domain/kind.ts";
import { MINUTE_MS } from "../../../domain/units.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { captureMerge } from "./captureMerge.ts";
import { CaptureParser } from "./captureParser.ts";
import type { CapturedSymbol } from "./captureScan.ts";

export interface CaptureQuery {
  readonly paths: readonly string[];
  /** The run's symbols, by instrument index. */
  readonly symbols: readonly CapturedSymbol[];
  /** Symbol of order books that do not name theirs; "" if the capture has several. */
  readonly onlySymbol: string;
  /** Line time at which to stop. */
  readonly toMs: number;
  /** Events per burst. */
  readonly burstEvents: number;
  /** Default: of a symbol with both, single trades are taken and aggregates left out. */
  readonly bothTrades?: boolean;
}

/**
 * A capture as bursts of events, in order of arrival, and in the order of the line (design §3) where several arrived in one ms; line
 * time never goes back, but for klines, which are known at their close. Goes on a minute beyond `toMs`, because the next minute's first
 * trade closes a bar. Bad messages are faults. Holds one burst and one ms.
 */
export async function* captureEvents(query: CaptureQuery): AsyncGenerator<readonly Event[], void, undefined> {
  const { paths, symbols, onlySymbol, toMs, burstEvents, bothTrades = false } = query;
  const indexOf = new Map(symbols.map(({ symbol }, index) => [symbol, index as InstrumentIndex]));
  const parser = new CaptureParser({ instrumentOf: (symbol) => indexOf.get(symbol), onlySymbol });
  const wanted = (event: Event): boolean =>
    bothTrades || event.kind !== Kind.trade || event.tradeCount === undefined || (symbols[event.instrument] as CapturedSymbol).trades === 0;
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
        if (momentMs >= toMs + MINUTE_MS) {
          if (burst.length > 0) yield burst;
          return;
        }
      }
      for (const event of events) if (wanted(event)) moment.push(event);
    }
  }
  burst.push(...inLineOrder(moment));
  for (; burst.length > 0; burst = burst.slice(burstEvents)) yield burst.slice(0, burstEvents);
}

/** Events of one ms by rank of their kind, then instrument; those that are alike as they arrived. */
const inLineOrder = (moment: Event[]): readonly Event[] =>
  moment.length > 1 ? moment.sort((a, b) => lineRank(a.kind) - lineRank(b.kind) || a.instrument - b.instrument) : moment;
