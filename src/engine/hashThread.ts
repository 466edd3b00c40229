import { Worker } from "node:worker_threads";
import { InvariantError } from "../domain/units.ts";

/** Bytes of one job at most. */
export const JOB_BYTES_MAX = 1 << 18;
/** Jobs on their way at most: the caller waits for the thread beyond that. */
const JOBS = 4;
const WAIT_MS_MAX = 60_000;
const DIGEST_BYTES = 32;

// Words of the control block: jobs handed over, jobs done, then stream, bytes and `wantsDigest` of each job's slot.
const HANDED = 0;
const DONE = 1;
const SLOTS = 2;
const SLOT_WORDS = 3;

/** What runs in the thread: plain JavaScript, so that it needs no loader. */
const PROGRAM = `
const { createHash } = require("node:crypto");
const { workerData: { control, data, digest } } = require("node:worker_threads");
const hashes = new Map();
for (let done = 0; ; done += 1) {
  while (Atomics.load(control, ${HANDED}) === done) Atomics.wait(control, ${HANDED}, done);
  const slot = done % ${JOBS};
  const [stream, bytes, wantsDigest] = control.subarray(${SLOTS} + slot * ${SLOT_WORDS});
  if (!hashes.has(stream)) hashes.set(stream, createHash("sha256"));
  const hash = hashes.get(stream).update(data.subarray(slot * ${JOB_BYTES_MAX}, slot * ${JOB_BYTES_MAX} + bytes));
  if (wantsDigest) digest.set(hash.copy().digest());
  Atomics.store(control, ${DONE}, done + 1);
  Atomics.notify(control, ${DONE});
}`;

/**
 * SHA-256 in a thread of its own, so that the line does not wait for it: 20 ns a bar (bench/README.md). One thread serves
 * all streams of the process; it starts with the first job and never keeps the process alive. Memory: 4 jobs of 256 KiB.
 */
class HashThread {
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * (SLOTS + JOBS * SLOT_WORDS)));
  private readonly data = new Uint8Array(new SharedArrayBuffer(JOBS * JOB_BYTES_MAX));
  private readonly answer = new Uint8Array(new SharedArrayBuffer(DIGEST_BYTES));
  private handed = 0;
  private streams = 0;

  constructor() {
    const { control, data, answer: digest } = this;
    // No flags of the process: the thread would load the TypeScript loader for nothing.
    new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { control, data, digest } }).unref();
  }

  /** A new stream's number. */
  open(): number {
    this.streams += 1;
    return this.streams;
  }

  /** Appends at most `JOB_BYTES_MAX` bytes, copied before it returns, to a stream. */
  update(stream: number, bytes: Uint8Array): void {
    this.hand(stream, bytes, 0);
  }

  /** Appends `bytes` and waits for the digest of all of the stream, in hex; more may follow. */
  digest(stream: number, bytes: Uint8Array): string {
    this.hand(stream, bytes, 1);
    this.waitFor(this.handed);
    return Buffer.from(this.answer).toString("hex");
  }

  private hand(stream: number, bytes: Uint8Array, wantsDigest: 0 | 1): void {
    const slot = this.handed % JOBS;
    this.waitFor(this.handed - JOBS + 1);
    this.data.set(bytes, slot * JOB_BYTES_MAX);
    this.control.set([stream, bytes.length, wantsDigest], SLOTS + slot * SLOT_WORDS);
    this.handed += 1;
    Atomics.store(this.control, HANDED, this.handed);
    Atomics.notify(this.control, HANDED);
  }

  /** Until so many jobs are done. */
  private waitFor(jobs: number): void {
    for (;;) {
      const done = Atomics.load(this.control, DONE);
      if (done >= jobs) return;
      if (Atomics.wait(this.control, DONE, done, WAIT_MS_MAX) === "timed-out")
        throw new InvariantError(`the hash thread has not answered for ${WAIT_MS_MAX / 1000} s`);
    }
  }
}

let thread: HashThread | undefined;

/** The process's hash thread. */
export const hashThread = (): HashThread => (thread ??= new HashThread());
