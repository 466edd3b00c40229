import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { thisProcess } from "../../store/liveProcess.ts";
import { findRun } from "./findRun.ts";
import { readRunFile, runFileText } from "./runFile.ts";
import { RunShelf } from "./runShelf.ts";
import { sampleRun } from "./testing/sampleRun.ts";
import { moveToTrash, removeOld } from "./trash.ts";

let root = "";
let shelf: RunShelf;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-shelf-"));
  shelf = new RunShelf(join(root, "out/runs"));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const ids = (): string[] => shelf.list().runs.map(({ run }) => run.id);
const idOf = (index: number): string => sampleRun(index).id;
const addAll = (count: number): void => {
  for (let index = 0; index < count; index += 1) expect(shelf.add(sampleRun(index))).toBe(true);
};

describe("RunShelf", () => {
  it("lists no run where there is no folder, and the newest first", () => {
    expect(shelf.list()).toEqual({ runs: [], problems: [] });
    addAll(3);
    expect(ids()).toEqual([2, 1, 0].map(idOf));
    expect(shelf.list().runs[0]).toEqual({
      run: sampleRun(2),
      status: "done",
      problem: null,
      filesDir: join(shelf.dir, idOf(2)),
    });
  });

  it("takes no second run of an id, and leaves nothing of it", () => {
    addAll(1);
    expect(shelf.add(sampleRun(0, { note: "other" }))).toBe(false);
    expect(readdirSync(shelf.dir)).toEqual([idOf(0)]);
    expect(shelf.get(idOf(0))?.run.note).toBe("");
  });

  it("counts a run whose process is gone as failed, and one that is elsewhere as running", () => {
    const mark = thisProcess();
    const states = [mark, { ...mark, pid: 2 ** 22 + 1 }, { ...mark, host: "elsewhere" }, null];
    for (const [index, process] of states.entries()) shelf.add(sampleRun(index, { status: "running", process }));
    expect(
      shelf
        .list()
        .runs.map(({ status, problem }) => [status, problem])
        .reverse(),
    ).toEqual([
      ["running", null],
      ["failed", "its process is gone"],
      ["running", null],
      ["failed", "its process is gone"],
    ]);
  });

  it("names each folder that is no run, and lists the others", () => {
    addAll(2);
    for (const name of ["older", "torn", "later"]) mkdirSync(join(shelf.dir, name));
    mkdirSync(join(shelf.dir, ".hidden"));
    writeFileSync(join(shelf.dir, "a file"), "");
    writeFileSync(join(shelf.dir, "older/summary.json"), "{}");
    writeFileSync(join(shelf.dir, "torn/run.json"), runFileText(sampleRun(5)).slice(0, 200));
    writeFileSync(join(shelf.dir, "later/run.json"), runFileText({ ...sampleRun(5), layout: 2 }));
    const { runs, problems } = shelf.list();
    expect(runs).toHaveLength(2);
    expect(problems).toEqual([
      expect.stringMatching(/torn\/run\.json is damaged: restore it from a copy, or move its folder away and run again$/),
      expect.stringMatching(/older has no run\.json of its own: .*; run its command again, or move it away$/),
      expect.stringMatching(/later\/run\.json has layout 2, of a later version than this one, which reads 1: update Riposte$/),
    ]);
  });

  it("replaces run.json in the folder of --out too, as long as that is this run's", () => {
    const out = join(root, "mine");
    mkdirSync(out);
    const run = sampleRun(0, { folder: out });
    shelf.add(run);
    writeFileSync(join(out, "run.json"), runFileText({ ...run, folder: null }));
    shelf.replace({ ...run, note: "a" });
    expect(readRunFile(join(out, "run.json"))).toMatchObject({ note: "a", folder: null });
    writeFileSync(join(out, "run.json"), runFileText(sampleRun(1)));
    shelf.replace({ ...run, note: "b" });
    expect(readRunFile(join(out, "run.json"))).toEqual(sampleRun(1));
    expect(shelf.get(run.id)).toMatchObject({ filesDir: out, run: { note: "b" } });
  });

  it("is changed by one at a time", async () => {
    const order: string[] = [];
    const other = new RunShelf(shelf.dir);
    const pause = new Promise((resolve) => setImmediate(resolve));
    await Promise.all([
      shelf.locked(async () => {
        order.push("a in");
        await pause;
        order.push("a out");
      }),
      other.locked(() => order.push("b")),
    ]);
    expect(["a in,a out,b", "b,a in,a out"]).toContain(order.join());
    expect(readdirSync(shelf.dir)).toEqual([]);
  });
});

it("is not held up by the lock of a machine that is gone", async () => {
  mkdirSync(shelf.dir, { recursive: true });
  const lock = join(shelf.dir, ".lock");
  writeFileSync(lock, JSON.stringify({ pid: 1, host: "elsewhere", startTicks: "", token: "1-x-0" }));
  utimesSync(lock, new Date(0), new Date(0));
  expect(await shelf.locked(() => "changed")).toBe("changed");
});

