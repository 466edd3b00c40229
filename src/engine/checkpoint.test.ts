import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kline } from "../../test/items.ts";
import { UserError } from "../domain/units.ts";
import { goingOn, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";

const IDENTITY = { code: "1.2.3", configSha256: "c0", models: { "./mine.ts": "m0" } };
const STATES = Uint8Array.from({ length: 3000 }, (_, i) => i);
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "riposte-checkpoint-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const path = (): string => join(folder, "checkpoint");
const write = (): void => {
  writeCheckpoint(path(), { nextSeq: 17, states: STATES }, IDENTITY);
};

describe("a checkpoint's file", () => {
  it("comes back, replaces the one before, and leaves nothing else behind", () => {
    writeCheckpoint(path(), { nextSeq: 3, states: new Uint8Array(0) }, IDENTITY);
    write();
    expect(readCheckpoint(path(), IDENTITY)).toEqual({ nextSeq: 17, states: STATES });
    expect(readdirSync(folder)).toEqual(["checkpoint"]);
  });

  it("is the same for the same states", () => {
    write();
    const first = readFileSync(path());
    write();
    expect(readFileSync(path()).equals(first)).toBe(true);
  });

  it.each([
    ["code", { ...IDENTITY, code: "1.2.4" }, "was written by 1.2.3, and this is 1.2.4"],
    ["config", { ...IDENTITY, configSha256: "c1" }, "was written with another config"],
    ["module", { ...IDENTITY, models: { "./mine.ts": "m1" } }, "was written with another ./mine.ts"],
    ["module more", { ...IDENTITY, models: { ...IDENTITY.models, a: "" } }, "was written with another a"],
  ])("of another %s is refused by name, with the remedy", (_, identity, how) => {
    write();
    expect(() => readCheckpoint(path(), identity)).toThrow(
      new UserError(`checkpoint ${path()} ${how}: start without it, and the events are replayed`),
    );
  });

  it("of another layout is refused", () => {
    write();
    const { crc32 } = process.getBuiltinModule("node:zlib");
    const text = readFileSync(path(), "latin1");
    const json = text.slice(9, text.indexOf("\n")).replace('"layout":1', '"layout":9');
    writeFileSync(path(), `${crc32(json).toString(16).padStart(8, "0")} ${json}\n`, "latin1");
    expect(() => readCheckpoint(path(), IDENTITY)).toThrow(/has layout 9, and this version reads layout 1: start without it/);
  });

  it("is refused when one byte is another, wherever it is", () => {
    write();
    const whole = readFileSync(path());
    for (let at = 0; at < whole.length; at += at < 400 ? 1 : 97) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(path(), bytes);
      expect(() => readCheckpoint(path(), IDENTITY), `byte ${at}`).toThrow(/ is damaged/);
    }
  });

  it.each([
    ["torn", (whole: Buffer) => whole.subarray(0, whole.length - 1)],
    ["empty", () => Buffer.alloc(0)],
    ["something else", () => Buffer.from("hello\n")],
  ])("that is %s is refused", (_, change) => {
    write();
    writeFileSync(path(), change(readFileSync(path())));
    expect(() => readCheckpoint(path(), IDENTITY)).toThrow(/ is damaged/);
  });

  it("that is not there is refused", () => {
    expect(() => readCheckpoint(path(), IDENTITY)).toThrow(
      new UserError(`checkpoint ${path()} does not exist: check the name, or start without it`),
    );
  });
});

describe("going on", () => {
  const events = Array.from({ length: 10 }, (_, at) => kline({ at, seq: at }));
  const seqs = async (nextSeq: number, size: number): Promise<number[][]> => {
    const found: number[][] = [];
    const source = (async function* () {
      for (let at = 0; at < events.length; at += size) yield await Promise.resolve(events.slice(at, at + size));
    })();
    for await (const burst of goingOn({ nextSeq, states: STATES }, source).source) found.push(burst.map(({ seq }) => seq));
    return found;
  };

  it("leaves out the events that the states have seen", async () => {
    expect(await seqs(0, 4)).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
    expect(await seqs(6, 4)).toEqual([
      [6, 7],
      [8, 9],
    ]);
    expect(await seqs(8, 4)).toEqual([[8, 9]]);
    expect(await seqs(10, 4)).toEqual([]);
  });

  it("refuses data that end before the checkpoint", async () => {
    await expect(seqs(13, 4)).rejects.toThrow(
      new UserError("the data end 3 events before the checkpoint: go on with the data that it was made from"),
    );
  });
});
