import type { RiskLevel } from "../../domain/derived.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { READ_RULES } from "../../risk/readings.ts";
import { textOf } from "../../store/output/partTable.ts";
import type { LayerNames } from "../runRecord.ts";

/** Columns that every table has, while they are collected, all float64; `decisions.parquet` has the same in this order, with proper types. */
export const COLUMNS = [
  "timeMs",
  "symbol",
  "ready",
  "pLong",
  "pShort",
  "pNeutral",
  "netLong",
  "netShort",
  "confidence",
  "markPrice",
  "positionLots",
  "equityUsdt",
  "riskLevel",
  "fills",
  "intents",
  "refusals",
  "orders",
  "refusedRule",
  "refusedValue",
  "refusedLimit",
] as const;
/** Of the first entry that was approved in the row: what each rule measured, and what is allowed. */
export const READINGS = READ_RULES.flatMap((rule) => {
  const name = rule.slice(rule.indexOf(".") + 1);
  return [name, `${name}Limit`];
});
export const AT = Object.fromEntries(COLUMNS.map((name, column) => [name, column])) as Readonly<Record<(typeof COLUMNS)[number], number>>;
export const LEVELS: readonly RiskLevel[] = ["ACTIVE", "REDUCING", "HALTED"];

/** `regimeStrongUp` …, `patternUp`, `patternDown`, `pattern_` and the name of each number of the embedding. */
export const layerColumns = (layers: Pick<LayerNames, "regimeStates" | "embedding"> | null): string[] =>
  layers === null
    ? []
    : [
        ...layers.regimeStates.map((state) => `regime${state.replaceAll(/(?:^| )(\w)/g, (_, letter: string) => letter.toUpperCase())}`),
        "patternUp",
        "patternDown",
        ...layers.embedding.map((name) => `pattern_${name}`),
      ];

/** SQL of the columns that are no plain numbers. */
export const typesOf = (instruments: readonly Instrument[]): Readonly<Partial<Record<(typeof COLUMNS)[number], string>>> => ({
  timeMs: "timeMs",
  symbol: textOf(
    "symbol",
    instruments.map(({ symbol }) => symbol),
  ),
  ready: "ready = 1",
  positionLots: "positionLots::BIGINT",
  riskLevel: textOf("riskLevel", LEVELS),
  fills: "fills::INTEGER",
  intents: "intents::INTEGER",
  refusals: "refusals::INTEGER",
  orders: "orders::INTEGER",
});
