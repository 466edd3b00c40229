import type { OperatorFunction } from "rxjs";
import type { StepHandlers } from "../../../operators/stepOperator.ts";
import { stepOperator } from "../../../operators/stepOperator.ts";
import type { AccountState, ApprovedPlan, Pattern, PositionState, Refusal, Regime, RiskState, Signal } from "../../domain/derived.ts";
import type { Instrument } from "../../domain/instrument.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { Bar } from "../../domain/kline.ts";
import { NO_INSTRUMENT } from "../../domain/units.ts";
import { READ_RULES } from "../../risk/readings.ts";
import { PartTable, textOf } from "../../store/output/partTable.ts";
import type { LayerNames } from "../runRecord.ts";
import { AT, COLUMNS, layerColumns, LEVELS, READINGS, typesOf } from "./decisionColumns.ts";
import type { NamedVersion, Speakers } from "./speakers.ts";

const COUNTS = ["fills", "intents", "refusals", "orders"] as const;
type Count = (typeof COUNTS)[number];
/** In the column of the rule that refused. */
const NO_RULE = -1;

interface DecisionTableOptions {
  readonly instruments: readonly Instrument[];
  /** Decision bars that close up to this time only warm up. */
  readonly fromMs: number;
  /** Where the finished file goes, and how messages name it. */
  readonly file: string;
  readonly shownAs: string;
  /** A folder of its own for the parts; gone when the table is closed. */
  readonly partsDir: string;
  /** What L1 and L2 say, by name; null: the run has neither. */
  readonly layers: Pick<LayerNames, "regimeStates" | "embedding"> | null;
  /** Who speaks for each layer: a shipped rule with the program's version, or a user's module with its hash. */
  readonly members: Readonly<Record<string, NamedVersion>>;
  /** Where others than the rules of the layers before L4 may speak: who did, at every bar. */
  readonly speakers?: Speakers | undefined;
}

/** What L1 and L2 said last of an instrument; rows of blocks that stay as they are. */
interface Said {
  regime: Regime | null;
  pattern: Pattern | null;
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
  /** When L4 was asked last, the rows that it was asked about then, and the instrument of a late bar whose row is still to come. */
  readonly #asked = { atMs: NaN, rows: new Set<number>(), late: NO_INSTRUMENT as number };
  #level = 0;
  /** By instrument: the level of causes that hold for it alone. */
  readonly #ownLevel: number[];
  /** By instrument. */
  readonly #said: readonly Said[];
  readonly #states: number;
  readonly #embedding: number;
  /** Where the columns of `speakers` begin. */
  readonly #speakersFrom: number;
  /** Rules that have refused, by the index that stands in their column, and the SQL of it. */
  readonly #rules: string[] = [];
  readonly #typed: Record<string, string>;
  /** By instrument: the first refusal since its last decision. */
  readonly #refused: (Refusal | null)[];

