import { csvRecords } from "./csvRecords.ts";

/** A round trip of `trades.csv`, as far as a comparison shows it. */
export interface ComparedTrade {
  readonly symbol: string;
  readonly side: string;
  readonly entryTimeMs: number;
  readonly exitTimeMs: number;
  readonly pnlUsdt: number;
  readonly exitReason: string;
}

export interface TradeDifferences {
  /** Trades that are the same in every cell. */
  readonly same: number;
  /** Entered alike, and ended otherwise or with another size or cost. */
  readonly changed: readonly { readonly first: ComparedTrade; readonly other: ComparedTrade }[];
  readonly onlyFirst: readonly ComparedTrade[];
  readonly onlyOther: readonly ComparedTrade[];
}

/** The trades of two runs, paired by symbol, side and the time of the entry; several of one key in their order. */
export const tradeDifferences = (firstCsv: string, otherCsv: string): TradeDifferences => {
  const others = new Map<string, Row[]>();
  const otherRows = csvRecords(otherCsv);
  for (const row of otherRows) others.set(keyOf(row), [...(others.get(keyOf(row)) ?? []), row]);
  const changed: { first: ComparedTrade; other: ComparedTrade }[] = [];
  const onlyFirst: ComparedTrade[] = [];
  let same = 0;
  for (const row of csvRecords(firstCsv)) {
    const other = others.get(keyOf(row))?.shift();
    if (other === undefined) onlyFirst.push(tradeOf(row));
    else if (isSame(row, other)) same += 1;
    else changed.push({ first: tradeOf(row), other: tradeOf(other) });
  }
  const left = new Set([...others.values()].flat());
  return { same, changed, onlyFirst, onlyOther: otherRows.filter((row) => left.has(row)).map(tradeOf) };
};

type Row = Readonly<Record<string, string>>;

const keyOf = (row: Row): string => `${row["symbol"] ?? ""} ${row["side"] ?? ""} ${row["entryTimeMs"] ?? ""}`;

/** What the layers said may differ where the trade does not. */
const SAID = ["regime", "pattern", "confidence"];
const isSame = (a: Row, b: Row): boolean => Object.keys(a).every((name) => SAID.includes(name) || a[name] === b[name]);

const tradeOf = (row: Row): ComparedTrade => ({
  symbol: row["symbol"] ?? "",
  side: row["side"] ?? "",
  entryTimeMs: Number(row["entryTimeMs"]),
  exitTimeMs: Number(row["exitTimeMs"]),
  pnlUsdt: Number(row["pnlUsdt"]),
  exitReason: row["exitReason"] ?? "",
});
