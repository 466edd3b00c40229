import type { RiskLevel } from "../../domain/derived.ts";
import type { RunRecord } from "../../record/runRecord.ts";

/** What one rule did in a run. */
interface RiskTableRow {
  readonly rule: string;
  /** State it caused; null where it only refused plans. */
  readonly level: RiskLevel | null;
  readonly times: number;
  readonly totalMs: number;
  /** Start of its first span; null where it only refused. */
  readonly firstMs: number | null;
  /** Value and limit of that first span; where it only refused, of the refused values the one nearest to the limit. */
  readonly value: number;
  readonly limit: number;
  readonly refusals: number;
}

const SEVERITY: Readonly<Record<RiskLevel, number>> = { HALTED: 2, REDUCING: 1, ACTIVE: 0 };

/** One row a rule that fired or refused, the worst state first, then by time and refusals. */
export const riskTable = (record: RunRecord): readonly RiskTableRow[] => {
  const rows = new Map<string, RiskTableRow>();
  const spans = [...record.riskSpans].sort((a, b) => a.fromMs - b.fromMs);
  for (const span of spans) {
    const row = rows.get(span.rule);
    rows.set(span.rule, {
      rule: span.rule,
      level: row?.level ?? span.level,
      times: (row?.times ?? 0) + 1,
      totalMs: (row?.totalMs ?? 0) + (span.toMs - span.fromMs),
      firstMs: row?.firstMs ?? span.fromMs,
      value: row?.value ?? span.value,
      limit: row?.limit ?? span.limit,
      refusals: 0,
    });
  }
  for (const { rule, count, nearest, limit } of record.refusals) {
    const row = rows.get(rule) ?? { rule, level: null, times: 0, totalMs: 0, firstMs: null, value: nearest, limit, refusals: 0 };
    rows.set(rule, { ...row, refusals: row.refusals + count });
  }
  const severity = (row: RiskTableRow): number => (row.level === null ? -1 : SEVERITY[row.level]);
  return [...rows.values()].sort((a, b) => severity(b) - severity(a) || b.totalMs - a.totalMs || b.refusals - a.refusals);
};
