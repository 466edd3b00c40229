import { constants, copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { InvariantError, UserError } from "../../domain/units.ts";
import { thisProcess } from "../../store/liveProcess.ts";
import { writing } from "../../store/output/outputError.ts";
import type { OwnFiles } from "./ownFiles.ts";
import { requireOwnFiles } from "./ownFiles.ts";
import type { Staging } from "./staging.ts";
import { openStaging } from "./staging.ts";
import type { RunFile } from "./runFile.ts";
import { RUN_FILE, RUN_LAYOUT, runFileText } from "./runFile.ts";
import { runId } from "./runId.ts";
import type { RunShelf } from "./runShelf.ts";
import type { KeepOptions } from "./trash.ts";
import { removeOld } from "./trash.ts";

/** Runs of one name and config that may begin in one second. */
const SAME_SECOND_MAX = 10_000;

/** What is known of a run before it begins. */
export type RunStart = Pick<RunFile, "name" | "kind" | "command" | "symbols" | "from" | "to" | "data" | "config"> & {
  readonly configSha256: string;
  readonly modules: Readonly<Record<string, string>>;
  readonly models?: RunFile["hashes"]["models"];
  readonly inSample?: boolean;
  readonly swept?: RunFile["swept"];
};

/** What is known of it at its end. */
export type RunEnd = Pick<RunFile, "status" | "problem" | "code" | "from" | "to" | "figures"> & {
  readonly dataSha256: string;
  readonly decisionsSha256: string | null;
};

export interface KeptRunOptions {
  readonly shelf: RunShelf;
  readonly keep: KeepOptions;
  /** The folder in which the files of the newest run are found, and the folder that was asked for; null: none was. */
  readonly newest: string;
  readonly out: string | null;
  /** Files that a run of this kind may leave: what of them is there must be the program's own. */
  readonly own: OwnFiles;
  /** Those of an earlier run that go when they are not written anew. */
  readonly earlier: readonly string[];
  readonly nowMs: () => number;
  readonly log: (line: string) => void;
}

/**
 * A run that is being kept. Its folder in the shelf is there from the beginning, with `run.json` alone; its files grow in a staging
 * folder and come when all are whole, into that folder and as a copy into the one of the newest, or into the folder of `--out`.
 */
export class KeptRun {
  /** Where the run's files grow. */
  readonly staging: Staging;
  readonly #copy: Staging | null;
  readonly #options: KeptRunOptions;
  #run: RunFile;
  /** False: the shelf cannot be written, which a run with `--out` does without. */
  #shelved = true;
  #ended = false;

  /** Throws a `UserError` where the files could not be written, so that a run fails before the replay and not after. */
  constructor(start: RunStart, options: KeptRunOptions) {
    const { shelf, newest, own, earlier } = options;
    this.#options = options;
    const out = options.out === null || resolve(options.out) === resolve(newest) ? null : options.out;
    const asked = out === null ? null : openStaging(out, earlier);
    try {
      if (out !== null) requireOwnFiles(out, own);
      this.#run = this.#begun(start, out === null ? null : shelf.placeOf(out));
    } catch (error) {
      asked?.discard();
      throw error;
    }
    this.staging = asked ?? this.#orForget(() => openStaging(shelf.folderOf(this.#run.id), []));
    this.#copy = asked === null ? this.#orForget(() => this.#openCopy()) : null;
  }

  get id(): string {
    return this.#run.id;
  }

  /** Whether the shelf has it: with `--out`, a shelf that cannot be written is no obstacle. */
  get registered(): boolean {
    return this.#shelved;
  }

  /** Path for a file that is not kept with the run, only with the newest one, because it is large and can be made again. */
  besides(name: string): string {
    return (this.#copy ?? this.staging).file(name);
  }

  /** Brings the files, and `run.json` with what the run came to; then the oldest runs go. Throws a `UserError` where files could not come. */
  async finish(end: RunEnd): Promise<void> {
    const { shelf } = this.#options;
    if (this.#copy !== null) copyFiles(this.staging, this.#copy);
    if (this.#shelved) await shelf.locked(() => this.#bring(end));
    else this.#bring(end);
  }

  #bring(end: RunEnd): void {
    const { shelf, keep, log } = this.#options;
    const run = this.#endedRun(end);
    writeRunFile(this.#copy ?? this.staging, run);
    this.staging.commit();
    this.#ended = true;
    try {
      if (this.#shelved) shelf.replace(run);
      this.#copy?.commit();
      if (this.#shelved) removeOld(shelf, keep);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      if (this.#copy === null) log(`NOTE how run ${this.id} ended could not be registered: ${error.message}`);
      else throw new UserError(`${error.message}; the run itself is kept in ${shelf.folderOf(this.id)}`);
    }
  }

  /** Removes what is unfinished, and says in `run.json` why. Harmless after `finish`. */
  async abandon(status: "failed" | "cancelled", problem: string): Promise<void> {
    this.staging.discard();
    this.#copy?.discard();
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#shelved) return;
    const { from, to, code, figures } = this.#run;
    const { shelf, keep, log } = this.#options;
    try {
      await shelf.locked(() => {
        shelf.replace(this.#endedRun({ status, problem, from, to, code, figures, dataSha256: null, decisionsSha256: null }));
        removeOld(shelf, keep);
      });
    } catch (error) {
      // What ended the run is what the user must hear first; without its process the run counts as failed anyway.
      if (!(error instanceof UserError)) throw error;
      log(`NOTE how run ${this.id} ended could not be kept: ${error.message}`);
    }
  }

  /** The folder of the run in the shelf. */
  #begun(start: RunStart, folder: string | null): RunFile {
    const { shelf, nowMs, log } = this.#options;
    const startedMs = nowMs();
    const { configSha256, modules, models = {}, inSample = false, swept, config, ...facts } = start;
    for (let again = 1; again <= SAME_SECOND_MAX; again += 1) {
      const run: RunFile = {
        layout: RUN_LAYOUT,
        id: runId(startedMs, facts.name, configSha256, again),
        name: facts.name,
        kind: facts.kind,
        status: "running",
        problem: null,
        note: "",
        pinned: false,
        startedAt: new Date(startedMs).toISOString(),
        endedAt: null,
        process: thisProcess(),
        folder,
        command: facts.command,
        symbols: facts.symbols,
        from: facts.from,
        to: facts.to,
        data: facts.data,
        code: null,
        hashes: { config: configSha256, data: null, decisions: null, modules, ...(Object.keys(models).length === 0 ? {} : { models }) },
        figures: {},
        ...(inSample ? { inSample } : {}),
        ...(swept === undefined ? {} : { swept }),
        config,
      };
      try {
        if (shelf.add(run)) return run;
      } catch (error) {
        if (folder === null || !(error instanceof UserError)) throw error;
        log(`NOTE the run is not registered: ${error.message}`);
        this.#shelved = false;
        return { ...run, folder: null };
      }
    }
    throw new InvariantError(`${SAME_SECOND_MAX} runs ${facts.name} began in one second`);
  }

  #openCopy(): Staging {
    const { newest, own, earlier } = this.#options;
    const copy = openStaging(newest, earlier);
    try {
      requireOwnFiles(newest, own);
      return copy;
    } catch (error) {
      copy.discard();
      throw error;
    }
  }

  /** A run whose files cannot be written has not begun: it leaves no trace. */
  #orForget(open: () => Staging): Staging {
    try {
      return open();
    } catch (error) {
      (this.staging as Staging | undefined)?.discard();
      this.#options.shelf.forget(this.#run.id);
      throw error;
    }
  }

  /** With the note and the pin that it has been given meanwhile. */
  #endedRun(end: Omit<RunEnd, "dataSha256"> & { readonly dataSha256: string | null }): RunFile {
    const { dataSha256, decisionsSha256, ...rest } = end;
    const now = this.#shelved ? (this.#options.shelf.get(this.id)?.run ?? this.#run) : this.#run;
    const { note, pinned } = now;
    const hashes = { ...this.#run.hashes, data: dataSha256, decisions: decisionsSha256 };
    return { ...this.#run, note, pinned, ...rest, hashes, process: null, endedAt: new Date(this.#options.nowMs()).toISOString() };
  }
}

const writeRunFile = (staging: Staging, run: RunFile): void => {
  writing(join(staging.outDir, RUN_FILE), () => {
    writeFileSync(staging.file(RUN_FILE), runFileText({ ...run, folder: null }));
  });
};

/** Copies what is staged, by sharing its blocks where the file system can. */
const copyFiles = (from: Staging, to: Staging): void => {
  for (const name of readdirSync(from.dir).filter((each) => !each.startsWith(".")))
    writing(join(to.outDir, name), () => {
      copyFileSync(from.file(name), to.file(name), constants.COPYFILE_FICLONE);
    });
};