describe("findRun", () => {
  beforeEach(() => {
    addAll(2);
    shelf.add(sampleRun(2, { name: "wider" }));
    shelf.add(sampleRun(3, { name: "wider" }));
  });
  const found = (word: string): string => findRun(shelf, word).run.id;
  const wider = (index: number): string => sampleRun(index, { name: "wider" }).id;

  it.each<[string, () => string]>([
    ["newest", () => wider(3)],
    ["newest~3", () => idOf(0)],
    ["wider", () => wider(3)],
    ["20240101T000100Z-default-01234567", () => idOf(1)],
    ["T000200", () => wider(2)],
  ])("%s", (word, id) => {
    expect(found(word)).toBe(id());
  });

  it("takes a folder by its path: a run's own, a copy, that of --out", () => {
    expect(found(join(shelf.dir, idOf(0)))).toBe(idOf(0));
    const copy = join(root, "copy");
    mkdirSync(copy);
    writeFileSync(join(copy, "run.json"), runFileText(sampleRun(0)));
    expect(findRun(shelf, copy)).toMatchObject({ run: { id: idOf(0) }, filesDir: copy });
    writeFileSync(join(copy, "run.json"), runFileText(sampleRun(9)));
    expect(findRun(shelf, copy)).toMatchObject({ run: { id: idOf(9) }, filesDir: copy });
  });

  it.each<[string, RegExp, number]>([
    ["newest~4", /there is no newest~4: .* holds 4 runs; riposte runs list shows them$/, 2],
    ["widr", /there is no run "widr" in .*\(did you mean wider\?\); riposte runs list shows them$/, 2],
    ["default-0", /"default-0" is a part of 2 ids: 2024.*-default-01234567, .*; give more of the one that is meant$/, 2],
    ["no/where", /there is no folder no\/where; riposte runs list shows the runs$/, 2],
  ])("refuses %s", (word, message, exitCode) => {
    expect(() => found(word)).toThrow(message);
    expect(() => found(word)).toThrow(expect.objectContaining({ exitCode, constructor: UserError }) as Error);
  });

  it("refuses a report of an earlier version by name, with what to do", () => {
    const older = join(root, "older");
    mkdirSync(older);
    writeFileSync(join(older, "summary.json"), "{}");
    expect(() => found(older)).toThrow(/older has no run\.json of its own: .* an earlier version wrote it; run its command again/);
  });
});

describe("the trash", () => {
  it("takes the oldest beyond those that are kept; pinned and running ones stay and do not count", () => {
    shelf.add(sampleRun(0, { pinned: true }));
    shelf.add(sampleRun(1, { status: "running", process: thisProcess() }));
    for (let index = 2; index < 7; index += 1) shelf.add(sampleRun(index));
    expect(removeOld(shelf, { keep: 3, trash: 10 })).toEqual([3, 2].map(idOf));
    expect(ids()).toEqual([6, 5, 4, 1, 0].map(idOf));
    expect(readdirSync(join(shelf.dir, ".trash")).sort()).toEqual([2, 3].map(idOf));
    expect(readFileSync(join(shelf.dir, ".trash", idOf(2), "run.json"), "utf8")).toBe(runFileText(sampleRun(2)));
    expect(removeOld(shelf, { keep: 3, trash: 10 })).toEqual([]);
  });

  it("holds so many, those that were removed last", () => {
    addAll(4);
    for (const index of [3, 0, 1]) {
      moveToTrash(shelf, [{ run: sampleRun(index) }], 2);
      for (const atMs = Date.now(); Date.now() === atMs;); // two removals of one millisecond have no order
    }
    expect(readdirSync(join(shelf.dir, ".trash")).sort()).toEqual([0, 1].map(idOf));
  });

  it("leaves files that lie elsewhere", () => {
    const out = join(root, "mine");
    mkdirSync(out);
    shelf.add(sampleRun(0, { folder: out }));
    moveToTrash(shelf, [{ run: sampleRun(0) }], 5);
    expect([ids(), readdirSync(root).sort()]).toEqual([[], ["mine", "out"]]);
  });
});

it("lists a thousand runs in the time that it prints", () => {
  const config = { filler: Array.from({ length: 60 }, (_, index) => ({ key: `setting.number.${index}`, value: index })) };
  for (let index = 0; index < 1000; index += 1) shelf.add(sampleRun(index, { config }));
  const startedAt = performance.now();
  expect(shelf.list().runs).toHaveLength(1000);
  console.info(
    `1,000 runs, ${runFileText(sampleRun(0, { config })).length} bytes each, listed in ${(performance.now() - startedAt).toFixed(0)} ms`,
  );
});
