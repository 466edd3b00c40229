import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { FileList, ListedFile } from "./fileList.ts";
import { FILE_LIST, fileListText, parseFileList } from "./fileList.ts";

const plain = { noNullPrototype: true };
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const time = fc.integer({ min: -1e12, max: 4e12 });
const file: fc.Arbitrary<ListedFile> = fc.oneof(
  fc.constant({ sha256: null }),
  fc.record({ sha256: hash }, plain),
  fc.record({ sha256: hash, facts: fc.record({ rows: fc.nat(), firstMs: time, lastMs: time }, plain) }, plain),
);
const list: fc.Arbitrary<FileList> = fc.record({
  place: fc.stringMatching(/^[a-z/=]{1,20}$/),
  files: fc.array(fc.tuple(fc.stringMatching(/^[\w.-]{1,12}$/), file), { maxLength: 5 }).map((entries) => new Map(entries)),
});

it("comes back from its text as it was (property)", () => {
  fc.assert(
    fc.property(list, ({ place, files }) => {
      const found = parseFileList(fileListText({ place, files }));
      expect(found?.place).toBe(place);
      expect(new Map(found?.files)).toEqual(files);
    }),
  );
});

it("is none with any bit of its text changed, cut anywhere, or with more behind it (property)", () => {
  fc.assert(
    fc.property(list, fc.nat(), fc.nat({ max: 7 }), (given, at, bit) => {
      const bytes = Buffer.from(fileListText(given), "latin1");
      expect(parseFileList(bytes.toString("latin1", 0, at % bytes.length))).toBeUndefined();
      expect(parseFileList(`${bytes.toString("latin1")}x`)).toBeUndefined();
      const changed = Buffer.from(bytes);
      changed[at % bytes.length] = (bytes[at % bytes.length] as number) ^ (1 << bit);
      expect(parseFileList(changed.toString("latin1"))).toBeUndefined();
    }),
  );
});

it("is read by sha256sum", async () => {
  const folder = await mkdtemp(join(tmpdir(), "riposte-list-"));
  try {
    await writeFile(join(folder, "a.parquet"), "some bytes");
    const sha256 = createHash("sha256").update("some bytes").digest("hex");
    const files = new Map<string, ListedFile>([
      ["a.parquet", { sha256, facts: { rows: 3, firstMs: 1, lastMs: 3 } }],
      ["b.parquet", { sha256: null }],
    ]);
    await writeFile(join(folder, FILE_LIST), fileListText({ place: "klines", files }));
    expect(execFileSync("sha256sum", ["--check", "--strict", FILE_LIST], { cwd: folder, encoding: "utf8" })).toBe("a.parquet: OK\n");
  } finally {
    await rm(folder, { recursive: true });
  }
});
