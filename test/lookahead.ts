import type { OperatorFunction } from "rxjs";
import { stepOperator } from "../operators/stepOperator.ts";
import { REGIME_STATES } from "../src/domain/derived.ts";
import type { Event } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind, KIND_NAMES } from "../src/domain/kind.ts";
import { appendKline, Kline, klineBlock } from "../src/domain/kline.ts";
import { formatDay } from "../src/domain/time.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { replay } from "./replay.ts";
import type { ReplayOptions, Source } from "./replay.ts";

/**
 * Proof that nothing looks ahead: a run is repeated with everything from a cut on replaced by another random path.
 * Whatever was decided, sent, filled or booked up to the cut must be equal to the bit.
 */
export interface Cut {
  /** Minute of the data from which on everything is another path. */
  readonly atBar: number;
  readonly seed: number;
}

export interface LookaheadOptions {
  /** Open time of minute 0. */
  readonly fromMs: number;
  /** The data, from the cut on another path; null: as they are. Always in the same bursts, as long as they run. */
  readonly source: (cut: Cut | null) => Source;
  readonly cuts: readonly Cut[];
  readonly replay: Omit<ReplayOptions, "source" | "end" | "drive">;
  /** One leak is enough: no cut behind the first that shows one is tried. */
  readonly untilFound?: boolean;
}

/** The first row up to a cut that another future changed. */
export interface Leak {
  readonly cut: Cut;
  readonly row: number;
  readonly asItWas: string;
  readonly withOtherFuture: string;
}

interface LookaheadResult {
  readonly leaks: readonly Leak[];
  /** Rows up to their cuts that were compared. */
  readonly rows: number;
  /** Cuts behind which nothing changed either: they prove nothing. */
  readonly idleCuts: number;
  /** Fills up to the last cut. */
  readonly fills: number;
}

export const findLookahead = async ({
  fromMs,
  source,
  cuts,
  replay: options,
  untilFound = false,
}: LookaheadOptions): Promise<LookaheadResult> => {
  const rowsOf = async (cut: Cut | null): Promise<DecisionRows> => {
    const rows = new DecisionRows();
    await replay({ ...options, source: source(cut), end: rows.operator });
    return rows;
  };
  const base = await rowsOf(null);
  const leaks: Leak[] = [];
  let [compared, idleCuts, fills] = [0, 0, 0];
  for (const cut of cuts) {
    if (untilFound && leaks.length > 0) break;
    const other = await rowsOf(cut);
    const cutMs = fromMs + cut.atBar * MINUTE_MS;
    const until = base.countUntil(cutMs);
    compared += until;
    fills = Math.max(fills, base.fillsUntil(until));
    const longest = Math.max(until, other.countUntil(cutMs));
    const row = firstDifference(base.texts, other.texts, 0, longest);
    if (row >= 0) leaks.push({ cut, row, asItWas: base.texts[row] ?? "nothing", withOtherFuture: other.texts[row] ?? "nothing" });
    if (firstDifference(base.texts, other.texts, until, Math.max(base.texts.length, other.texts.length)) < 0) idleCuts += 1;
  }
  return { leaks, rows: compared, idleCuts, fills };
};

const firstDifference = (a: readonly string[], b: readonly string[], from: number, to: number): number => {
  for (let i = from; i < to; i += 1) if (a[i] !== b[i]) return i;
  return -1;
};

const bits = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));
const NOT_SHOWN = new Set(["kind", "seq", "receivedTimeMs", "sub"]);
const fields = (item: object): string =>
  Object.entries(item)
    .filter(([name]) => !NOT_SHOWN.has(name))
    .map(
      ([name, value]) =>
        `${name}=${typeof value === "number" ? bits(value) : typeof value === "object" && value !== null ? `{${fields(value as object)}}` : String(value)}`,
    )
    .join(" ");

const WORDS = new Uint32Array(2);
const NUMBER = new Float64Array(WORDS.buffer);

/**
 * 64 bits of a row of numbers, as text: two multiplicative hashes over all their bits (any NaN is one). Rows of hundreds of numbers as
 * text without loss would fill the memory of a test.
 */
const hashOf = (values: Float64Array, row: number, width: number): string => {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let i = row * width; i < (row + 1) * width; i += 1) {
    const value = values[i] as number;
    NUMBER[0] = value === value ? value : NaN;
    for (const word of WORDS) {
      a = Math.imul(a ^ word, 0x01000193);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x85ebca6b);
      b ^= b >>> 13;
    }
  }
  return (a >>> 0).toString(16).padStart(8, "0") + (b >>> 0).toString(16).padStart(8, "0");
};

/** Everything that is observed, believed or decided or happens to the account, as text (rows of numbers as hashes), with the line time at which it is known. */
export class DecisionRows {
  readonly texts: string[] = [];
  readonly #knownAtMs: number[] = [];
  readonly #fills: number[] = [];

