import { contractFault } from "../../../domain/contract.ts";
import { NumberCount } from "../../../domain/decimals/numberCount.ts";
import { textDecimals } from "../../../domain/decimals/written.ts";
import type { BookSnapshot, Event, Fault } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { instrumentIndex, UserError } from "../../../domain/units.ts";
import { OF_SPOT } from "../parse/depth.ts";
import type { Row } from "../parse/message.ts";
import { BareDepth } from "./bareDepth.ts";
import type { CaptureLine } from "./captureLine.ts";
import { captureMerge } from "./captureMerge.ts";
import type { CapturedSymbol } from "./capturedSymbol.ts";
import { countEvent, nothingOf, take } from "./capturedSymbol.ts";
import { CaptureParser } from "./captureParser.ts";

/** Share of messages of known types that may be faults: more, and the capture is something else. */
const FAULT_SHARE_MAX = 0.01;
/** So many faults without one event, and the rest need not be read. */
const FAULTS_FIRST_MAX = 1000;

/** Messages of a type that is not known. */
export interface UnknownType {
  readonly type: string;
  count: number;
  /** File and line of the first. */
  readonly at: string;
}

export interface CaptureSummary {
  readonly messages: number;
  /** Messages of known types, or of none, that could not be read. */
  readonly faults: number;
  /** File and line of the first, and what is wrong with it; "": none. */
  readonly firstFault: string;
  readonly unknownTypes: readonly UnknownType[];
  /** Line time of the first and the last event. */
  readonly fromMs: number;
  readonly toMs: number;
  /** When the last message of any kind arrived. */
  readonly heardToMs: number;
  /** Those that can be used. */
  readonly symbols: readonly CapturedSymbol[];
  /** Symbol of order books that do not name theirs: the only one of the capture, else the only one that has a book; "" if there are several. */
  readonly bookSymbol: string;
  /** Why the others cannot. */
  readonly refused: ReadonlyMap<string, string>;
  /** The answer of `GET /fapi/v1/exchangeInfo`, where the capture has it. */
  readonly exchangeInfo: unknown;
}

/**
 * Reads a capture once, whole, before anything is made of it: what it holds, and whether it can be replayed. Throws `UserError`s with
 * file and line for what no replay can mend: another exchange or market, two snapshots of one moment that contradict each other, more
 * than 1 % of messages of known types that cannot be read, and what `captureFile` refuses. Messages of types that are not known are
 * counted. A signal that is aborted ends it with its reason.
 */
export const scanCapture = async (paths: readonly string[], signal?: AbortSignal): Promise<CaptureSummary> => {
  const scan = new Scan();
  for await (const { path, lines } of captureMerge(paths)) {
    signal?.throwIfAborted();
    for (const line of lines) scan.line(path, line);
  }
  return scan.summary(paths);
};

/** What a capture has of the symbols that are wanted, of all that can be used where `wanted` is absent. One that it does not hold, or that cannot be used, is a `UserError`. */
export const capturedSymbols = (
  { symbols, refused }: CaptureSummary,
  wanted: readonly string[] | undefined,
  paths: readonly string[],
): readonly CapturedSymbol[] => {
  const found = (wanted ?? symbols.map(({ symbol }) => symbol)).map((name) => {
    const facts = symbols.find(({ symbol }) => symbol === name);
    if (facts !== undefined) return facts;
    const held = symbols.map(({ symbol }) => symbol).join(", ");
    throw new UserError(
      refused.get(name) ??
        contractFault(name) ??
        `${name} is not in the capture ${paths.join(", ")}: it holds ${held}; name one with --symbol`,
    );
  });
  const unclear = found.find(({ unclearDepth }) => unclearDepth !== "");
  if (unclear !== undefined) throw new UserError(unclear.unclearDepth);
  return found;
};

