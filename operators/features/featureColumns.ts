import type { FeatureColumn } from "./feature.ts";

/** Name, formula, unit, warm-up in bars and, where it differs from the family's, the source. */
export type ColumnRow = readonly [name: string, formula: string, unit: string, warmUpBars: number, source?: string];

/**
 * A family's columns from a table with one row each. In formulas o h l c are the bar's prices, v its volume, b the part of it that
 * takers bought, q its quote volume, N its trades, r its log return, V̄ and N̄ the baselines of v and N, σ the volatility unit; x₋ₖ is
 * x of k bars ago; Σₙ, meanₙ, sdₙ, varₙ, minₙ, maxₙ run over the last n bars with this one, emaₙ weighs the newest by 2 / (n + 1) and
 * wilderₙ by 1 / n.
 */
export const featureColumns = (source: string, rows: readonly ColumnRow[]): readonly FeatureColumn[] =>
  rows.map(([name, formula, unit, warmUpBars, own]) => ({ name, formula, unit, source: own ?? source, warmUpBars }));