  constructor(options: DecisionTableOptions) {
    const { instruments, layers, members, speakers } = options;
    this.#options = options;
    this.#typed = { ...typesOf(instruments) };
    this.#states = layers?.regimeStates.length ?? 0;
    this.#embedding = layers?.embedding.length ?? 0;
    const fixed = Object.entries(members).filter(([layer]) => speakers === undefined || layer === "position");
    const constants = fixed.flatMap(([layer, { name, version }]) => [
      [`${layer}Member`, name],
      [`${layer}Version`, version],
    ]);
    const columns = [...COLUMNS, ...READINGS, ...layerColumns(layers), ...(speakers?.columns ?? [])];
    this.#speakersFrom = columns.length - (speakers?.columns.length ?? 0);
    this.#table = new PartTable({
      ...options,
      columns,
      typed: this.#typed,
      constants: Object.fromEntries(constants) as Record<string, string>,
    });
    this.#said = instruments.map(() => ({ regime: null, pattern: null }));
    this.#refused = instruments.map(() => null);
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
    if (!state.late && !state.atClose) return;
    this.#asked.atMs = state.knownAtMs;
    this.#asked.rows.clear();
    if (state.late) {
      this.#due.delete(state.instrument);
      this.#asked.late = state.instrument;
      return;
    }
    for (const { row, instrument } of this.#open) {
      this.#holdings(row, instrument, state);
      this.#asked.rows.add(row);
    }
    this.#open.length = 0;
    this.#due.clear();
  }
  level({ instrument, level }: RiskState): void {
    if (instrument === NO_INSTRUMENT) this.#level = LEVELS.indexOf(level);
    else this.#ownLevel[instrument] = LEVELS.indexOf(level);
  }
  regime(regime: Regime): void {
    (this.#said[regime.instrument] as Said).regime = regime;
  }
  pattern(pattern: Pattern): void {
    (this.#said[pattern.instrument] as Said).pattern = pattern;
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
    this.#refusal(at, this.#refused[instrument] ?? null);
    for (let i = 0; i < READINGS.length; i += 1) (this.#table.rows.data[COLUMNS.length + i] as Float64Array)[at] = NaN;
    this.#refused[instrument] = null;
    this.#layers(at, signal);
    this.#speakers(at, signal);
    this.#lastRow[instrument] = at;
    if (this.#asked.late === instrument) {
      this.#asked.late = NO_INSTRUMENT;
      this.#asked.rows.add(at);
    }
  }

  /** The row of the decision that something came of at a time; −1: none. A moment may close later than its bars, and a bar come late. */
  #rowAt(instrument: number, knownAtMs: number): number {
    const row = this.#lastRow[instrument] as number;
    if (row < 0) return -1;
    return this.#table.rows.data[0]?.[row] === knownAtMs || (this.#asked.atMs === knownAtMs && this.#asked.rows.has(row)) ? row : -1;
  }

  /** Counts what came of a decision, in its row; what came before it (fills inside the bar, risk's own exits) waits for the row. */
  count(name: Count, { instrument, knownAtMs }: { readonly instrument: number; readonly knownAtMs: number }): void {
    const pending = this.#pending[instrument];
    if (pending === undefined || knownAtMs <= this.#options.fromMs) return;
    const row = name === "fills" ? -1 : this.#rowAt(instrument, knownAtMs);
    const column = this.#table.rows.data[AT[name]] as Float64Array;
    if (row >= 0) column[row] = (column[row] as number) + 1;
    else pending[name] += 1;
  }

  /** Counts a refusal, and keeps the first of a row with its rule, value and limit. */
  refusal(refusal: Refusal): void {
    const { instrument, knownAtMs } = refusal;
    if (this.#pending[instrument] === undefined || knownAtMs <= this.#options.fromMs) return;
    const row = this.#rowAt(instrument, knownAtMs);
    if (row < 0) this.#refused[instrument] ??= refusal;
    else if (this.#table.rows.data[AT.refusedRule]?.[row] === NO_RULE) this.#refusal(row, refusal);
    this.count("refusals", refusal);
  }

  /** What the rules measured that let an entry pass; the first entry of a row is kept. */
  approved({ instrument, knownAtMs, readings }: ApprovedPlan): void {
    const { data } = this.#table.rows;
    const row = this.#rowAt(instrument, knownAtMs);
    if (readings.length === 0 || row < 0) return;
    const columns = data.slice(COLUMNS.length, COLUMNS.length + READINGS.length);
    if (columns.some((each) => !Number.isNaN(each[row]))) return;
    for (const { rule, value, limit } of readings) {
      const at = 2 * READ_RULES.indexOf(rule as (typeof READ_RULES)[number]);
      (columns[at] as Float64Array)[row] = value;
      (columns[at + 1] as Float64Array)[row] = limit;
    }
  }

  /** Writes a part when there is enough for one; call it between two bursts. */
  async drain(): Promise<void> {
    if (this.#open.length > 0) return;
    if (!(await this.#table.drain())) return;
    this.#lastRow.fill(-1);
    this.#asked.rows.clear();
  }

  close(): Promise<void> {
    this.#typed["refusedRule"] = textOf("refusedRule", this.#rules);
    Object.assign(this.#typed, this.#options.speakers?.types());
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

  #refusal(row: number, refusal: Refusal | null): void {
    if (refusal !== null && !this.#rules.includes(refusal.rule)) this.#rules.push(refusal.rule);
    this.#set(row, "refusedRule", refusal === null ? NO_RULE : this.#rules.indexOf(refusal.rule));
    this.#set(row, "refusedValue", refusal?.value ?? NaN);
    this.#set(row, "refusedLimit", refusal?.limit ?? NaN);
  }

  /** What L1 and L2 said at the bar of a signal; NaN where they did not speak. */
  #layers(row: number, { instrument, knownAtMs }: Signal): void {
    if (this.#states === 0) return;
    const { regime, pattern } = this.#said[instrument] as Said;
    const { data } = this.#table.rows;
    let column = COLUMNS.length + READINGS.length;
    const take = (said: Regime | Pattern | null, width: number, count: number): void => {
      const from = said !== null && said.knownAtMs === knownAtMs ? said : null;
      for (let i = 0; i < count; i++)
        (data[column++] as Float64Array)[row] = from === null ? NaN : (from.values[from.row * width + i] as number);
    };
    take(regime, this.#states, this.#states);
    take(pattern, pattern?.width ?? 0, 2 + this.#embedding);
  }

  #speakers(row: number, signal: Signal): void {
    const { regime, pattern } = this.#said[signal.instrument] as Said;
    const now = <S extends Regime | Pattern>(said: S | null): S | null => (said?.knownAtMs === signal.knownAtMs ? said : null);
    const said = { regime: now(regime), pattern: now(pattern), signal };
    this.#options.speakers?.take(said, this.#table.rows.data, this.#speakersFrom, row);
  }

  #set(row: number, name: (typeof COLUMNS)[number], value: number): void {
    (this.#table.rows.data[AT[name]] as Float64Array)[row] = value;
  }
}

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
  [Kind.regime]: (t, item) => {
    t.regime(item);
  },
  [Kind.pattern]: (t, item) => {
    t.pattern(item);
  },
  [Kind.signal]: (t, item) => {
    t.decision(item);
  },
  [Kind.intent]: (t, item) => {
    t.count("intents", item);
  },
  [Kind.refusal]: (t, item) => {
    t.refusal(item);
  },
  [Kind.approvedPlan]: (t, item) => {
    t.approved(item);
  },
  [Kind.orderSent]: (t, item) => {
    t.count("orders", item);
  },
};

/** Puts the table at the end of a line. */
export const tableDecisions = (table: DecisionTable): OperatorFunction<Item, Item> => stepOperator("decisionTable", () => table, HANDLERS);
