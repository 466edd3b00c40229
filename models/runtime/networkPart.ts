import type { InferenceOutcome } from "../windowMember.ts";
import { NetworkThread } from "./networkThread.ts";
import type { ThreadOutcome } from "./networkThread.ts";
import { onnxLibrary } from "./onnxLibrary.ts";
import type { NetworkShape } from "./slots.ts";

export interface NetworkOptions {
  /** Longest wait of one call; without a deadline, as in a backtest, what would otherwise hang is late. */
  readonly waitMs?: number;
  /** Longest time that a thread may take to start. */
  readonly startMs?: number;
  /** Path of what stands in for onnxruntime-node in tests. */
  readonly library?: string;
}

const WAIT_MS = 30_000;
const START_MS = 30_000;
/** Late answers in a row after which the thread is replaced: it may hang. */
const LATE_MAX = 3;
/** Crashes in a row, late answers of a thread that replaced one counted, after which no thread is started any more. */
const CRASHES_MAX = 3;

/**
 * A network as a part of a trained member: raw scores, `[rows, outputs]`, of `[rows, window · width]`. Its thread starts with the first
 * call and is replaced when it crashes or hangs. The scores of a row do not depend on the rows beside it: every run has 8 rows.
 */
export class NetworkPart {
  readonly outputs: number;
  private readonly model: Uint8Array;
  private readonly shape: NetworkShape;
  private readonly options: NetworkOptions;
  private readonly library: string;
  private thread: NetworkThread | null = null;
  private late = 0;
  private crashes = 0;
  private said = "";
  /** The last `said` of all calls. */
  private worst = "";
  /** A thread was replaced because it hung, and none has answered since. */
  private hung = false;

  /** Throws a `UserError` where onnxruntime-node is not installed: before a run, not in it. */
  constructor(model: Uint8Array, shape: NetworkShape, options: NetworkOptions = {}) {
    this.library = options.library ?? onnxLibrary();
    this.outputs = shape.outputs;
    this.model = model;
    this.shape = shape;
    this.options = options;
  }

  /** Why the last call has no answer; "" where it has. */
  get problem(): string {
    return this.said;
  }

  /** What went wrong, for a person; "" where nothing did. */
  get trouble(): string {
    return this.crashes >= CRASHES_MAX ? `${this.worst}; it is not asked any more` : this.worst;
  }

  scores(input: Float64Array, rows: number, out: Float64Array): InferenceOutcome {
    if (rows === 0) return "ok";
    if (this.crashes >= CRASHES_MAX) return "crashed";
    const { waitMs = WAIT_MS } = this.options;
    this.thread ??= new NetworkThread(this.model, this.shape, this.library);
    return this.took(this.thread, this.thread.run(input, rows, out, waitMs), waitMs);
  }

  /** Ends the thread; a later call starts another. */
  async close(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    await thread?.close();
  }

  private took(thread: NetworkThread, outcome: ThreadOutcome, waitMs: number): InferenceOutcome {
    if (outcome === "ok") {
      this.late = 0;
      this.crashes = 0;
      this.hung = false;
      this.said = "";
      return outcome;
    }
    if (outcome === "crashed") {
      this.crashes += 1;
      this.said = this.worst = thread.message || "its thread ended";
      this.replace(thread);
      return outcome;
    }
    const { startMs = START_MS } = this.options;
    this.late += outcome === "late" ? 1 : 0;
    this.said = this.worst = outcome === "late" ? `no answer within ${waitMs} ms` : "its thread has not started";
    const neverStarts = outcome === "starting" && performance.now() - thread.startedAtMs >= startMs;
    if (neverStarts || (this.hung && outcome === "late")) this.crashes += 1;
    if (neverStarts || this.late >= LATE_MAX || this.crashes >= CRASHES_MAX) {
      this.hung = true;
      this.replace(thread);
    }
    return "late";
  }

  /** The next call starts another thread. */
  private replace(thread: NetworkThread): void {
    this.thread = null;
    this.late = 0;
    thread.close().catch((error: unknown) => {
      this.said = String(error);
    });
  }
}
