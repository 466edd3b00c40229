import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../domain/units.ts";
import type { TrialResult, TrialTask } from "./trial.ts";
import type { FromTrial, ToTrial } from "./trialProcess.ts";

/** The loader that `bin/riposte.mjs` uses: a trial's process must load users' TypeScript as this one does. */
const LOADER = new URL("../../../bin/loader.mjs", import.meta.url).href;
const PROGRAM = fileURLToPath(new URL("trialProcess.ts", import.meta.url));

interface TrialPoolOptions {
  /** Processes at most. */
  readonly processes: number;
  readonly signal: AbortSignal;
  /** A trial is finished: called in the order in which they end. */
  readonly done: (index: number, result: TrialResult) => void;
  /** How messages name a trial that failed: `stopFraction=0.004`. */
  readonly nameOf: (index: number) => string;
  /** Bars that all trials have replayed. */
  readonly progress: (bars: number) => void;
}

/** One process of the pool, and the trial it is at. */
interface Seat {
  readonly child: ChildProcess;
  index: number;
  bars: number;
}

/**
 * Runs trials in processes of their own, as many at a time as there are processes. Resolves when all are done, or after the signal when
 * the running ones have ended; rejects with the first failure, the others being stopped. No process outlives it.
 */
export const runTrials = (tasks: readonly TrialTask[], options: TrialPoolOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    if (tasks.length === 0 || options.signal.aborted) {
      resolve();
      return;
    }
    const pool = new TrialPool(tasks, options, (error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
    pool.start();
  });

class TrialPool {
  readonly #tasks: readonly TrialTask[];
  readonly #options: TrialPoolOptions;
  readonly #ended: (error: Error | undefined) => void;
  readonly #seats = new Set<Seat>();
  #next = 0;
  #barsDone = 0;
  #stopping = false;
  #error: Error | undefined;
  readonly #onAbort = (): void => {
    this.#stop();
  };
  /** At a second Ctrl-C: a module that does not come back would go on without us. */
  readonly #onExit = (): void => {
    for (const { child } of this.#seats) child.kill("SIGKILL");
  };

  constructor(tasks: readonly TrialTask[], options: TrialPoolOptions, ended: (error: Error | undefined) => void) {
    this.#tasks = tasks;
    this.#options = options;
    this.#ended = ended;
  }

  start(): void {
    this.#options.signal.addEventListener("abort", this.#onAbort, { once: true });
    process.on("exit", this.#onExit);
    for (let i = 0; i < Math.min(this.#options.processes, this.#tasks.length); i += 1) this.#open();
  }

  #open(): void {
    // No other flags of this process: a debugger's port, say, can be had once only.
    const child = fork(PROGRAM, [], {
      execArgv: ["--import", LOADER],
      serialization: "advanced",
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const seat: Seat = { child, index: -1, bars: 0 };
    this.#seats.add(seat);
    child.on("message", (message: FromTrial) => {
      this.#hear(seat, message);
    });
    child.on("error", (error) => {
      this.#fail(error);
    });
    child.on("exit", (code, signal) => {
      this.#seats.delete(seat);
      // Ctrl-C before the process could say that it waits for its parent's word.
      const interrupted = this.#stopping || signal === "SIGINT";
      if (!interrupted && seat.index >= 0) this.#fail(new UserError(diedText(this.#options.nameOf(seat.index), signal ?? `exit ${code}`)));
      if (this.#seats.size > 0) return;
      this.#options.signal.removeEventListener("abort", this.#onAbort);
      process.off("exit", this.#onExit);
      this.#ended(this.#error);
    });
    this.#give(seat);
  }

  /** The next trial, or the end. */
  #give(seat: Seat): void {
    const task = this.#stopping ? undefined : this.#tasks[this.#next];
    if (task === undefined) {
      seat.index = -1;
      tell(seat.child, { kind: "stop" });
      return;
    }
    seat.index = this.#next;
    this.#next += 1;
    tell(seat.child, { kind: "run", task });
  }

  #hear(seat: Seat, message: FromTrial): void {
    if (message.kind === "progress") seat.bars = message.bars;
    else if (message.kind === "failed") {
      const error = message.user ? new UserError(`${this.#options.nameOf(seat.index)}: ${message.message}`) : new Error(message.message);
      if (!message.user) error.stack = message.stack;
      this.#fail(error);
    } else if (message.kind === "done") this.#take(seat, message.result);
    if (message.kind !== "progress") this.#give(seat);
    this.#options.progress([...this.#seats].reduce((sum, { bars }) => sum + bars, this.#barsDone));
  }

  #take(seat: Seat, result: TrialResult): void {
    seat.bars = 0;
    this.#barsDone += result.summary.bars;
    try {
      this.#options.done(seat.index, result);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#stop();
  }

  #stop(): void {
    this.#stopping = true;
    for (const { child } of this.#seats) tell(child, { kind: "stop" });
  }
}

const tell = (child: ChildProcess, message: ToTrial): void => {
  // A process that has ended reports that by its exit; nothing can be sent to it.
  if (child.connected) child.send(message, () => undefined);
};

const diedText = (name: string, how: string): string =>
  `${name}: its process ended unexpectedly (${how}); with too little memory use fewer at once: --jobs 1`;
