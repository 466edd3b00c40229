import type { OperatorFunction } from "rxjs";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import type { AccountState, PositionState, RiskLevel, RiskState, Signal } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import type { Bar } from "../domain/kline.ts";
import { NO_INSTRUMENT } from "../domain/units.ts";
import { PartTable, textOf } from "./partTable.ts";

/** Columns while they are collected, all float64; `decisions.parquet` has the same in this order, with proper types. */
const COLUMNS = [
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
] as const;
const AT = Object.fromEntries(COLUMNS.map((name, column) => [name, column])) as Readonly<Record<(typeof COLUMNS)[number], number>>;
const COUNTS = ["fills", "intents", "refusals", "orders"] as const;
type Count = (typeof COUNTS)[number];
const LEVELS: readonly RiskLevel[] = ["ACTIVE", "REDUCING", "HALTED"];

interface DecisionTableOptions {
  readonly instruments: readonly Instrument[];
  /** Decision bars that close up to this time only warm up. */
  readonly fromMs: number;
  /** Where the finished file goes, and how messages name it. */
  readonly file: string;
  readonly shownAs: string;
  /** A folder of its own for the parts; gone when the table is closed. */
  readonly partsDir: string;
}

/** Every decision bar as a row of `decisions.parquet`: what the signal said, what was owned and what came of it. */
export class DecisionTable {
  readonly #options: DecisionTableOptions;
  readonly #table: PartTable;
  /** By instrument: what happened since its last decision, and the row of that decision while it is in the buffer. */
  readonly #pending: Record<Count, number>[];
  readonly #lastRow: number[];
  /** Instruments with a bar in a moment that has not closed, and rows of such bars. */
  readonly #due = new Set<number>();
  readonly #open: { readonly row: number; readonly instrument: number }[] = [];
  #account: AccountState | null = null;
  #level = 0;
  /** By instrument: the level of causes that hold for it alone. */
  readonly #ownLevel: number[];

  constructor(options: DecisionTableOptions) {
    this.#options = options;
    this.#table = new PartTable({ ...options, columns: COLUMNS, typed: typesOf(options.instruments) });
    this.#pending = options.instruments.map(() => ({ fills: 0, intents: 0, refusals: 0, orders: 0 }));
    this.#lastRow = options.instruments.map(() => -1);
    this.#ownLevel = options.instruments.map(() => 0);
  }

  bar({ base, instrument }: Bar): void {
    if (base) this.#due.add(instrument);
  }
  /** The rows of a moment stand before it closes: they are given what is held, and equity, then. */
  account(state: AccountState): void {
    this.#account = state;
    if (state.late) this.#due.delete(state.instrument);
    if (!state.atClose) return;
    for (const { row, instrument } of this.#open) this.#holdings(row, instrument, state);
    this.#open.length = 0;
    this.#due.clear();
  }
  level({ instrument, level }: RiskState): void {
    if (instrument === NO_INSTRUMENT) this.#level = LEVELS.indexOf(level);
    else this.#ownLevel[instrument] = LEVELS.indexOf(level);
  }
  decision(signal: Signal): void {
    const { instrument, knownAtMs } = signal;
    const account = this.#account;
    if (knownAtMs <= this.#options.fromMs) return;
    const at = this.#table.next();
    this.#set(at, "timeMs", knownAtMs);
    this.#set(at, "symbol", instrument);
    this.#set(at, "ready", signal.ready ? 1 : 0);
    this.#set(at, "pLong", signal.pLong);
    this.#set(at, "pShort", signal.pShort);
    this.#set(at, "pNeutral", signal.pNeutral);
    this.#set(at, "netLong", signal.netLong);
    this.#set(at, "netShort", signal.netShort);
    this.#set(at, "confidence", signal.confidence);
    if (account === null || this.#due.has(instrument)) this.#open.push({ row: at, instrument });
    else this.#holdings(at, instrument, account);
    this.#set(at, "riskLevel", Math.max(this.#level, this.#ownLevel[instrument] as number));
    const pending = this.#pending[instrument] as Record<Count, number>;
    for (const name of COUNTS) {
      this.#set(at, name, pending[name]);
      pending[name] = 0;
    }
    this.#lastRow[instrument] = at;
  }

  /** Counts what came of a decision, in its row; what came before it (fills inside the bar, risk's own exits) waits for the row. */
  count(name: Count, { instrument, knownAtMs }: { readonly instrument: number; readonly knownAtMs: number }): void {
    const pending = this.#pending[instrument];
    if (pending === undefined || knownAtMs <= this.#options.fromMs) return;
    const row = this.#lastRow[instrument] as number;
    const { data } = this.#table.rows;
    const column = data[AT[name]] as Float64Array;
    if (row >= 0 && name !== "fills" && data[0]?.[row] === knownAtMs) column[row] = (column[row] as number) + 1;
    else pending[name] += 1;
  }

  /** Writes a part when there is enough for one; call it between two bursts. */
  async drain(): Promise<void> {
    if (this.#open.length > 0) return;
    if (await this.#table.drain()) this.#lastRow.fill(-1);
  }

  close(): Promise<void> {
    return this.#table.close();
  }

  /** Removes what is unfinished; harmless after `close`. */
  abandon(): Promise<void> {
    return this.#table.abandon();
  }

  #holdings(row: number, instrument: number, { positions, equityUsdt }: AccountState): void {
    const { markPrice, positionLots } = positions[instrument] as PositionState;
    this.#set(row, "markPrice", markPrice);
    this.#set(row, "positionLots", positionLots);
    this.#set(row, "equityUsdt", equityUsdt);
  }

  #set(row: number, name: (typeof COLUMNS)[number], value: number): void {
    (this.#table.rows.data[AT[name]] as Float64Array)[row] = value;
  }
}

const typesOf = (instruments: readonly Instrument[]): Readonly<Partial<Record<(typeof COLUMNS)[number], string>>> => ({
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

const HANDLERS: StepHandlers<DecisionTable> = {
  [Kind.bar]: (t, item) => {
    t.bar(item);
  },
  [Kind.accountState]: (t, item) => {
    t.account(item);
  },
  [Kind.riskState]: (t, item) => {
    t.level(item);
  },
  [Kind.fill]: (t, item) => {
    t.count("fills", item);
  },
  [Kind.signal]: (t, item) => {
    t.decision(item);
  },
  [Kind.intent]: (t, item) => {
    t.count("intents", item);
  },
  [Kind.refusal]: (t, item) => {
    t.count("refusals", item);
  },
  [Kind.orderSent]: (t, item) => {
    t.count("orders", item);
  },
};

/** Puts the table at the end of a line. */
export const tableDecisions = (table: DecisionTable): OperatorFunction<Item, Item> => stepOperator("decisionTable", () => table, HANDLERS);
