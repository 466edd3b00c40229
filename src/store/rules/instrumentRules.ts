import { z } from "zod";
import type { InstrumentRules } from "../../domain/event.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { Kind } from "../../domain/kind.ts";
import type { InstrumentIndex } from "../../domain/units.ts";
import { UserError } from "../../domain/units.ts";

const BRACKET = z.strictObject({
  notionalFloorUsdt: z.number(),
  notionalCapUsdt: z.number(),
  maintenanceMarginRate: z.number(),
  maintenanceAmountUsdt: z.number(),
  maxLeverage: z.number(),
});
const RULES = z.strictObject({
  symbol: z.string(),
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
    return FILE.parse(JSON.parse(text));
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const what = issue === undefined ? "is not JSON" : `has ${issue.path.join(".")}: ${issue.message}`;
    throw new UserError(`${where} ${what}; ${remedy}`);
  }
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
