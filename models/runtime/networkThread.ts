import { Worker } from "node:worker_threads";
import type { NetworkShape, Slots } from "./slots.ts";
import { BLOCK_ROWS, slotsOf, ThreadState, Word } from "./slots.ts";

/** How a call ended: `starting` and `late` when its time was over. */
export type ThreadOutcome = "ok" | "starting" | "late" | "crashed";

/** Taken before a user's module can be guarded. */
const nowMs = performance.now.bind(performance);
const SCRIPT = new URL("./networkThread.cjs", import.meta.url);

/**
 * One thread with one session of a network. The caller writes rows into shared memory and waits, at most as long as it says; the thread
 * copies them into memory of its own, runs them in blocks and answers with the request's number, so an answer that nobody waits for any
 * more is not taken for another's. The thread does not keep the process alive. Errors come through the shared memory too, because a caller
 * that waits sees no event of a worker.
 */
export class NetworkThread {
  readonly startedAtMs = nowMs();
  private readonly shape: NetworkShape;
  private readonly slots: Slots;
  private readonly worker: Worker;
  private request = 0;
  private ended = false;

  /** `model`: an ONNX file. `library`: path of onnxruntime-node, which is loaded in the thread. */
  constructor(model: Uint8Array, shape: NetworkShape, library: string) {
    this.shape = shape;
    this.slots = slotsOf(shape);
    const { control, message, input, output } = this.slots;
    const shared = { control, message, input, output, shape, blockRows: BLOCK_ROWS, word: Word, state: ThreadState };
    // No flags of the process: the thread would load the TypeScript loader for nothing.
    this.worker = new Worker(SCRIPT, { execArgv: [], workerData: { ...shared, model, library } });
    this.worker.unref();
    const over = (): void => {
      this.ended = true;
    };
    this.worker.on("error", over);
    this.worker.on("exit", over);
  }

  /** What the thread said when it failed; "" where it said nothing. */
  get message(): string {
    const { control, message } = this.slots;
    return new TextDecoder().decode(message.slice(0, Atomics.load(control, Word.messageBytes)));
  }

  /** Fills `out`, `[rows, outputs]`, with the raw scores of `input`, `[rows, window, width]`, each rounded to float32, within `waitMs`. */
  run(input: Float64Array, rows: number, out: Float64Array, waitMs: number): ThreadOutcome {
    const untilMs = nowMs() + waitMs;
    const { rowsMax } = this.slots;
    const [size, { outputs }] = [input.length / rows, this.shape];
    const started = this.wait(untilMs, () => this.state !== ThreadState.starting);
    if (this.state === ThreadState.over || this.ended) return "crashed";
    if (!started) return "starting";
    for (let row = 0; row < rows; row += rowsMax) {
      const part = Math.min(rowsMax, rows - row);
      const outcome = this.ask(input.subarray(row * size, (row + part) * size), part, untilMs);
      if (outcome !== "ok") return outcome;
      out.set(this.slots.output.subarray(0, part * outputs), row * outputs);
    }
    return "ok";
  }

  /** Ends the thread and its session. */
  async close(): Promise<void> {
    this.ended = true;
    await this.worker.terminate();
  }

  private get state(): number {
    return Atomics.load(this.slots.control, Word.state);
  }

  private ask(input: Float64Array, rows: number, untilMs: number): ThreadOutcome {
    const { control } = this.slots;
    this.slots.input.set(input);
    this.request += 1;
    Atomics.store(control, Word.rows, rows);
    Atomics.store(control, Word.request, this.request);
    Atomics.notify(control, Word.request);
    const isAnswered = (): boolean => Atomics.load(control, Word.answer) === this.request;
    const came = this.wait(untilMs, () => isAnswered() || this.state === ThreadState.over);
    if (isAnswered()) return Atomics.load(control, Word.failed) === 0 ? "ok" : "crashed";
    return came ? "crashed" : "late";
  }

  /** Waits until something holds; false: the time is over. */
  private wait(untilMs: number, holds: () => boolean): boolean {
    const { control } = this.slots;
    for (;;) {
      const news = Atomics.load(control, Word.news);
      if (holds()) return true;
      const leftMs = untilMs - nowMs();
      if (leftMs <= 0) return false;
      Atomics.wait(control, Word.news, news, leftMs);
    }
  }
}
