import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testInstrument } from "../../../test/contract/testMarket.ts";
import { decimalsOfStep } from "../../domain/decimals/seen.ts";
import type { SeenDecimals } from "../../domain/decimals/seen.ts";
import { NO_MAXIMUM } from "../../domain/instrument.ts";
import { guessedInstrument, instrumentRulesEvent } from "./defaultInstruments.ts";
import { lackAnswer, rulesAnswered, rulesLearned } from "./guessedRules.ts";
import { checkedRules, mergeRules, rulesText } from "./instrumentRules.ts";
import type { DatedRules } from "./instrumentRules.ts";

const seen = (tick: number, lot: number): SeenDecimals => ({ price: decimalsOfStep(tick), qty: decimalsOfStep(lot) });
const learned = (held: readonly DatedRules[], shown: SeenDecimals, market = "um"): readonly DatedRules[] =>
  mergeRules(held, rulesLearned(held, "AAAUSDT", market, shown));
const sizes = (held: readonly DatedRules[]): unknown[] =>
  held.map(({ rules: { source, tickSize, lotSize } }) => [source, tickSize, lotSize]);

describe("rules that nobody gave", () => {
  it("are guessed from what was seen, marked as such, and invent no maximum", () => {
    const [rules] = learned([], seen(0.01, 0.1));
    expect(rules?.rules).toMatchObject({ source: "guessed", tickSize: 0.01, lotSize: 0.1, seen: seen(0.01, 0.1) });
    expect([rules?.rules.maxQtyLots, rules?.rules.maxMarketQtyLots, rules?.rules.maxPriceTicks]).toEqual(Array(3).fill(NO_MAXIMUM));
    expect(JSON.parse(JSON.stringify(rules))).toEqual(rules);
  });

  it("are not made of nothing: what was not seen is not whole numbers", () => {
    expect(guessedInstrument("AAAUSDT", "um", { price: null, qty: decimalsOfStep(1) })).toBeNull();
    expect(guessedInstrument("AAAUSDT", "um", { price: decimalsOfStep(1), qty: null })).toBeNull();
    expect(rulesLearned([], "AAAUSDT", "um", { price: null, qty: null })).toEqual([]);
  });

  it("become finer and never coarser", () => {
    const first = learned([], seen(0.01, 1));
    expect(sizes(learned(first, seen(0.0001, 0.1)))).toEqual([["guessed", 0.0001, 0.1]]);
    expect(rulesLearned(first, "AAAUSDT", "um", seen(0.1, 10))).toEqual([]);
  });

  it("are the same whatever came first, together or twice (property)", () => {
    const decimals = fc.record({ significant: fc.nat({ max: 8 }), more: fc.nat({ max: 3 }), padded: fc.boolean() });
    const part = fc.tuple(fc.option(decimals), fc.option(decimals)).map(([price, qty]) => {
      const whole = (of: typeof price) => of && { significant: of.significant, shown: of.significant + of.more, padded: of.padded };
      return { price: whole(price), qty: whole(qty) };
    });
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
        fc.constantFrom("um", "spot"),
        (parts, chance, market) => {
          const order = parts.map((each, i) => ({ each, at: chance[i] as number })).sort((a, b) => a.at - b.at);
          const inOrder = (all: readonly SeenDecimals[]): readonly DatedRules[] =>
            all.reduce<readonly DatedRules[]>((held, each) => learned(held, each, market), []);
          // What one part does not show of a first guess another does: nothing is guessed before both are known.
          const complete = parts.filter(({ price, qty }) => price !== null && qty !== null);
          const again = order.map(({ each }) => each).filter(({ price, qty }) => price !== null && qty !== null);
          expect(inOrder([...again, ...complete.slice(0, 2)])).toEqual(inOrder(complete));
        },
      ),
    );
  });

  it("of spot that stands in are the table's, until its prices are finer", () => {
    const table = mergeRules([], rulesLearned([], "BTCUSDT", "spot", seen(0.1, 0.0000001)));
    expect(sizes(table)).toEqual([["standIn", 0.01, 0.00001]]);
    expect(sizes(mergeRules(table, rulesLearned(table, "BTCUSDT", "spot", seen(0.001, 1))))).toEqual([["guessed", 0.001, 0.00001]]);
  });
});

describe("the exchange", () => {
  const answer = { ...testInstrument("AAAUSDT", 0), tickSize: 0.1 };
  it("is to be asked while anything that is held is guessed", () => {
    expect([lackAnswer([]), lackAnswer(learned([], seen(0.01, 1))), lackAnswer(mergeRules([], [instrumentRulesEvent(answer)]))]).toEqual([
      true,
      true,
      false,
    ]);
  });
  it("replaces a guess, and its own dated rules stay", () => {
    const dated = mergeRules(learned([], seen(0.01, 1)), [instrumentRulesEvent({ ...answer, tickSize: 0.5 }, Date.UTC(2024, 0))]);
    expect(sizes(mergeRules(dated, rulesAnswered(dated, answer)))).toEqual([
      ["exchange", 0.1, 0.001],
      ["exchange", 0.5, 0.001],
    ]);
    expect(sizes(mergeRules([], rulesAnswered([], answer)))).toEqual([["exchange", 0.1, 0.001]]);
  });
  it("is never corrected by data", () => {
    const told = mergeRules([], [instrumentRulesEvent(answer)]);
    expect(rulesLearned(told, "AAAUSDT", "um", seen(1e-8, 1e-8))).toEqual([]);
  });
});

describe("rules of a store that does not say where they come from", () => {
  const old = (symbol: string, terms: object): DatedRules => {
    const { index: _, source: __, ...rules } = { ...testInstrument(symbol, 0), ...terms };
    return checkedRules(rulesText([{ validFromMs: 1, rules } as unknown as DatedRules]), "file", "delete it")[0] as DatedRules;
  };
  const GUESS = { maxQtyLots: 1_000_000_000, maxMarketQtyLots: 1_000_000_000, maxPriceTicks: 1_000_000_000 };

  it("are a guess where they have the maxima that guesses had, which were invented", () => {
    expect(old("AAAUSDT", GUESS).rules).toMatchObject({
      source: "guessed",
      seen: seen(0.01, 0.001),
      maxQtyLots: NO_MAXIMUM,
      maxMarketQtyLots: NO_MAXIMUM,
      maxPriceTicks: NO_MAXIMUM,
    });
    expect(sizes(learned([old("AAAUSDT", GUESS)], seen(0.0001, 1)))).toEqual([["guessed", 0.0001, 0.001]]);
  });
  it("are the table's where spot stands in", () => {
    expect(old("BTCUSDT", { ...GUESS, tickSize: 0.01, lotSize: 0.00001 }).rules.source).toBe("standIn");
  });
  it("are the exchange's otherwise", () => {
    expect(old("AAAUSDT", { ...GUESS, maxQtyLots: 1000 }).rules).toMatchObject({ source: "exchange", maxQtyLots: 1000 });
  });
});
