import { basename } from "node:path";
import { UserError } from "../../../domain/units.ts";
import type { Duck } from "../../duck/duck.ts";
import type { TableFiles } from "../../duck/scanSql.ts";
import { firstUnreadable } from "../../duck/readFailure.ts";
import type { FileFacts } from "../../hashing/fileList.ts";
import type { Known } from "../../reading/holdings.ts";
import type { Columns } from "../../table/columns.ts";
import { periodBounds } from "../../table/period.ts";
import type { Table } from "../../table/tables.ts";
import type { Series } from "../layout.ts";
import { periodIn, seriesFolder } from "../layout.ts";
import { fileRemedy } from "./remedy.ts";
import type { CheckedFile, StoredFile, StoredFiles } from "./storedFiles.ts";

/** A file of a series, and the period that it is of (end exclusive). */
export interface PeriodFile extends StoredFile {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Files that are read in one query: few at first, so that the first rows come soon, then as many as keep the hashing ahead of the reading. */
const GROUPS = [1, 8, 64] as const;

/** The files of one series: their facts, and their rows out of bytes that were checked. */
export class SeriesFiles {
  readonly folder: string;
  readonly table: Table;
  readonly #files: StoredFiles;
  readonly #duck: Duck;
  readonly #series: Series;

  constructor(files: StoredFiles, duck: Duck, series: Series) {
    this.folder = seriesFolder(series);
    this.table = series.table;
    this.#files = files;
    this.#duck = duck;
    this.#series = series;
  }

  /** Those whose period meets `[fromMs, toMs)`, ascending, whether they are there or only listed. */
  async held(fromMs = -Infinity, toMs = Infinity): Promise<readonly PeriodFile[]> {
    const held = await this.#files.held(this.folder, (name) => periodIn(name) !== undefined);
    return held
      .map((file) => ({ ...file, ...periodBounds(periodIn(file.name) as string) }))
      .filter((file) => file.fromMs < toMs && file.toMs > fromMs);
  }

  /** By name, what each file holds: its list's word, and where that has none its footer's. Only files of rows have facts. */
  async facts(held: readonly PeriodFile[]): Promise<ReadonlyMap<string, FileFacts>> {
    const facts = new Map<string, FileFacts>();
    for (const { name, listed } of held) if (listed.facts !== undefined) facts.set(name, listed.facts);
    const older = held.filter(({ name }) => !facts.has(name));
    for (const [name, found] of await this.#footers((await this.check(older)).map(({ name }) => name))) facts.set(name, found);
    return facts;
  }

  /** Facts from the footers of files, by name. Rows outside the period of a file's name are an error. */
  async #footers(files: readonly string[]): Promise<ReadonlyMap<string, FileFacts>> {
    const facts = new Map<string, FileFacts>();
    for (const [path, found] of await this.#duck.facts(this.#tableFiles(files))) {
      const name = basename(path);
      const { fromMs, toMs } = periodBounds(periodIn(name) as string);
      if (found.firstMs < fromMs || found.lastMs >= toMs)
        throw new UserError(
          `the history file ${this.#files.shown(this.folder, name)} holds rows of another time than its name says; ${this.remedyOf(name)}`,
        );
      facts.set(name, found);
    }
    return facts;
  }

  /** Lower bounds of the rows in `[fromMs, toMs)` and of the last one's time, from the facts of the files. */
  async known(fromMs: number, toMs: number): Promise<Known> {
    let known: Known = { rows: 0, lastMs: -Infinity };
    for (const { rows, firstMs, lastMs } of (await this.facts(await this.held(fromMs, toMs))).values()) {
      const inside = lastMs < toMs ? lastMs : firstMs;
      const whole = firstMs >= fromMs && lastMs < toMs;
      if (inside >= fromMs && inside < toMs) known = { rows: known.rows + (whole ? rows : 0), lastMs: Math.max(known.lastMs, inside) };
    }
    return known;
  }