class Scan {
  private messages = 0;
  private faults = 0;
  private firstFault = "";
  private at = "";
  private fromMs = NaN;
  private toMs = NaN;
  private heardToMs = -Infinity;
  private exchangeInfo: unknown = null;
  private readonly symbols: CapturedSymbol[] = [];
  private readonly indexOf = new Map<string, InstrumentIndex>();
  private readonly refused = new Map<string, string>();
  private readonly unknownTypes = new Map<string, UnknownType>();
  private readonly snapshots = new Map<InstrumentIndex, BookSnapshot>();
  /** By symbol, in their order. */
  private readonly numbers: NumberCount[] = [];
  /** Of the line that is parsed: instrument, price and quantity as written, in turn. */
  private readonly written: unknown[] = [];
  private readonly bareDepth = new BareDepth();
  private readonly parser = new CaptureParser({
    instrumentOf: (symbol, row) => this.instrumentOf(symbol, row),
    onlySymbol: UNNAMED,
    written: (...pair) => void this.written.push(...pair),
    notes: {
      nonMarketTrade: (instrument, type) => {
        const { nonMarketTrades } = this.symbols[instrument] as CapturedSymbol;
        nonMarketTrades.set(type, (nonMarketTrades.get(type) ?? 0) + 1);
      },
      otherKline: (instrument, interval) => (this.symbols[instrument] as CapturedSymbol).otherKlines.add(interval),
      unknownType: (type) => {
        const known = this.unknownTypes.get(type);
        if (known === undefined) this.unknownTypes.set(type, { type, count: 1, at: this.at });
        else known.count += 1;
      },
      exchangeInfo: (answer) => (this.exchangeInfo = answer),
    },
    isPartial: (row) => {
      this.bareDepth.see(row, this.at);
      return false;
    },
  });

  line(path: string, line: CaptureLine): void {
    this.at = `capture ${path} line ${line.line}`;
    this.messages += 1;
    this.heardToMs = Math.floor(line.receivedUs / 1000);
    const events = this.parser.events(line);
    for (const event of events) {
      if (event.kind === Kind.fault) this.fault(event, line);
      else this.count(event);
    }
    if (!events.some(({ kind }) => kind === Kind.fault)) this.decimals();
    this.written.length = 0;
  }

  summary(paths: readonly string[]): CaptureSummary {
    const { messages, faults, firstFault, fromMs, toMs, heardToMs, exchangeInfo, refused } = this;
    for (const [index, facts] of this.symbols.entries()) facts.seen = (this.numbers[index] as NumberCount).seen;
    const unnamed = this.symbols.find(({ symbol, events }) => symbol === UNNAMED && events > 0);
    const symbols = this.symbols.filter(({ symbol, events }) => symbol !== UNNAMED && events > 0 && !refused.has(symbol));
    const unknownTypes = [...this.unknownTypes.values()];
    for (const facts of this.symbols) if (facts.events === 0) this.refuseCandles(facts, paths);
    if (symbols.length === 0 && unnamed === undefined) throw this.nothing(paths);
    const known = messages - unknownTypes.reduce((sum, { count }) => sum + count, 0);
    if (faults > FAULT_SHARE_MAX * known)
      throw new UserError(
        `${faults} of ${known} messages are not understood, the first at ${firstFault}; give a capture of Binance USD-M futures`,
      );
    const owners = symbols.length > 1 ? symbols.filter(({ diffs, snapshots }) => diffs + snapshots > 0) : symbols;
    const [owner] = owners;
    if (unnamed !== undefined && owners.length !== 1)
      throw new UserError(
        `capture ${paths.join(", ")} has several symbols and an order book that does not say which is its own: keep one symbol a capture, or the addresses of the answers`,
      );
    if (unnamed !== undefined && owner !== undefined) take(owner, unnamed);
    for (const facts of symbols) this.judgeDepth(facts);
    const bookSymbol = owners.length === 1 ? (owner?.symbol ?? "") : "";
    return { messages, faults, firstFault, unknownTypes, fromMs, toMs, heardToMs, exchangeInfo, symbols, bookSymbol, refused };
  }

  /** The error for a capture without a symbol that can be used. */
  private nothing(paths: readonly string[]): UserError {
    const [reason] = this.refused.values();
    if (reason !== undefined) return new UserError(reason);
    if (this.firstFault !== "") return this.foreign();
    const types = [...this.unknownTypes.keys()].join(", ");
    const holds = types === "" ? "" : `, only messages of types that are not known (${types})`;
    return new UserError(`capture ${paths.join(", ")} has no market message${holds}: give one of Binance USD-M futures`);
  }

  private foreign(): UserError {
    const [, at = "", what = ""] = /^(.* line \d+) (\(.*\))$/s.exec(this.firstFault) ?? [];
    return new UserError(`${at} is no message of Binance USD-M futures ${what}; give a capture of its streams`);
  }

