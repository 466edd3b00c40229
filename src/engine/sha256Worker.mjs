// Hashes what it is sent, in order, and gives the buffers back. Plain JavaScript: a worker starts without the TypeScript loader.
import { createHash } from "node:crypto";
import { workerData } from "node:worker_threads";

const hash = createHash("sha256");
const { port } = workerData;

port.on("message", ({ bytes, length, result }) => {
  if (bytes !== undefined) {
    hash.update(bytes.subarray(0, length));
    port.postMessage(bytes, [bytes.buffer]);
  }
  if (result === undefined) return;
  // Bytes 4 … 35 of the shared buffer take the digest; its first word wakes the waiting thread.
  new Uint8Array(result, 4).set(hash.copy().digest());
  Atomics.store(new Int32Array(result, 0, 1), 0, 1);
  Atomics.notify(new Int32Array(result, 0, 1), 0);
});