  /** Rows in `[fromMs, toMs)`; a file that is gone has none. */
  async count(fromMs: number, toMs: number): Promise<number> {
    const held = (await this.held(fromMs, toMs)).filter(({ there }) => there);
    const facts = await this.facts(held);
    const isWhole = ({ name }: PeriodFile): boolean => {
      const { firstMs, lastMs } = facts.get(name) ?? { firstMs: fromMs, lastMs: fromMs };
      return firstMs >= fromMs && lastMs < toMs;
    };
    const rows = held.filter(isWhole).reduce((sum, { name }) => sum + (facts.get(name)?.rows ?? 0), 0);
    const cut = await this.checked(held.filter((file) => !isWhole(file)));
    return cut.files.length === 0 ? rows : rows + (await this.#duck.count({ ...cut, fromMs, toMs }));
  }

  /** Facts of a file, from reading every row. A file that cannot be read, or has rows of another period than its name, is a `UserError`. */
  async readWhole(name: string): Promise<FileFacts | undefined> {
    const unreadable = await firstUnreadable(this.#duck, this.#tableFiles([name]));
    if (unreadable !== undefined) throw unreadable;
    return (await this.#footers([name])).get(name);
  }

  /** Those that meet `[fromMs, toMs)` and are gone, have other bytes than were written or, without a hash, are not what their name says. */
  async damaged(fromMs: number, toMs: number): Promise<readonly PeriodFile[]> {
    const damaged: PeriodFile[] = [];
    for (const file of await this.held(fromMs, toMs))
      try {
        await this.check([file]);
        if (file.listed.sha256 === null) await this.readWhole(file.name);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        damaged.push(file);
      }
    return damaged;
  }

  /** Rows with `fromMs <= time < toMs`, group of files by group: one is read when its bytes are found right, while the next is hashed. */
  async *scan(fromMs: number, toMs: number): AsyncGenerator<Columns, void, undefined> {
    const groups = grouped(await this.held(fromMs, toMs));
    const check = (at: number): Promise<readonly CheckedFile[]> => {
      const checked = this.check(groups[at] ?? []);
      checked.catch(() => undefined); // thrown where it is awaited
      return checked;
    };
    let next = check(0);
    for (const at of groups.keys()) {
      const checked = await next;
      next = check(at + 1);
      yield* this.#duck.stream({ ...this.#tableFiles(checked.map(({ name }) => name)), fromMs, toMs });
      // A file that a writer has replaced meanwhile was read as it was, or as it is: both must be whole.
      for (const file of checked) if (await this.#files.replaced(this.folder, file)) await this.check(groups[at] as readonly PeriodFile[]);
    }
  }

  /** Compares the bytes of files with their hashes; the first that is damaged or gone is a `UserError` with its remedy. */
  async check(held: readonly PeriodFile[]): Promise<readonly CheckedFile[]> {
    return Promise.all(held.map((file) => this.#files.check(this.folder, file.name, this.remedyOf(file.name))));
  }

  /** The same, for a query of one's own. */
  async checked(held: readonly PeriodFile[]): Promise<TableFiles> {
    return this.#tableFiles((await this.check(held)).map(({ name }) => name));
  }

  #tableFiles(files: readonly string[]): TableFiles {
    const paths = files.map((name) => this.#files.path(this.folder, name));
    return { table: this.#series.table, files: paths, remedyOf: (path) => this.remedyOf(basename(path)) };
  }

  /** What brings a file anew, as the end of a message. */
  remedyOf(name: string): string {
    return fileRemedy(this.#series, periodIn(name) as string, this.#files.options);
  }
}

const grouped = (held: readonly PeriodFile[]): readonly (readonly PeriodFile[])[] => {
  const groups: (readonly PeriodFile[])[] = [];
  for (let from = 0; from < held.length;) {
    const size = GROUPS[Math.min(groups.length, GROUPS.length - 1)] as number;
    groups.push(held.slice(from, from + size));
    from += size;
  }
  return groups;
};
