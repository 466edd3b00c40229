import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { OperatorFunction } from "rxjs";
import type { StepHandlers } from "../../operators/stepOperator.ts";
import { stepOperator } from "../../operators/stepOperator.ts";
import type { AccountState, PositionState, RiskLevel, Signal } from "../domain/derived.ts";
import type { Instrument } from "../domain/instrument.ts";
import type { Item } from "../domain/item.ts";
import { Kind } from "../domain/kind.ts";
import { InvariantError, UserError } from "../domain/units.ts";
import type { Columns } from "../store/parquet/columns.ts";
import { emptyColumns, sliceRows } from "../store/parquet/columns.ts";
import { Duck, quoted } from "../store/parquet/duck.ts";

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

/** Rows of one part on disk, and what is held before it goes there: 16 columns of 8 bytes, 17 MB. */
const PART_ROWS = 131_072;
/** A burst has at most 4096 events (design §4), and a kline makes one decision. */
const BURST_ROWS = 4096;

export interface DecisionTableOptions {
  readonly instruments: readonly Instrument[];
  /** Decision bars that close up to this time only warm up. */
  readonly fromMs: number;
  /** Where the finished file goes, and how messages name it. */
  readonly file: string;
  readonly shownAs: string;
  /** A folder of its own for the parts; gone when the table is closed. */
  readonly partsDir: string;
}

/**
 * Every decision bar as a row of `decisions.parquet`: what the signal said, what was owned and what came of it. The line
 * fills a buffer of bounded size; `drain`, between two bursts, writes it out as a part, and `close` joins the parts.
 */
export class DecisionTable {
  readonly #options: DecisionTableOptions;
  readonly #duck = new Duck();
  readonly #rows: Columns = emptyColumns(COLUMNS.length, PART_ROWS + BURST_ROWS);
  readonly #parts: string[] = [];
  /** By instrument: what happened since its last decision, and the row of that decision while it is in the buffer. */
  readonly #pending: Record<Count, number>[];
  readonly #lastRow: number[];
  #account: AccountState | null = null;
  #level = 0;

  constructor(options: DecisionTableOptions) {
    this.#options = options;
    this.#pending = options.instruments.map(() => ({ fills: 0, intents: 0, refusals: 0, orders: 0 }));
    this.#lastRow = options.instruments.map(() => -1);
  }

  account(state: AccountState): void {
    this.#account = state;
  }
  level(level: RiskLevel): void {
    this.#level = LEVELS.indexOf(level);
  }
  decision(signal: Signal): void {
    const { instrument, knownAtMs } = signal;
    const account = this.#account;
    if (knownAtMs <= this.#options.fromMs || account === null) return;
    const position = account.positions[instrument] as PositionState;
    const at = this.#rows.length;
    if (at >= PART_ROWS + BURST_ROWS) throw new InvariantError(`${at} decisions in a burst: at most ${BURST_ROWS} events make one`);
    this.#set(at, "timeMs", knownAtMs);
    this.#set(at, "symbol", instrument);
    this.#set(at, "ready", signal.ready ? 1 : 0);
    this.#set(at, "pLong", signal.pLong);
    this.#set(at, "pShort", signal.pShort);
    this.#set(at, "pNeutral", signal.pNeutral);
    this.#set(at, "netLong", signal.netLong);
    this.#set(at, "netShort", signal.netShort);
    this.#set(at, "markPrice", position.markPrice);
    this.#set(at, "positionLots", position.positionLots);
    this.#set(at, "equityUsdt", account.equityUsdt);
    this.#set(at, "riskLevel", this.#level);
    const pending = this.#pending[instrument] as Record<Count, number>;
    for (const name of COUNTS) {
      this.#set(at, name, pending[name]);
      pending[name] = 0;
    }
    this.#lastRow[instrument] = at;
    this.#rows.length = at + 1;
  }

  /** Counts what came of a decision, in its row; what came before it (fills inside the bar, risk's own exits) waits for the row. */
  count(name: Count, { instrument, knownAtMs }: { readonly instrument: number; readonly knownAtMs: number }): void {
    const pending = this.#pending[instrument];
    if (pending === undefined || knownAtMs <= this.#options.fromMs) return;
    const row = this.#lastRow[instrument] as number;
    const column = this.#rows.data[AT[name]] as Float64Array;
    if (row >= 0 && name !== "fills" && this.#rows.data[0]?.[row] === knownAtMs) column[row] = (column[row] as number) + 1;
    else pending[name] += 1;
  }

  /** Writes a part when there is enough for one; call it between two bursts. */
  async drain(): Promise<void> {
    if (this.#rows.length >= PART_ROWS) await this.#writing(() => this.#part());
  }

  /** Writes what is left, joins the parts into the file and removes them. */
  async close(): Promise<void> {
    await this.#writing(async () => {
      if (this.#rows.length > 0 || this.#parts.length === 0) await this.#part();
      await this.#duck.query(`COPY (${this.#joined()}) TO ${quoted(this.#options.file)} (FORMAT parquet, COMPRESSION snappy)`);
    });
    await this.abandon();
  }

  /** Removes what is unfinished; harmless after `close`. */
  async abandon(): Promise<void> {
    await this.#duck.close();
    await rm(this.#options.partsDir, { recursive: true, force: true });
  }

  #set(row: number, name: (typeof COLUMNS)[number], value: number): void {
    (this.#rows.data[AT[name]] as Float64Array)[row] = value;
  }

  async #part(): Promise<void> {
    await mkdir(this.#options.partsDir, { recursive: true });
    const file = join(this.#options.partsDir, `${this.#parts.length}.parquet`);
    await this.#duck.write(
      { kind: "signal", folder: "", columns: COLUMNS, period: "year" },
      sliceRows(this.#rows, 0, this.#rows.length),
      file,
    );
    this.#parts.push(file);
    this.#rows.length = 0;
    this.#lastRow.fill(-1);
  }

  /** The parts as one table with proper types; a NaN (nothing stated) becomes NULL. */
  #joined(): string {
    const symbols = this.#options.instruments.map(({ symbol }) => quoted(symbol)).join(", ");
    const typed: Readonly<Partial<Record<(typeof COLUMNS)[number], string>>> = {
      timeMs: "timeMs",
      symbol: `list_extract([${symbols}], symbol::INTEGER + 1)`,
      ready: "ready = 1",
      positionLots: "positionLots::BIGINT",
      riskLevel: `list_extract([${LEVELS.map(quoted).join(", ")}], riskLevel::INTEGER + 1)`,
      fills: "fills::INTEGER",
      intents: "intents::INTEGER",
      refusals: "refusals::INTEGER",
      orders: "orders::INTEGER",
    };
    const columns = COLUMNS.map((name) => `${typed[name] ?? `CASE WHEN isnan("${name}") THEN NULL ELSE "${name}" END`} AS "${name}"`);
    return `SELECT ${columns.join(", ")} FROM read_parquet([${this.#parts.map(quoted).join(", ")}])`;
  }

  async #writing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const said = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
      if (!/IO Error|No space left|File too large|Permission denied|cannot read the history/i.test(said)) throw error;
      throw new UserError(
        `cannot write ${this.#options.shownAs}: ${said}; free some space or choose a folder on another disk with --out. Nothing was changed there`,
      );
    }
  }
}

const HANDLERS: StepHandlers<DecisionTable> = {
  [Kind.accountState]: (t, item) => {
    t.account(item);
  },
  [Kind.riskState]: (t, item) => {
    t.level(item.level);
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
