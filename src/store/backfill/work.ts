import type { Event } from "../../domain/event.ts";
import type { Stated } from "../store.ts";
import { LearnedRules } from "../rules/learnedRules.ts";
import { intervalMsOf } from "../table/interval.ts";
import type { Landed, LandedFiles } from "./landedFiles.ts";
import type { BackfillOptions } from "./options.ts";
import { emptyReport } from "./report.ts";

/** What the parts of one backfill share: the store behind one gate, what has been found, how far it is. */
export class Work {
  readonly report = emptyReport();
  readonly options: BackfillOptions;
  readonly intervalMs: number;
  readonly landed: LandedFiles;
  readonly rules: LearnedRules;
  /** The store refused a write. No symbol caused it, and the writes of the others would fail too. */
  storeFailed = false;
  /** The exchange answers nothing to this address: it is not asked again. */
  addressRefused = false;
  #filesDone = 0;
  #filesTotal = 0;
  readonly #startedMs = performance.now();

  constructor(options: BackfillOptions, landed: LandedFiles) {
    this.options = options;
    this.intervalMs = intervalMsOf(options.interval);
    this.landed = landed;
    const { store, rulesOf } = options;
    this.rules = new LearnedRules({
      rules: (symbol, market) => store.rules(symbol, market),
      write: (symbol, market, events) => this.#storing(() => store.write(symbol, market, events)),
      rulesOf: async (symbol, market) => (market === "um" ? rulesOf?.(symbol) : undefined),
    });
  }

  async write(symbol: string, market: string, events: readonly Event[], stated: readonly Stated[] = []): Promise<void> {
    await this.rules.check(symbol, market, events);
    await this.#storing(() => this.options.store.write(symbol, market, events, stated));
  }

  async record(changes: Iterable<readonly [path: string, landed: Landed | undefined]>): Promise<void> {
    await this.#storing(() => this.landed.change(changes));
  }

  async #storing(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.storeFailed = true;
      throw error;
    }
  }

  /** Files that are to be asked for, besides those before. */
  expect(files: number): void {
    this.#filesTotal += files;
  }

  done(label: string): void {
    this.#filesDone += 1;
    this.progress(label);
  }

  progress(label: string): void {
    const { onProgress } = this.options;
    if (onProgress === undefined) return;
    const share = this.#filesDone / this.#filesTotal;
    const etaMs = share > 0 ? ((performance.now() - this.#startedMs) * (1 - share)) / share : NaN;
    const { bytes, rows } = this.report;
    onProgress({ label, filesDone: this.#filesDone, filesTotal: this.#filesTotal, bytes, rows, etaMs });
  }
}
