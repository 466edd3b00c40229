import type { OffTick } from "../../domain/decimals/fineness.ts";
import { Fineness } from "../../domain/decimals/fineness.ts";
import type { SeenDecimals } from "../../domain/decimals/seen.ts";
import { decimalsOfStep, mergedSeen, NOTHING_SEEN } from "../../domain/decimals/seen.ts";
import type { Event, InstrumentRules } from "../../domain/event.ts";
import type { Instrument, RulesSource } from "../../domain/instrument.ts";
import { TickCheck } from "../../domain/tickCheck.ts";
import type { Store } from "../store.ts";
import { areGuessed, lackAnswer, rulesAnswered, rulesLearned } from "./guessedRules.ts";
import type { DatedRules } from "./instrumentRules.ts";
import { mergeRules, rulesAt } from "./instrumentRules.ts";

/** What became of the rules of a symbol in an import. */
export interface RulesReport {
  readonly symbol: string;
  readonly market: string;
  readonly source: RulesSource;
  readonly tickSize: number;
  readonly lotSize: number;
  /** The tick that the store's guess had before; null: none, or the same. */
  readonly tickBefore: number | null;
  /** Imported bars and trades that were looked at for it. */
  readonly rows: number;
  /** Those of them with prices between the ticks of the rules of their time. */
  readonly offTick: (OffTick & { readonly tickSize: number }) | null;
}

interface LearnedRulesOptions extends Pick<Store, "rules"> {
  readonly write: (symbol: string, market: string, events: readonly Event[]) => Promise<void>;
  /** Rules of a symbol from the exchange; undefined answers and no function: they are guessed. */
  readonly rulesOf?: ((symbol: string, market: string) => Promise<Instrument | undefined>) | undefined;
}

interface Known {
  readonly symbol: string;
  readonly market: string;
  held: readonly DatedRules[];
  readonly tickBefore: number | null;
  /** The store has data and lost their rules: these are written when all of the data are read, and not from a part of them. */
  lost: boolean;
  seen: SeenDecimals;
  /** Of imported prices: what is off a guessed tick is known when the last of them is. */
  readonly fineness: Fineness;
  readonly checks: Map<number, TickCheck>;
}

/**
 * Keeps the rules of a store in step with its imports. It asks the exchange for rules that the store lacks. Without an answer it guesses
 * them, and makes a guess finer before finer prices are written. Rules of an exchange stay; prices that contradict them are counted.
 */
export class LearnedRules {
  readonly #options: LearnedRulesOptions;
  readonly #known = new Map<string, Promise<Known>>();

  constructor(options: LearnedRulesOptions) {
    this.#options = options;
  }

  /**
   * Whether the rules of a symbol are lost: it `hasLanded` files, and neither store nor exchange has its rules. What has landed must then
   * be read again.
   */
  async areLost(symbol: string, market: string, hasLanded: boolean): Promise<boolean> {
    const known = await this.#of(symbol, market);
    known.lost ||= hasLanded && known.held.length === 0;
    return known.lost;
  }

  /** Takes the decimals of a file or answer into account; call it before its rows are written. */
  async learn(symbol: string, market: string, seen: SeenDecimals): Promise<void> {
    const known = await this.#of(symbol, market);
    known.seen = mergedSeen(known.seen, seen);
    if (!known.lost) await this.#guess(known);
  }

  /** Counts the prices of rows that were written. */
  async count(symbol: string, market: string, prices: Fineness): Promise<void> {
    (await this.#of(symbol, market)).fineness.absorb(prices);
  }

  /** Everything is read, but of the `failed` symbols: writes the rules that were lost. */
  async finish(failed: readonly string[] = []): Promise<void> {
    for (const known of await Promise.all(this.#known.values())) if (known.lost && !failed.includes(known.symbol)) await this.#guess(known);
  }

  /** Compares prices with the exchange's tick. */
  async check(symbol: string, market: string, events: readonly Event[]): Promise<void> {
    const { held, checks } = await this.#of(symbol, market);
    const rules = rulesAt(held, events[0]?.eventTimeMs ?? 0);
    if (rules === undefined || areGuessed(rules)) return;
    let check = checks.get(rules.tickSize);
    if (check === undefined) checks.set(rules.tickSize, (check = new TickCheck(rules.tickSize)));
    for (const event of events) check.add(event);
  }

  async reports(): Promise<readonly RulesReport[]> {
    return (await Promise.all(this.#known.values())).flatMap((known) => {
      const rules = known.held.at(-1)?.rules;
      if (rules === undefined) return [];
      const { symbol, market, fineness } = known;
      const { source, tickSize, lotSize } = rules;
      const tickBefore = known.tickBefore === tickSize ? null : known.tickBefore;
      return [{ symbol, market, source, tickSize, lotSize, tickBefore, rows: fineness.total, offTick: offTickOf(known, rules) }];
    });
  }

  #of(symbol: string, market: string): Promise<Known> {
    const key = `${market} ${symbol}`;
    let known = this.#known.get(key);
    if (known !== undefined) return known;
    known = this.#begin(symbol, market);
    this.#known.set(key, known);
    known.catch(() => this.#known.delete(key)); // the caller gets the error
    return known;
  }

  async #begin(symbol: string, market: string): Promise<Known> {
    const { rules, rulesOf } = this.#options;
    const held = await rules(symbol, market);
    const tickBefore = held.findLast(({ rules }) => areGuessed(rules))?.rules.tickSize ?? null;
    const known: Known = {
      ...{ symbol, market, held, tickBefore, lost: false, seen: NOTHING_SEEN },
      ...{ fineness: new Fineness(), checks: new Map() },
    };
    const answer = lackAnswer(held) ? await rulesOf?.(symbol, market) : undefined;
    if (answer !== undefined) await this.#keep(known, rulesAnswered(held, answer));
    return known;
  }

  #guess(known: Known): Promise<void> {
    return this.#keep(known, rulesLearned(known.held, known.symbol, known.market, known.seen));
  }

  async #keep(known: Known, events: readonly InstrumentRules[]): Promise<void> {
    if (events.length === 0) return;
    await this.#options.write(known.symbol, known.market, events);
    known.held = mergeRules(known.held, events);
  }
}

const offTickOf = ({ fineness, checks }: Known, rules: DatedRules["rules"]): RulesReport["offTick"] => {
  const { tickSize } = rules;
  if (!areGuessed(rules))
    return [...checks.values()].flatMap((check) => (check.offTick ? [{ ...check.offTick, tickSize: check.tickSize }] : []))[0] ?? null;
  const finer = fineness.finerThan(decimalsOfStep(tickSize).significant);
  return finer && { ...finer, tickSize };
};
