import { createHash } from "node:crypto";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { InvariantError } from "../domain/units.ts";

/** Below this much data a worker costs more than it saves. */
const WORKER_FROM_BYTES = 4 << 20;
const WORKER_TIMEOUT_MS = 30_000;
const DIGEST_BYTES = 32;
/** Buffers on their way; beyond this the line waits for the worker, so that memory does not grow with the run. */
const IN_FLIGHT_MAX = 8;

/** Nobody writes here: waiting on it is a nap of at most the time given. */
const NAP = new Int32Array(new SharedArrayBuffer(4));

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * SHA-256 of a long stream whose hashing would cost the line a third of its time: beyond the first 4 MiB the blocks go to
 * a worker thread. `digest` waits for it synchronously, so that to its callers this is an ordinary hash.
 */
export class BackgroundSha256 {
  #pending: { readonly bytes: Bytes; readonly length: number }[] = [];
  #pendingBytes = 0;
  #port: MessagePort | null = null;
  #inFlight = 0;

  /**
   * Hashes the first `length` bytes of `full`, which the caller must not touch again, and returns a buffer of the same
   * size to go on with: one that the worker is done with, or a new one.
   */
  exchange(full: Bytes, length: number): Bytes {
    const size = full.length;
    if (this.#port !== null) {
      send(this.#port, full, length);
      this.#inFlight += 1;
      return this.#returned() ?? new Uint8Array(size);
    }
    this.#pending.push({ bytes: full, length });
    this.#pendingBytes += length;
    if (this.#pendingBytes >= WORKER_FROM_BYTES) {
      this.#port = startWorker();
      for (const earlier of this.#pending) send(this.#port, earlier.bytes, earlier.length);
      this.#inFlight = this.#pending.length;
      this.#pending = [];
    }
    return new Uint8Array(size);
  }

  /** A buffer that came back; waits for one only when too many are on their way. */
  #returned(): Bytes | undefined {
    const deadlineMs = performance.now() + WORKER_TIMEOUT_MS;
    for (;;) {
      const returned = receiveMessageOnPort(this.#port as MessagePort) as { readonly message: Bytes } | undefined;
      if (returned !== undefined) this.#inFlight -= 1;
      if (returned !== undefined || this.#inFlight < IN_FLIGHT_MAX) return returned?.message;
      if (performance.now() > deadlineMs) throw new InvariantError("the hashing worker does not answer");
      Atomics.wait(NAP, 0, 0, 1);
    }
  }

  /** Hex digest of everything so far; more may follow. */
  digest(): string {
    if (this.#port === null) {
      const hash = createHash("sha256");
      for (const { bytes, length } of this.#pending) hash.update(bytes.subarray(0, length));
      return hash.digest("hex");
    }
    const result = new SharedArrayBuffer(4 + DIGEST_BYTES);
    this.#port.postMessage({ result });
    if (Atomics.wait(new Int32Array(result, 0, 1), 0, 0, WORKER_TIMEOUT_MS) === "timed-out") {
      throw new InvariantError("the hashing worker does not answer");
    }
    return Buffer.from(new Uint8Array(result, 4)).toString("hex");
  }
}

const startWorker = (): MessagePort => {
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(new URL("./sha256Worker.mjs", import.meta.url), {
    execArgv: [],
    env: {},
    workerData: { port: port2 },
    transferList: [port2],
  });
  worker.unref();
  port1.unref();
  return port1;
};

const send = (port: MessagePort, bytes: Bytes, length: number): void => {
  port.postMessage({ bytes, length }, [bytes.buffer]);
};
