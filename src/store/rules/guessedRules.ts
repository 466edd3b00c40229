import { isDeepStrictEqual } from "node:util";
import type { SeenDecimals } from "../../domain/decimals/seen.ts";
import { mergedSeen, NOTHING_SEEN } from "../../domain/decimals/seen.ts";
import type { InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { guessedInstrument, instrumentRulesEvent } from "./defaultInstruments.ts";
import type { DatedRules } from "./instrumentRules.ts";

/** Whether rules come from the data and not from the exchange or the simulator. */
export const areGuessed = ({ source }: Pick<Instrument, "source">): boolean => source === "guessed" || source === "standIn";

/** Whether a symbol lacks rules from its market. If so, the exchange is asked. */
export const lackAnswer = (held: readonly DatedRules[]): boolean => held.length === 0 || held.some(({ rules }) => areGuessed(rules));

/**
 * What a store must keep besides, now that its data show these decimals: a first guess, or a finer one in place of each that it holds.
 * The guess depends on all that was seen and not on its order. What an exchange said is never changed.
 */
export const rulesLearned = (
  held: readonly DatedRules[],
  symbol: string,
  market: string,
  seen: SeenDecimals,
): readonly InstrumentRules[] => {
  const guess = (before: SeenDecimals, validFromMs?: number): readonly InstrumentRules[] => {
    const rules = guessedInstrument(symbol, market, mergedSeen(before, seen));
    return rules === null ? [] : [instrumentRulesEvent(rules, validFromMs)];
  };
  if (held.length === 0) return guess(NOTHING_SEEN);
  return held
    .filter(({ rules }) => areGuessed(rules))
    .flatMap(({ validFromMs, rules }) => {
      const finer = guess(rules.seen ?? NOTHING_SEEN, validFromMs);
      return finer.filter(({ rules: { index: _, ...kept } }) => !isDeepStrictEqual(kept, rules));
    });
};

/** The exchange's answer as what a store must keep: in place of every guess, or first of all. */
export const rulesAnswered = (held: readonly DatedRules[], answer: Instrument): readonly InstrumentRules[] => {
  if (held.length === 0) return [instrumentRulesEvent(answer)];
  return held.filter(({ rules }) => areGuessed(rules)).map(({ validFromMs }) => instrumentRulesEvent(answer, validFromMs));
};