  get operator(): OperatorFunction<Item, Item> {
    const whole = (_: null, item: Item & { readonly knownAtMs: number }): void => {
      if (item.kind === Kind.fill) this.#fills.push(this.texts.length);
      this.#add(item.knownAtMs, `${KIND_NAMES[item.kind] as string} ${fields(item)}`);
    };
    return stepOperator<null>("rows", () => null, {
      [Kind.featureRow]: (_, { instrument, knownAtMs, values, row, features }) => {
        this.#add(knownAtMs, `row ${instrument} ${knownAtMs} ${hashOf(values, row, features)}`);
      },
      [Kind.regime]: (_, { instrument, knownAtMs, ready, values, row }) => {
        this.#add(knownAtMs, `regime ${instrument} ${knownAtMs} ${ready} ${hashOf(values, row, REGIME_STATES.length)}`);
      },
      [Kind.pattern]: (_, { instrument, knownAtMs, ready, values, row, width }) => {
        this.#add(knownAtMs, `pattern ${instrument} ${knownAtMs} ${ready} ${hashOf(values, row, width)}`);
      },
      [Kind.signal]: (_, { instrument, knownAtMs, ready, pLong, pShort, pNeutral, netLong, netShort, confidence }) => {
        const said = Number.isNaN(confidence) ? [] : [confidence];
        const words = [pLong, pShort, pNeutral, netLong, netShort, ...said].map(bits).join(" ");
        this.#add(knownAtMs, `signal ${instrument} ${knownAtMs} ${ready} ${words}`);
      },
      [Kind.accountState]: (_, { instrument, knownAtMs, cashUsdt, unrealisedUsdt }) => {
        this.#add(knownAtMs, `account ${instrument} ${knownAtMs} ${bits(cashUsdt)} ${bits(unrealisedUsdt)}`);
      },
      [Kind.gap]: whole,
      [Kind.intent]: whole,
      [Kind.refusal]: whole,
      [Kind.orderSent]: whole,
      [Kind.orderAccepted]: whole,
      [Kind.orderRejected]: whole,
      [Kind.orderCanceled]: whole,
      [Kind.orderExpired]: whole,
      [Kind.fill]: whole,
      [Kind.fundingPayment]: whole,
      [Kind.tradeClosed]: whole,
      [Kind.riskState]: whole,
    });
  }

  /** Rows known up to `timeMs`: they stand in front of all later ones. */
  countUntil(timeMs: number): number {
    const later = this.#knownAtMs.findIndex((knownAtMs) => knownAtMs > timeMs);
    return later < 0 ? this.#knownAtMs.length : later;
  }

  get fills(): number {
    return this.#fills.length;
  }

  /** Texts by UTC day of their line time; a bar that closes at midnight belongs to the day that ends. */
  byDay(): Map<string, string[]> {
    const days = new Map<string, string[]>();
    this.texts.forEach((text, i) => {
      const day = formatDay((this.#knownAtMs[i] as number) - 1);
      const texts = days.get(day);
      if (texts === undefined) days.set(day, [text]);
      else texts.push(text);
    });
    return days;
  }

  fillsUntil(row: number): number {
    return this.#fills.filter((at) => at < row).length;
  }

  #add(knownAtMs: number, text: string): void {
    this.texts.push(text);
    this.#knownAtMs.push(knownAtMs);
  }
}

/** xorshift32: the same numbers on every machine, in [0, 1). */
export const random = (seed: number): (() => number) => {
  let state = (Math.imul(seed + 1, 0x9e3779b1) | 1) >>> 0;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4_294_967_296;
  };
};

/**
 * Recorded events of which every kline from the cut on is made anew: its shape and volume are those of a bar drawn at random,
 * set on the last close. Times, holes and blocks' sizes stay; settled funding behind the cut gets the sign turned.
 */
export const resampled = (events: readonly Event[], fromMs: number, { atBar, seed }: Cut, tickSize: number): Event[] => {
  const cutMs = fromMs + atBar * MINUTE_MS;
  const next = random(seed);
  const inverse = Math.round(1 / tickSize);
  const drawn = events.filter((event): event is Kline => event instanceof Kline);
  const lastClose: number[] = [];
  const block = klineBlock((drawn[0] as Kline).instrument, MINUTE_MS, drawn.length);
  return events.map((event): Event => {
    if (!(event instanceof Kline)) return event.kind === Kind.funding && event.knownAtMs > cutMs ? { ...event, rate: -event.rate } : event;
    if (event.openTimeMs < cutMs) {
      lastClose[event.instrument] = event.close;
      return event;
    }
    const shape = drawn[Math.floor(next() * drawn.length)] as Kline;
    const scale = (lastClose[event.instrument] ?? event.open) / shape.open;
    const price = (value: number): number => Math.round(value * scale * inverse) / inverse;
    appendKline(block, {
      openTimeMs: event.openTimeMs,
      open: price(shape.open),
      high: price(shape.high),
      low: price(shape.low),
      close: price(shape.close),
      volume: shape.volume,
      quoteVolume: shape.quoteVolume * scale,
      trades: shape.trades,
      takerBuyVolume: shape.takerBuyVolume,
      takerBuyQuoteVolume: shape.takerBuyQuoteVolume * scale,
    });
    lastClose[event.instrument] = price(shape.close);
    return new Kline(block, block.length - 1);
  });
};