  /** A symbol of which there are candles, but none that can be used. */
  private refuseCandles({ symbol, otherKlines }: CapturedSymbol, paths: readonly string[]): void {
    if (otherKlines.size === 0 || this.refused.has(symbol)) return;
    const intervals = [...otherKlines].map((interval) => (interval === "1m" ? "1m that are still open" : interval)).join(", ");
    this.refused.set(
      symbol,
      `capture ${paths.join(", ")} holds klines of ${symbol} of ${intervals} only: runs need trades or closed 1m klines; record @aggTrade or @kline_1m`,
    );
  }

  private judgeDepth(facts: CapturedSymbol): void {
    const { partial, books, unclear } = this.bareDepth.verdict(facts.symbol);
    if (unclear !== "")
      facts.unclearDepth = `${unclear} may be a difference (@depth) or the best levels in whole (@depth5, 10, 20): put it into the envelope that names its stream, {"stream":"${facts.symbol.toLowerCase()}@depth","data":…}`;
    if (!partial) return;
    facts.bareBooks = books;
    facts.diffs -= books;
    facts.snapshots += books;
  }

  private instrumentOf(symbol: string, row: Row = {}): InstrumentIndex | undefined {
    const { ps, st } = row;
    let index = this.indexOf.get(symbol);
    if (index === undefined) {
      index = instrumentIndex(this.symbols.length);
      this.indexOf.set(symbol, index);
      this.symbols.push(nothingOf(symbol));
      this.numbers.push(new NumberCount());
      this.check(symbol, row);
    } else if ((ps !== undefined && ps !== symbol) || st === 2) this.check(symbol, row);
    return this.refused.has(symbol) ? undefined : index;
  }

  private check(symbol: string, row: Row): void {
    const fault = symbol === UNNAMED ? null : contractFault(symbol, { pair: row["ps"], margin: row["st"] });
    if (fault !== null) this.refused.set(symbol, fault);
  }

  private fault({ message }: Fault, { path }: CaptureLine): void {
    const { at } = this;
    if (message.startsWith(OF_SPOT)) throw new UserError(`${at}: ${OF_SPOT}; give a capture of Binance USD-M futures`);
    if (path.endsWith("/exchangeInfo")) throw new UserError(`${at}: the answer of exchangeInfo is not whole; record it again`);
    this.faults += 1;
    if (this.firstFault === "") this.firstFault = `${at} (${message})`;
    if (Number.isNaN(this.fromMs) && this.faults >= FAULTS_FIRST_MAX) throw this.foreign();
  }

  private count(event: Event): void {
    const facts = this.symbols[event.instrument] as CapturedSymbol;

    if (Number.isNaN(this.fromMs)) this.fromMs = this.parser.knownAtMs;
    this.toMs = this.parser.knownAtMs;
    countEvent(facts, event);
    if (event.kind === Kind.bookSnapshot) this.compare(event);
  }

  /** Counts the prices and quantities of a message that is understood. */
  private decimals(): void {
    const { written } = this;
    const { knownAtMs } = this.parser;
    for (let at = 0; at < written.length; at += 3) {
      const { price, qty } = this.numbers[written[at] as InstrumentIndex] as NumberCount;
      price.see(textDecimals(written[at + 1]), Number(written[at + 1]));
      qty.see(textDecimals(written[at + 2]), Number(written[at + 2]));
      price.row(knownAtMs);
      qty.row(knownAtMs);
    }
  }

  /** Two snapshots of one moment must be one book. */
  private compare(snapshot: BookSnapshot): void {
    const before = this.snapshots.get(snapshot.instrument);
    this.snapshots.set(snapshot.instrument, snapshot);
    if (before?.lastUpdateId !== snapshot.lastUpdateId) return;
    if (agree(before.bids, snapshot.bids) && agree(before.asks, snapshot.asks)) return;
    throw new UserError(
      `${this.at}: this snapshot and the one before it are both of update ${snapshot.lastUpdateId} and contradict each other: leave one out`,
    );
  }
}

/** Stands for the symbol of an order book that does not name it. */
const UNNAMED = "(unnamed)";

/** Of the levels that both have. */
const agree = (a: Float64Array, b: Float64Array): boolean => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};
