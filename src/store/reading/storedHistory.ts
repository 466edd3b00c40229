import { mergeOnLine } from "../../../streams/merge.ts";
import type { Event } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { StoredKind } from "../../domain/kind.ts";
import type { HistoryQuery, HistorySpan } from "../../domain/ports.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { instrumentIndex, UserError } from "../../domain/units.ts";
import type { Hole } from "../coverage/hole.ts";
import { holesOf } from "../coverage/holesOf.ts";
import { Catalog } from "./catalog.ts";
import type { Holdings } from "./holdings.ts";
import type { DatedRules } from "../rules/instrumentRules.ts";
import { rulesAt, rulesEvent } from "../rules/instrumentRules.ts";
import { checkedName } from "../table/checkedName.ts";
import { sourcesOf } from "./sources.ts";
import { eventReader } from "../table/eventReader.ts";
import { tableOf } from "../table/marketTables.ts";
import { wholeScan } from "./wholeScan.ts";

/** Most events in one burst (docs/architecture.md#bursts). */
const BURST_EVENTS_MAX = 4096;
const ONLY = instrumentIndex(0);

/** The reading half of a store, the same for every medium: bursts in line order, spans, and rules as of a time. */
export class StoredHistory {
  readonly #holdings: Holdings;
  readonly #catalog: Catalog;

  constructor(holdings: Holdings, market?: string) {
    this.#holdings = holdings;
    this.#catalog = new Catalog(holdings, market);
  }

  async *read(query: HistoryQuery): AsyncGenerator<readonly Event[], void, undefined> {
    const { fromMs, toMs, burstEvents } = query;
    if (!(fromMs <= toMs)) throw new UserError(`the range ends before it starts: from ${fromMs} to ${toMs} (ms)`, 2);
    if (!Number.isSafeInteger(burstEvents) || burstEvents < 1 || burstEvents > BURST_EVENTS_MAX)
      throw new UserError(`a burst has 1 to ${BURST_EVENTS_MAX} events, not ${burstEvents}`, 2);
    if (fromMs === toMs) return;
    yield* mergeOnLine(await sourcesOf(query, { holdings: this.#holdings, catalog: this.#catalog }), burstEvents);
  }

  async *series(
    kind: StoredKind,
    symbol: string,
    market: string,
    fromMs: number,
    toMs: number,
  ): AsyncGenerator<readonly Event[], void, undefined> {
    const holdings = this.#holdings;
    const table = tableOf(kind);
    if (table === undefined) {
      const dated = await holdings.rules(checkedName(market, "market"), checkedName(symbol, "symbol"));
      yield dated.filter(({ validFromMs }) => validFromMs >= fromMs && validFromMs < toMs).map((found) => rulesEvent(found, ONLY));
      return;
    }
    const eventsOf = eventReader(table, ONLY, holdings.intervalMs);
    for await (const chunk of wholeScan(holdings, table, market, symbol, fromMs, toMs)) yield eventsOf(chunk);
  }

  holes(kind: StoredKind, symbol: string, market: string, fromMs: number, toMs: number): Promise<readonly Hole[]> {
    return holesOf(this.#holdings, kind, checkedName(market, "market"), checkedName(symbol, "symbol"), fromMs, toMs);
  }

  spans(kinds?: readonly StoredKind[], symbols?: readonly string[]): Promise<readonly HistorySpan[]> {
    return this.#catalog.spans(kinds, symbols);
  }

  async instruments(symbols: readonly string[], asOfMs = Infinity, markets?: readonly string[]): Promise<readonly Instrument[]> {
    return Promise.all(
      symbols.map((symbol, at) => this.#instrument(checkedName(symbol, "symbol"), instrumentIndex(at), asOfMs, markets?.[at])),
    );
  }

  async rulesChanged(symbol: string, fromMs: number, toMs: number, market?: string): Promise<readonly DatedRules[]> {
    const dated = await this.#rules(symbol, market);
    return dated.filter((rules, i) => {
      const before = dated[i - 1];
      const changed = before !== undefined && termsText(before) !== termsText(rules);
      return changed && rules.validFromMs > fromMs && rules.validFromMs < toMs;
    });
  }

  async #rules(symbol: string, market: string | undefined): Promise<readonly DatedRules[]> {
    return this.#holdings.rules(await this.#catalog.rulesMarket(symbol, market), symbol);
  }

  async #instrument(symbol: string, index: InstrumentIndex, asOfMs: number, market: string | undefined): Promise<Instrument> {
    const found = rulesAt(await this.#rules(symbol, market), asOfMs);
    if (found === undefined) throw await this.#catalog.noRules(symbol, market);
    return { index, ...found };
  }
}

/** The rules that affect trading, without their source. */
const termsText = ({ rules: { source: _, seen: __, ...terms } }: DatedRules): string => JSON.stringify(terms);
