import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BeliefRows, HEAD } from "../../../operators/beliefs/beliefRows.ts";
import { BELIEF_BLOCK_ROWS } from "../../../operators/beliefs/keepBeliefs.ts";
import { UserError } from "../../domain/units.ts";
import type { BeliefHeader } from "./beliefFile.ts";
import { FORMAT } from "./beliefFile.ts";
import { BeliefReader } from "./beliefReader.ts";
import { BeliefWriter } from "./beliefWriter.ts";

const ROWS = BELIEF_BLOCK_ROWS + 5;
const WIDTHS = { regime: 0, pattern: 3, features: 2 } as const;
const HEADER: BeliefHeader = {
  format: FORMAT,
  widths: WIDTHS,
  columns: ["a", "b"],
  perceiving: { symbols: ["ÄÖÜUSDT"] },
  perceivingSha256: "p",
  modules: {},
  code: "c",
  version: "v",
  instruments: [],
  fromMs: 1,
  toMs: 2,
};

/** Numbers that a careless copy would lose: −0, subnormals, infinities, the largest. */
const ODD = [-0, 5e-324, Infinity, -Infinity, Number.MAX_VALUE, NaN, 0.1, 1 / 3];

const spoken = { member: "m", reason: "", fallback: "late", failure: "late" } as const;
const SAID = [{ regime: null, pattern: spoken, signal: { ...spoken, fallback: "", failure: null } }];

let folder: string;
let whole: Buffer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-belief-file-"));
  const writer = new BeliefWriter(join(folder, "whole"), HEADER);
  for (let from = 0; from < ROWS; from += BELIEF_BLOCK_ROWS) {
    const block = new BeliefRows(WIDTHS, BELIEF_BLOCK_ROWS);
    for (; block.length < Math.min(BELIEF_BLOCK_ROWS, ROWS - from); block.length += 1) {
      const row = from + block.length;
      block.head.set([row * 60_000, 8, 0], block.length * HEAD);
      block.features.set([row, ODD[row % ODD.length] as number], block.length * 2);
      block.pattern.set([row + 0.25, row + 0.5, row + 0.75], block.length * 3);
    }
    writer.add(block.trimmed());
  }
  writer.finish("data", SAID);
  whole = await readFile(join(folder, "whole"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Reads everything, as a run would. */
const readAll = async (path: string): Promise<number[][]> => {
  const reader = await BeliefReader.open(path);
  try {
    const rows: number[][] = [];
    for (;;) {
      await reader.provide(7);
      const row = reader.advance();
      if (row < 0) break;
      const { head, pattern, features } = reader.block;
      rows.push([
        ...head.subarray(row * HEAD, row * HEAD + 2),
        ...pattern.subarray(row * 3, row * 3 + 3),
        ...features.subarray(row * 2, row * 2 + 2),
      ]);
    }
    reader.finish("data");
    return rows;
  } finally {
    await reader.close();
  }
};

const refusal = async (bytes: Buffer): Promise<UserError> => {
  const path = join(folder, "bad");
  await writeFile(path, bytes);
  const error: unknown = await readAll(path).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toMatch(/^beliefs .*bad .*: delete the file to make it anew, or name another with --beliefs$/);
  return error as UserError;
};

describe("a file of beliefs", () => {
  it("gives back every number bit for bit, and the header", async () => {
    const rows = await readAll(join(folder, "whole"));
    expect(rows).toHaveLength(ROWS);
    rows.forEach((row, index) => {
      expect(row).toEqual([index * 60_000, 8, index + 0.25, index + 0.5, index + 0.75, index, ODD[index % ODD.length]]);
    });
    const reader = await BeliefReader.open(join(folder, "whole"));
    expect(reader.header).toEqual(HEADER);
    expect(reader.said).toEqual(SAID);
    await reader.close();
  });

  it("is refused with one line when any bit is flipped (property)", async () => {
    const at = fc.oneof(
      fc.integer({ min: 0, max: whole.length - 1 }),
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: whole.length - 200, max: whole.length - 1 }),
    );
    await fc.assert(
      fc.asyncProperty(at, fc.integer({ min: 0, max: 7 }), async (byte, bit) => {
        const bytes = Buffer.from(whole);
        bytes[byte] = (bytes[byte] as number) ^ (1 << bit);
        await refusal(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it("is refused when it is cut anywhere, empty, or something else", async () => {
    for (const length of [0, 1, 23, 24, 100, whole.length >> 1, whole.length - 17, whole.length - 1])
      await refusal(whole.subarray(0, length));
    expect((await refusal(Buffer.from("a,b\n1,2\n".repeat(40)))).message).toContain("are no file of stored beliefs");
    await refusal(Buffer.concat([whole, Buffer.alloc(8)]));
  });

  it("names its format when this version does not read it", async () => {
    const bytes = Buffer.from(whole);
    bytes.writeUInt32LE(FORMAT + 1, 8);
    expect((await refusal(bytes)).message).toContain(`have format ${FORMAT + 1}, and this version reads ${FORMAT}`);
  });

  it("is refused when two blocks have changed places, though each is whole", async () => {
    const writer = new BeliefWriter(join(folder, "two"), HEADER);
    const [first, second] = [0, 1].map((value) => {
      const block = new BeliefRows(WIDTHS, BELIEF_BLOCK_ROWS);
      block.features.fill(value);
      block.length = BELIEF_BLOCK_ROWS;
      return block;
    }) as [BeliefRows, BeliefRows];
    writer.add(first);
    writer.add(second);
    writer.finish("data", SAID);
    const bytes = await readFile(join(folder, "two"));
    const size = 8 + first.buffer.byteLength;
    const from = 24 + bytes.readUInt32LE(12);
    const swapped = Buffer.concat([
      bytes.subarray(0, from),
      bytes.subarray(from + size, from + 2 * size),
      bytes.subarray(from, from + size),
      bytes.subarray(from + 2 * size),
    ]);
    expect((await refusal(swapped)).message).toContain("its blocks are not those that were written");
  });

  it("is not there before it is whole, and leaves nothing when it is given up", async () => {
    const before = await readdir(folder);
    const writer = new BeliefWriter(join(folder, "given-up"), HEADER);
    expect(await readdir(folder)).not.toContain("given-up");
    writer.discard();
    writer.discard();
    expect(await readdir(folder)).toEqual(before);
    expect(() => new BeliefWriter(join(folder, "nowhere", "b"), HEADER)).toThrow(
      /cannot write beliefs .*: its folder does not exist; name another file/,
    );
  });
});
