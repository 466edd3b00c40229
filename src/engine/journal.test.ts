import { appendFile, mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { someEvent } from "../../test/arbitraryEvents.ts";
import { funding, kline } from "../../test/items.ts";
import type { Event, InferenceFailure } from "../domain/event.ts";
import { Kind } from "../domain/kind.ts";
import { UserError } from "../domain/units.ts";
import { encodeEvent } from "./eventCodec.ts";
import type { JournalTail } from "./journal.ts";
import { continued, FileJournal, isUnbegun, ownJournal, readJournal } from "./journal.ts";

const HEADER = {
  runId: "r1",
  configSha256: "abc",
  symbols: ["BTCUSDT"],
  models: { "signal/trend/1": "f00" },
  code: "0.1.0",
  machine: "test",
};

let folder: string;
let path: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-journal-"));
});
beforeEach(() => {
  path = join(folder, `${(files += 1)}.journal`);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const written = async (events: readonly Event[], to = path): Promise<Buffer> => {
  const journal = FileJournal.create(to, HEADER);
  let seq = 0;
  for (const event of events) {
    // A failed inference carries the number of the bar that it failed at.
    event.seq = event.kind === Kind.inferenceFailure ? Math.max(0, seq - 1) : seq++;
    journal.append(event);
  }
  await journal.close();
  return readFile(to);
};
const read = async (from = path, burstEvents = 3): Promise<{ events: Event[]; sizes: number[]; tail: JournalTail }> => {
  const bursts = (await readJournal(from)).bursts(burstEvents);
  const events: Event[] = [];
  const sizes: number[] = [];
  for (;;) {
    const next = await bursts.next();
    if (next.done === true) return { events, sizes, tail: next.value };
    events.push(...next.value);
    sizes.push(next.value.length);
  }
};
const some = (): Event[] => [funding({ at: 0 }), kline({ at: 0 }), kline({ at: 1, close: 2.5 }), funding({ at: 2 }, -0), kline({ at: 3 })];
const refusal = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "it was not refused",
    (error: unknown) => (error instanceof UserError ? error.message : `no UserError: ${String(error)}`),
  );

describe("a journal", () => {
  it("gives back its header and its events, in bursts", async () => {
    await written(some());
    expect((await readJournal(path)).header).toEqual({ format: 1, ...HEADER });
    const { events, sizes, tail } = await read();
    expect(events.map(encodeEvent)).toEqual(some().map((event, seq) => encodeEvent(Object.assign(event, { seq }))));
    expect(sizes).toEqual([3, 2]);
    expect(tail).toEqual({ events: 5, tornBytes: 0 });
  });

  it("holds any events (property)", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someEvent, { maxLength: 30 }), async (events) => {
        const file = join(folder, `any-${(files += 1)}`);
        await written(events, file);
        const isFailure = (event: Event): event is InferenceFailure => event.kind === Kind.inferenceFailure;
        expect((await read(file)).events.map(encodeEvent)).toEqual(events.filter((event) => !isFailure(event)).map(encodeEvent));
        const failures = await (await readJournal(file)).failures();
        for (const { layer, instrument, barTimeMs, reason } of new Map(
          events.filter(isFailure).map((event) => [`${event.layer} ${event.instrument} ${event.barTimeMs}`, event]),
        ).values())
          expect(failures.reason(layer, instrument, barTimeMs)).toBe(reason);
      }),
      { numRuns: 40 },
    );
  });

  it("holds more than its buffer, and is on disk after flush", async () => {
    const events = Array.from({ length: 3000 }, (_, at) => kline({ at }));
    const journal = FileJournal.create(path, HEADER);
    for (const event of events) journal.append(event);
    await journal.flush();
    expect((await read(path, 4096)).tail).toEqual({ events: 3000, tornBytes: 0 });
    await journal.close();
  });

  it("goes on behind the last whole line", async () => {
    const whole = await written(some());
    const second = join(folder, "second.journal");
    await written(some().slice(0, 2), second);
    const journal = FileJournal.append(second, (await read(second)).tail);
    for (const [i, event] of some().slice(2).entries()) journal.append(Object.assign(event, { seq: i + 2 }));
    await journal.close();
    expect((await readFile(second)).equals(whole)).toBe(true);
  });

  it("is never overwritten", async () => {
    const before = await written(some());
    expect(() => FileJournal.create(path, HEADER)).toThrow(/is there already: journals are never overwritten/);
    expect((await readFile(path)).equals(before)).toBe(true);
    expect(() => FileJournal.create(path, HEADER, true)).toThrow(/is there already: journals are never overwritten/);
    expect((await readFile(path)).equals(before)).toBe(true);
    expect(() => FileJournal.create(join(folder, "no", "such"), HEADER)).toThrow(/cannot be written/);
  });

  it("has its header on disk as soon as it is made", async () => {
    const journal = FileJournal.create(path, HEADER);
    expect(await read()).toEqual({ events: [], sizes: [], tail: { events: 0, tornBytes: 0 } });
    await journal.close();
  });
});

