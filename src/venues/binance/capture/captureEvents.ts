import type { Event } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import { MINUTE_MS } from "../../../domain/units.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { captureMerge } from "./captureMerge.ts";
import { CaptureParser, isAggregate } from "./captureParser.ts";
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
}

/**
 * A capture as bursts of events, in order of arrival; line time never goes back, but for klines, which are known at their close. Of a
 * symbol with both, single trades are taken and aggregates left out. Goes on a minute beyond `toMs`, because the next minute's first
 * trade closes a bar. Bad messages are faults. Holds one burst.
 */
export async function* captureEvents(query: CaptureQuery): AsyncGenerator<readonly Event[], void, undefined> {
  const { paths, symbols, onlySymbol, toMs, burstEvents } = query;
  const indexOf = new Map(symbols.map(({ symbol }, index) => [symbol, index as InstrumentIndex]));
  const parser = new CaptureParser({ instrumentOf: (symbol) => indexOf.get(symbol), onlySymbol });
  let burst: Event[] = [];
  for await (const { lines } of captureMerge(paths)) {
    for (const line of lines) {
      for (const event of parser.events(line)) {
        if (event.kind === Kind.trade && (symbols[event.instrument] as CapturedSymbol).trades > 0 && isAggregate(line.json)) continue;
        burst.push(event);
        if (burst.length < burstEvents) continue;
        yield burst;
        burst = [];
      }
      if (parser.knownAtMs >= toMs + MINUTE_MS) {
        if (burst.length > 0) yield burst;
        return;
      }
    }
  }
  if (burst.length > 0) yield burst;
}
