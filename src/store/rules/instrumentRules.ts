import { z } from "zod";
import { decimalsOfStep } from "../../domain/decimals/seen.ts";
import type { InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { NO_MAXIMUM, RULE_SOURCES } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { UserError } from "../../domain/units.ts";
import { standInOf } from "./defaultInstruments.ts";

const DECIMALS = z.strictObject({ significant: z.number().int(), shown: z.number().int(), padded: z.boolean() });
const BRACKET = z.strictObject({
  notionalFloorUsdt: z.number(),
  notionalCapUsdt: z.number(),
  maintenanceMarginRate: z.number(),
  maintenanceAmountUsdt: z.number(),
  maxLeverage: z.number(),
});
const RULES = z.strictObject({
  symbol: z.string(),
  source: z.enum(RULE_SOURCES).optional(),
  seen: z.strictObject({ price: DECIMALS.nullable(), qty: DECIMALS.nullable() }).optional(),
  tickSize: z.number().positive(),
  lotSize: z.number().positive(),
  minQtyLots: z.number().int(),
  maxQtyLots: z.number().int(),
  maxMarketQtyLots: z.number().int(),
  minPriceTicks: z.number().int(),
  maxPriceTicks: z.number().int(),
  minNotionalUsdt: z.number(),
  percentPriceUp: z.number(),
  percentPriceDown: z.number(),
  makerFeeRate: z.number(),
  takerFeeRate: z.number(),
  liquidationFeeRate: z.number(),
  fundingIntervalHours: z.number(),
  brackets: z.array(BRACKET).min(1),
});
const FILE = z.array(z.strictObject({ validFromMs: z.number().int(), rules: RULES }));

/** Rules of a symbol from a time on; the index belongs to a run and is not stored. */
export interface DatedRules {
  readonly validFromMs: number;
  readonly rules: Omit<Instrument, "index">;
}

/** Dated rules from their JSON; what is wrong is a `UserError` that names `where` and the remedy. */
export const checkedRules = (text: string, where: string, remedy: string): readonly DatedRules[] => {
  try {
    return FILE.parse(JSON.parse(text)).map(({ validFromMs, rules }) => ({ validFromMs, rules: withSource(rules) }));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? "is not JSON" : `has ${issue.path.join(".")}: ${issue.message}`;
    throw new UserError(`${where} ${what}; ${remedy}`);
  }
};

/** The maximum that guesses had before they were marked as such. */
const OLD_MAXIMUM = 1_000_000_000;

/**
 * Rules of a store that does not say where they come from: with three maxima of 10⁹, which no exchange has, they are guessed (or
 * the table's, where tick and lot are), all others are the exchange's.
 */
const withSource = ({ source, seen, ...rules }: z.infer<typeof RULES>): DatedRules["rules"] => {
  if (source !== undefined) return { ...rules, source, ...(seen === undefined ? {} : { seen }) };
  const { symbol, tickSize, lotSize } = rules;
  const maxima = ["maxQtyLots", "maxMarketQtyLots", "maxPriceTicks"] as const;
  if (!maxima.every((name) => rules[name] === OLD_MAXIMUM)) return { ...rules, source: "exchange" };
  const standIn = standInOf(symbol);
  return {
    ...rules,
    maxQtyLots: NO_MAXIMUM,
    maxMarketQtyLots: NO_MAXIMUM,
    maxPriceTicks: NO_MAXIMUM,
    source: standIn?.tickSize === tickSize && standIn.lotSize === lotSize ? "standIn" : "guessed",
    seen: { price: decimalsOfStep(tickSize), qty: decimalsOfStep(lotSize) },
  };
};

/** Old and new rules as one ascending list; of two with the same time the newer wins. */
export const mergeRules = (old: readonly DatedRules[], events: readonly InstrumentRules[]): readonly DatedRules[] => {
  const byTime = new Map(old.map((dated) => [dated.validFromMs, dated]));
  for (const { eventTimeMs, rules } of events) {
    const { index: _, ...stored } = rules;
    byTime.set(eventTimeMs, { validFromMs: eventTimeMs, rules: stored });
  }
  return [...byTime.values()].sort((a, b) => a.validFromMs - b.validFromMs);
};

/** The rules that hold at a time: the newest not after it, else the oldest there are; undefined without any. */
export const rulesAt = (held: readonly DatedRules[], timeMs: number): DatedRules["rules"] | undefined =>
  (held.findLast(({ validFromMs }) => validFromMs <= timeMs) ?? held[0])?.rules;

export const rulesText = (rules: readonly DatedRules[]): string => `${JSON.stringify(rules, undefined, 1)}\n`;

/** Dated rules as an event of the line. */
export const rulesEvent = ({ validFromMs, rules }: DatedRules, index: InstrumentIndex): InstrumentRules => ({
  kind: Kind.instrumentRules,
  seq: -1,
  instrument: index,
  eventTimeMs: validFromMs,
  receivedTimeMs: validFromMs,
  knownAtMs: validFromMs,
  rules: { index, ...rules },
});