describe("a torn journal", () => {
  it("loses its last line, whichever byte the tear is at, counts it, and can be gone on with", async () => {
    const whole = await written(some());
    const lastLine = whole.lastIndexOf("\n", whole.length - 2) + 1;
    for (let size = lastLine; size < whole.length; size += 1) {
      const file = join(folder, "torn.journal");
      await writeFile(file, whole.subarray(0, size));
      const { events, tail } = await read(file);
      expect(events).toHaveLength(4);
      expect(tail).toEqual({ events: 4, tornBytes: size - lastLine });
      const journal = FileJournal.append(file, tail);
      journal.append(Object.assign(some()[4] as Event, { seq: 4 }));
      await journal.close();
      expect((await readFile(file)).equals(whole)).toBe(true);
    }
  });

  it("may be torn within a letter of several bytes", async () => {
    const whole = await written([{ ...funding({ at: 0 }), stream: "é💥", status: "stale", kind: 13 } as unknown as Event]);
    const letter = whole.indexOf("é");
    for (const size of [letter + 1, letter + 3, letter + 4]) {
      await writeFile(path, whole.subarray(0, size));
      expect((await read()).tail).toEqual({ events: 0, tornBytes: size - (whole.indexOf("\n") + 1) });
    }
  });

  it("counts bytes that no line is made of", async () => {
    await written(some());
    await appendFile(path, Buffer.from([0, 255, 254]));
    expect((await read()).tail).toEqual({ events: 5, tornBytes: 3 });
  });
});

describe("a journal without a whole line", () => {
  it("holds no event, whichever byte of its header the tear is at, and is begun anew only when that is asked for", async () => {
    const whole = await written(some());
    const header = whole.subarray(0, whole.indexOf("\n") + 1);
    for (let size = 0; size < header.length; size += 1) {
      const file = join(folder, `unbegun-${size}.journal`);
      await writeFile(file, header.subarray(0, size));
      expect(isUnbegun(file)).toBe(true);
      expect(() => FileJournal.create(file, HEADER)).toThrow(`journal ${file} is there already and holds no event: begin it anew with`);
      expect((await readFile(file)).equals(header.subarray(0, size))).toBe(true);
      const journal = FileJournal.create(file, HEADER, true);
      some().forEach((event, seq) => {
        journal.append(Object.assign(event, { seq }));
      });
      await journal.close();
      expect((await readFile(file)).equals(whole)).toBe(true);
      expect(isUnbegun(file)).toBe(false);
    }
    await writeFile(path, Buffer.alloc(300));
    expect(isUnbegun(path)).toBe(true);
    await writeFile(path, header);
    expect(isUnbegun(path)).toBe(false);
  });

  it("is none when it begins otherwise", async () => {
    for (const text of ["my notes", "deadbeef", '{"format":1}', "deadbeef {}", "deadbeef\n", 'deadbeef {"format":1\n', "\n", "\0a"]) {
      await writeFile(path, text);
      expect(isUnbegun(path), text).toBe(text === "deadbeef");
    }
    await writeFile(path, `deadbeef {"format":1${" ".repeat(1 << 18)}`);
    expect(isUnbegun(path)).toBe(false);
    expect(() => isUnbegun(join(folder, "none"))).toThrow(/does not exist/);
  });
});

