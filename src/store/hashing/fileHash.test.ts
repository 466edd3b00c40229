import { createHash, randomBytes } from "node:crypto";
import { appendFile, mkdir, mkdtemp, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileHash } from "./fileHash.ts";
import { hashThread, JOB_BYTES_MAX } from "./hashThread.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-hash-"));
});
afterEach(() => rm(folder, { recursive: true }));
const path = (name = "file"): string => join(folder, name);
const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("the hash of a file", () => {
  it.each([0, 1, 1 << 20, (1 << 20) + 1, 3_456_789])("of %i bytes is that of its bytes", async (size) => {
    const bytes = randomBytes(size);
    await writeFile(path(), bytes);
    expect((await fileHash(path()))?.sha256).toBe(sha256(bytes));
  });

  it("is made anew when the file changes, however it does", async () => {
    await writeFile(path(), "first");
    const versions = new Set([(await fileHash(path()))?.version]);
    const changes: [() => Promise<unknown>, string][] = [
      [() => appendFile(path(), " more"), "first more"],
      [() => truncate(path(), 3), "fir"],
      [() => writeFile(path(), "xyz"), "xyz"],
      [() => writeFile(path("next"), "xyz").then(() => rename(path("next"), path())), "xyz"],
      [() => writeFile(path(), "abc").then(() => utimes(path(), 1e9, 1e9)), "abc"],
      [() => writeFile(path(), "abd").then(() => utimes(path(), 1e9, 1e9)), "abd"],
    ];
    for (const [change, text] of changes) {
      await change();
      const hashed = await fileHash(path());
      expect(hashed?.sha256).toBe(sha256(Buffer.from(text)));
      versions.add(hashed?.version);
    }
    expect(versions.size).toBe(changes.length + 1);
  });

  it("is made once for many who ask, and there is none of a file that is not there", async () => {
    await writeFile(path(), randomBytes(100_000));
    const all = await Promise.all(Array.from({ length: 20 }, () => fileHash(path())));
    expect(new Set(all.map((hashed) => hashed?.sha256)).size).toBe(1);
    expect(await fileHash(path("none"))).toBeUndefined();
    expect(await fileHash(path("file/below"))).toBeUndefined();
  });

  it("says with the system's code that a file cannot be read, and goes on with the next", async () => {
    await mkdir(path("folder"));
    await expect(fileHash(path("folder"))).rejects.toMatchObject({ code: "EISDIR", path: path("folder") });
    await writeFile(path(), "x");
    expect((await fileHash(path()))?.sha256).toBe(sha256(Buffer.from("x")));
  });

  it("stands beside the streams of the line, which do not wait for a long file", async () => {
    const bytes = randomBytes(40 << 20);
    await writeFile(path(), bytes);
    const thread = hashThread();
    const stream = thread.open();
    let ready = false;
    const hashed = fileHash(path()).then((found) => {
      ready = true;
      return found;
    });
    await new Promise(setImmediate);
    const job = new Uint8Array(JOB_BYTES_MAX);
    const expected = createHash("sha256");
    for (let i = 0; i < 8; i++) {
      thread.update(stream, job);
      expected.update(job);
    }
    expect(thread.digest(stream, job)).toBe(expected.update(job).digest("hex"));
    expect(ready).toBe(false);
    expect((await hashed)?.sha256).toBe(sha256(bytes));
  });
});
