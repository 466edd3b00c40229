import { createHash } from "node:crypto";
import { Worker } from "node:worker_threads";
import { InvariantError } from "../domain/units.ts";

/** Below this much data a worker costs more than it saves. */
const WORKER_FROM_BYTES = 4 << 20;
const DIGEST_TIMEOUT_MS = 30_000;
const DIGEST_BYTES = 32;

/**
 * SHA-256 of a long stream whose hashing would cost the line a third of its time: beyond the first 4 MiB the blocks go to
 * a worker thread. `digest` waits for it synchronously, so that to its callers this is an ordinary hash.
 */
export class BackgroundSha256 {
  #pending: Uint8Array<ArrayBuffer>[] = [];
  #pendingBytes = 0;
  #worker: Worker | null = null;

  /** Takes ownership of `bytes`: the caller must not touch them again. */
  update(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#worker === null) {
      this.#pending.push(bytes);
      this.#pendingBytes += bytes.length;
      if (this.#pendingBytes < WORKER_FROM_BYTES) return;
      this.#worker = startWorker();
      for (const earlier of this.#pending) send(this.#worker, earlier);
      this.#pending = [];
      return;
    }
    send(this.#worker, bytes);
  }

  /** Hex digest of everything so far; more may follow. */
  digest(): string {
    if (this.#worker === null) {
      const hash = createHash("sha256");
      for (const bytes of this.#pending) hash.update(bytes);
      return hash.digest("hex");
    }
    const result = new SharedArrayBuffer(4 + DIGEST_BYTES);
    this.#worker.postMessage({ result });
    if (Atomics.wait(new Int32Array(result, 0, 1), 0, 0, DIGEST_TIMEOUT_MS) === "timed-out") {
      throw new InvariantError("the hashing worker does not answer");
    }
    return Buffer.from(new Uint8Array(result, 4)).toString("hex");
  }
}

const startWorker = (): Worker => {
  const worker = new Worker(new URL("./sha256Worker.mjs", import.meta.url), { execArgv: [], env: {} });
  worker.unref();
  return worker;
};

const send = (worker: Worker, bytes: Uint8Array<ArrayBuffer>): void => {
  worker.postMessage({ bytes }, [bytes.buffer]);
};
