import { NumberCount } from "../../../domain/decimals/numberCount.ts";
import type { SeenDecimals } from "../../../domain/decimals/seen.ts";
import { mergedSeen, NOTHING_SEEN } from "../../../domain/decimals/seen.ts";
import { textDecimals } from "../../../domain/decimals/written.ts";
import type { BookSnapshot, Event, Fault } from "../../../domain/event.ts";
import { Kind } from "../../../domain/kind.ts";
import type { InstrumentIndex } from "../../../domain/units.ts";
import { instrumentIndex, UserError } from "../../../domain/units.ts";
import type { CaptureLine } from "./captureLine.ts";
import { captureMerge } from "./captureMerge.ts";
import { CaptureParser, isExchangeInfo } from "./captureParser.ts";

/** Share of messages that may be faults: more, and the capture is something else. */
const FAULT_SHARE_MAX = 0.01;

/** What a capture has of one symbol. */
export interface CapturedSymbol {
  readonly symbol: string;
  trades: number;
  aggTrades: number;
  klines: number;
  bestBidAsks: number;
  diffs: number;
  snapshots: number;
  marks: number;
  /** Of the prices and quantities of trades, quotes, book levels and bars. */
  seen: SeenDecimals;
}

export interface CaptureSummary {
  readonly messages: number;
  /** Messages that were not understood. */
  readonly faults: number;
  /** Line time of the first and the last event. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly symbols: readonly CapturedSymbol[];
  /** The answer of `GET /fapi/v1/exchangeInfo`, where the capture has it. */
  readonly exchangeInfo: unknown;
}

/**
 * Reads a capture once, whole, before anything is made of it: what it holds, and whether it can be replayed. Throws `UserError`s with
 * file and line for what no replay can mend: another exchange or market, two snapshots of one moment that contradict each other, more
 * than 1 % of messages that are not understood, and what `captureFile` refuses. A signal that is aborted ends it with its reason.
 */
export const scanCapture = async (paths: readonly string[], signal?: AbortSignal): Promise<CaptureSummary> => {
  const scan = new Scan();
  for await (const { path, lines } of captureMerge(paths)) {
    signal?.throwIfAborted();
    for (const line of lines) scan.line(path, line);
  }
  return scan.summary(paths);
};

/** What a capture has of a symbol; one that it does not hold is a `UserError`. */
export const capturedSymbol = ({ symbols }: CaptureSummary, wanted: string, paths: readonly string[]): CapturedSymbol => {
  const found = symbols.find(({ symbol }) => symbol === wanted);
  if (found !== undefined) return found;
  const held = symbols.map(({ symbol }) => symbol).join(", ");
  throw new UserError(`${wanted} is not in the capture ${paths.join(", ")}: it holds ${held}; name one with --symbol`);
};

/** Symbol of order books that do not name theirs: the only one of the capture, "" if it has several. */
export const onlySymbolOf = ({ symbols }: CaptureSummary): string => (symbols.length === 1 ? (symbols[0] as CapturedSymbol).symbol : "");

class Scan {
  private messages = 0;
  private faults = 0;
  private firstFault = "";
  private fromMs = NaN;
  private toMs = NaN;
  private exchangeInfo: unknown = null;
  private readonly symbols: CapturedSymbol[] = [];
  private readonly indexOf = new Map<string, InstrumentIndex>();
  private readonly snapshots = new Map<InstrumentIndex, BookSnapshot>();
  /** By symbol, in their order. */
  private readonly numbers: NumberCount[] = [];
  /** Of the line that is parsed: instrument, price and quantity as written, in turn. */
  private readonly written: unknown[] = [];
  private readonly parser = new CaptureParser({
    instrumentOf: (symbol) => this.instrumentOf(symbol),
    onlySymbol: UNNAMED,
    written: (...pair) => void this.written.push(...pair),
  });

  line(path: string, line: CaptureLine): void {
    const at = `capture ${path} line ${line.line}`;
    this.messages += 1;
    if (isExchangeInfo(line.json)) {
      this.exchangeInfo = exchangeInfoOf(line.json, at);
      return;
    }
    const events = this.parser.events(line);
    for (const event of events) {
      if (event.kind === Kind.fault) this.fault(event, line.json, at);
      else this.count(event, at);
    }
    if (!events.some(({ kind }) => kind === Kind.fault)) this.decimals();
    this.written.length = 0;
  }

