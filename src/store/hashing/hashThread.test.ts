import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { hashThread, JOB_BYTES_MAX } from "./hashThread.ts";

it("hashes streams that are fed in turn like node:crypto, whenever it is asked (property)", () => {
  const piece = fc.record({ stream: fc.nat({ max: 2 }), bytes: fc.uint8Array({ maxLength: 300 }), asks: fc.boolean() });
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const thread = hashThread();
      const streams = [0, 1, 2].map(() => ({ number: thread.open(), hash: createHash("sha256") }));
      for (const { stream, bytes, asks } of pieces) {
        const { number, hash } = streams[stream] as (typeof streams)[number];
        hash.update(bytes);
        if (!asks) thread.update(number, bytes);
        else expect(thread.digest(number, bytes)).toBe(hash.copy().digest("hex"));
      }
      for (const { number, hash } of streams) expect(thread.digest(number, new Uint8Array())).toBe(hash.digest("hex"));
    }),
    { numRuns: 50 },
  );
});

it("takes more full buffers than may be on their way, and the caller may overwrite each at once", () => {
  const thread = hashThread();
  const stream = thread.open();
  const hash = createHash("sha256");
  const bytes = new Uint8Array(JOB_BYTES_MAX);
  for (let i = 0; i < 20; i += 1) {
    bytes.fill(i);
    hash.update(bytes);
    thread.update(stream, bytes);
  }
  expect(thread.digest(stream, new Uint8Array([7]))).toBe(hash.update(new Uint8Array([7])).digest("hex"));
});
