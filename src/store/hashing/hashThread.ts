import { MessageChannel, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import { InvariantError } from "../../domain/units.ts";

/** Bytes of one job at most. */
export const JOB_BYTES_MAX = 1 << 18;
/** Jobs on their way at most: the caller waits for the thread beyond that. */
const JOBS = 4;
const WAIT_MS_MAX = 60_000;
const DIGEST_BYTES = 32;
/** Bytes of a file that are hashed before the thread looks for a job of a stream, which the line may wait for. */
const SLICE_BYTES = 1 << 20;

// Words of the control block: jobs handed over, jobs done, calls to the thread, then stream, bytes and `wantsDigest` of each job's slot.
const HANDED = 0;
const DONE = 1;
const CALLS = 2;
const SLOTS = 3;
const SLOT_WORDS = 3;

/** What runs in the thread: plain JavaScript, so that it needs no loader. `version` is that of `fileHash.ts`. */
const PROGRAM = `
const { createHash } = require("node:crypto");
const { closeSync, fstatSync, openSync, readSync } = require("node:fs");
const { receiveMessageOnPort, workerData: { control, data, digest, port } } = require("node:worker_threads");
const hashes = new Map();
let done = 0;
const streamJob = () => {
  if (Atomics.load(control, ${HANDED}) === done) return false;
  const slot = done % ${JOBS};
  const [stream, bytes, wantsDigest] = control.subarray(${SLOTS} + slot * ${SLOT_WORDS});
  if (!hashes.has(stream)) hashes.set(stream, createHash("sha256"));
  const hash = hashes.get(stream).update(data.subarray(slot * ${JOB_BYTES_MAX}, slot * ${JOB_BYTES_MAX} + bytes));
  if (wantsDigest) digest.set(hash.copy().digest());
  done += 1;
  Atomics.store(control, ${DONE}, done);
  Atomics.notify(control, ${DONE});
  return true;
};
const slice = Buffer.allocUnsafe(${SLICE_BYTES});
const versionOf = (file) => {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(":");
};
let open = null;
const fileJob = () => {
  if (open === null) {
    const asked = receiveMessageOnPort(port);
    if (asked === undefined) return false;
    open = { ...asked.message, file: -1 };
  }
  try {
    if (open.file < 0) {
      open.file = openSync(open.path, "r");
      open.version = versionOf(open.file);
      open.hash = createHash("sha256");
    }
    const bytes = readSync(open.file, slice);
    open.hash.update(slice.subarray(0, bytes));
    if (bytes > 0) return true;
    const whole = versionOf(open.file) === open.version;
    answer(whole ? { version: open.version, sha256: open.hash.digest("hex") } : { code: "EAGAIN" });
  } catch (error) {
    answer({ code: String(error.code ?? error) });
  }
  return true;
};
const answer = (found) => {
  if (open.file >= 0) closeSync(open.file);
  port.postMessage({ id: open.id, ...found });
  open = null;
};
for (;;) {
  const calls = Atomics.load(control, ${CALLS});
  if (!streamJob() && !fileJob()) Atomics.wait(control, ${CALLS}, calls);
}`;

/** A file's bytes as they were while they were hashed. */
export interface HashedFile {
  /** Changes with every change of the file. */
  readonly version: string;
  readonly sha256: string;
}

type Answer = { readonly id: number } & (HashedFile | { readonly code: string });

interface Asked {
  readonly path: string;
  readonly done: (hashed: HashedFile) => void;
  readonly failed: (error: Error) => void;
}

/**
 * SHA-256 in a thread of its own, so that the line does not wait for it: 20 ns a bar (bench/README.md). One thread serves
 * all streams and files of the process, streams first; it starts with the first job and keeps the process alive only for a file that is
 * waited for. Memory: 4 jobs of 256 KiB and 1 MiB of a file.
 */
class HashThread {
  private readonly control = new Int32Array(new SharedArrayBuffer(4 * (SLOTS + JOBS * SLOT_WORDS)));
  private readonly data = new Uint8Array(new SharedArrayBuffer(JOBS * JOB_BYTES_MAX));
  private readonly answer = new Uint8Array(new SharedArrayBuffer(DIGEST_BYTES));
  private readonly port: MessagePort;
  private readonly asked = new Map<number, Asked>();
  private handed = 0;
  private streams = 0;
  private files = 0;

  constructor() {
    const { control, data, answer: digest } = this;
    const { port1, port2: port } = new MessageChannel();
    this.port = port1;
    // No flags of the process: the thread would load the TypeScript loader for nothing.
    const worker = new Worker(PROGRAM, { eval: true, execArgv: [], workerData: { control, data, digest, port }, transferList: [port] });
    worker.unref();
    worker.on("error", (error) => {
      for (const id of this.asked.keys()) this.taken(id)?.failed(error);
    });
    port1.on("message", (found: Answer) => {
      this.hear(found);
    });
    port1.unref();
  }

  /** The hash of a file. One that changes meanwhile (`EAGAIN`) or cannot be read rejects with the system's code. */
  file(path: string): Promise<HashedFile> {
    const id = (this.files += 1);
    return new Promise((done, failed) => {
      this.asked.set(id, { path, done, failed });
      this.port.ref();
      this.port.postMessage({ id, path });
      this.call();
    });
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
    this.call();
  }

  private call(): void {
    Atomics.add(this.control, CALLS, 1);
    Atomics.notify(this.control, CALLS);
  }

  private hear(found: Answer): void {
    const asked = this.taken(found.id);
    if (asked === undefined) return;
    if ("sha256" in found) asked.done({ version: found.version, sha256: found.sha256 });
    else asked.failed(Object.assign(new Error(`${found.code}: cannot read ${asked.path}`), { code: found.code, path: asked.path }));
  }

  private taken(id: number): Asked | undefined {
    const asked = this.asked.get(id);
    this.asked.delete(id);
    if (this.asked.size === 0) this.port.unref();
    return asked;
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