  summary(paths: readonly string[]): CaptureSummary {
    const { messages, faults, fromMs, toMs, exchangeInfo, symbols } = this;
    for (const [index, facts] of symbols.entries()) facts.seen = (this.numbers[index] as NumberCount).seen;
    const named = symbols.filter(({ symbol }) => symbol !== UNNAMED);
    if (Number.isNaN(fromMs)) throw new UserError(`capture ${paths.join(", ")} has no market message: give one of Binance USD-M futures`);
    if (faults > FAULT_SHARE_MAX * messages)
      throw new UserError(
        `${faults} of ${messages} messages are not understood, the first at ${this.firstFault}; give a capture of Binance USD-M futures`,
      );
    const unnamed = symbols.find(({ symbol, snapshots }) => symbol === UNNAMED && snapshots > 0);
    if (unnamed !== undefined && named.length > 1)
      throw new UserError(
        `capture ${paths.join(", ")} has several symbols and an order book that does not say which is its own: keep one symbol a capture, or the addresses of the answers`,
      );
    const only = named[0];
    if (unnamed !== undefined && only !== undefined) take(only, unnamed);
    return { messages, faults, fromMs, toMs, exchangeInfo, symbols: named };
  }

  private instrumentOf(symbol: string): InstrumentIndex {
    const known = this.indexOf.get(symbol);
    if (known !== undefined) return known;
    const index = instrumentIndex(this.symbols.length);
    this.indexOf.set(symbol, index);
    this.symbols.push({
      symbol,
      trades: 0,
      aggTrades: 0,
      klines: 0,
      bestBidAsks: 0,
      diffs: 0,
      snapshots: 0,
      marks: 0,
      seen: NOTHING_SEEN,
    });
    this.numbers.push(new NumberCount());
    return index;
  }

  private fault({ message }: Fault, json: string, at: string): void {
    if (json.includes('"depthUpdate"') && !json.includes('"pu"'))
      throw new UserError(`${at}: a depthUpdate without pu is of Binance spot; give a capture of Binance USD-M futures`);
    if (Number.isNaN(this.fromMs))
      throw new UserError(`${at} is no message of Binance USD-M futures (${message}); give a capture of its streams`);
    this.faults += 1;
    if (this.firstFault === "") this.firstFault = `${at} (${message})`;
  }

  private count(event: Event, at: string): void {
    const facts = this.symbols[event.instrument] as CapturedSymbol;
    if (Number.isNaN(this.fromMs)) this.fromMs = this.parser.knownAtMs;
    this.toMs = this.parser.knownAtMs;
    switch (event.kind) {
      case Kind.trade:
        if (event.tradeCount === undefined) facts.trades += 1;
        else facts.aggTrades += 1;
        break;
      case Kind.markPrice:
        facts.marks += 1;
        break;
      case Kind.bestBidAsk:
        facts.bestBidAsks += 1;
        break;
      case Kind.bookDiff:
        facts.diffs += 1;
        break;
      case Kind.bookSnapshot:
        facts.snapshots += 1;
        this.compare(event, at);
        break;
      case Kind.kline:
        facts.klines += 1;
        break;
      default:
    }
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
  private compare(snapshot: BookSnapshot, at: string): void {
    const before = this.snapshots.get(snapshot.instrument);
    this.snapshots.set(snapshot.instrument, snapshot);
    if (before?.lastUpdateId !== snapshot.lastUpdateId) return;
    if (agree(before.bids, snapshot.bids) && agree(before.asks, snapshot.asks)) return;
    throw new UserError(
      `${at}: this snapshot and the one before it are both of update ${snapshot.lastUpdateId} and contradict each other: leave one out`,
    );
  }
}

/** Stands for the symbol of an order book that does not name it. */
const UNNAMED = "(unnamed)";

const take = (facts: CapturedSymbol, unnamed: CapturedSymbol): void => {
  facts.snapshots += unnamed.snapshots;
  facts.seen = mergedSeen(facts.seen, unnamed.seen);
};

/** Of the levels that both have. */
const agree = (a: Float64Array, b: Float64Array): boolean => {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) if (a[i] !== b[i]) return false;
  return true;
};

const exchangeInfoOf = (json: string, at: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    throw new UserError(`${at}: the answer of exchangeInfo is not whole; record it again`);
  }
};