describe("a damaged journal is refused", () => {
  it("with the line, whichever byte of a line in the middle is wrong", async () => {
    const whole = await written(some());
    const lines = whole.toString("latin1").split("\n");
    const start = (line: number): number => lines.slice(0, line - 1).join("\n").length + 1;
    for (let at = start(3); at < start(4); at += 1)
      for (const flip of [1, 0x20, 0x80]) {
        const bad = Buffer.from(whole);
        bad[at]! ^= flip;
        await writeFile(path, bad);
        expect(await refusal(read())).toContain(`journal ${path} line 3 is damaged: its checksum does not match`);
      }
  });

  it("in its last line too, when that has its end, and with line ends or a mark of another system; not a byte is touched", async () => {
    const whole = (await written(some())).toString("latin1");
    const last = whole.lastIndexOf("}");
    for (const [text, line] of [
      [`${whole.slice(0, last)}x${whole.slice(last)}`, "line 6"],
      [whole.replaceAll("\n", "\r\n"), "line 1 is damaged: its checksum does not match (it ends as lines of Windows do)"],
      [whole.replace(/\n$/, "\r\n"), "line 6"],
      [`\u00ef\u00bb\u00bf${whole}`, "line 1"],
      [`${whole}\n`, "line 7"],
    ] as const) {
      await writeFile(path, text, "latin1");
      expect(await refusal(read())).toContain(`journal ${path} ${line}`);
      expect(await readFile(path, "latin1")).toBe(text);
    }
  });

  it("when it has no line ends at all", async () => {
    const written = await open(path, "w");
    for (let i = 0; i < 5; i += 1) await written.write(Buffer.alloc(1 << 20, 0x61));
    await written.close();
    expect(await refusal(readJournal(path))).toContain(`journal ${path} line 1 is damaged: it is no line of a journal`);
  });

  it("with the seq that is missing", async () => {
    const whole = (await written(some())).toString().split("\n");
    await writeFile(path, [...whole.slice(0, 3), ...whole.slice(4)].join("\n"));
    expect(await refusal(read())).toContain(`journal ${path} line 4: seq 3 where 2 must be`);
  });

  it("when it is not there, has no whole line, or is of another format", async () => {
    expect(await refusal(readJournal(path))).toContain(`journal ${path} does not exist`);
    await writeFile(path, "");
    expect(await refusal(readJournal(path))).toMatch(/holds no whole line: there is nothing to replay/);
    const other = join(folder, "other.journal");
    const whole = await written([], other);
    await writeFile(path, whole.subarray(0, whole.length - 1));
    expect(await refusal(readJournal(path))).toMatch(/holds no whole line/);
    await writeFile(path, "not a journal\nat all\n");
    expect(await refusal(readJournal(path))).toMatch(/line 1 is damaged/);
    const next = join(folder, "next.journal");
    await FileJournal.create(next, { ...HEADER, format: 2 } as typeof HEADER).close();
    expect(await refusal(readJournal(next))).toMatch(/has format 2; this version reads format 1/);
  });
});

describe("ownJournal", () => {
  it("lets one write at a time, by whatever name, and leaves nothing", async () => {
    await written(some());
    const link = `${path}.link`;
    await symlink(path, link);
    const owner = await ownJournal(path);
    expect(await refusal(ownJournal(link))).toMatch(
      /^journal .*link is being written by process \d+ on .*: wait for it or stop it, then run again$/,
    );
    await owner.release();
    await (await ownJournal(link)).release();
    expect((await readdir(folder)).filter((name) => name.includes("lock"))).toEqual([]);
  });

  it("takes over from a process that is gone, and says where it cannot", async () => {
    await writeFile(`${path}.lock`, JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), startTicks: "1", token: "gone" }));
    await (await ownJournal(path)).release();
    expect(await refusal(ownJournal(join(folder, "no", "such")))).toMatch(/cannot be written: its folder does not exist; make it first/);
  });
});

describe("continued", () => {
  async function* source(events: readonly Event[], burst: number): AsyncGenerator<readonly Event[]> {
    for (let at = 0; at < events.length; at += burst) yield events.slice(at, at + burst);
  }

  it("replays the journal, says what its tail was, and goes on with what the source has behind it (property)", async () => {
    const events = Array.from({ length: 20 }, (_, at) => kline({ at }));
    const size = fc.integer({ min: 1, max: 25 });
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 20 }), size, size, async (held, sourceBurst, journalBurst) => {
        const file = join(folder, `continued-${(files += 1)}`);
        await written(events.slice(0, held), file);
        const heard: string[] = [];
        for await (const burst of continued(await readJournal(file), source(events, sourceBurst), journalBurst, (tail) =>
          heard.push(`tail ${tail.events}`),
        ))
          for (const event of burst) heard.push(String(event.knownAtMs));
        const all = events.map((event) => String(event.knownAtMs));
        expect(heard).toEqual([...all.slice(0, held), `tail ${held}`, ...all.slice(held)]);
      }),
      { numRuns: 40 },
    );
  });
});
