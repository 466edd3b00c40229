import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UserError } from "../../domain/units.ts";
import { OWN_RUN_FILES } from "./ownFiles.ts";
import type { KeptRunOptions, RunEnd, RunStart } from "./keptRun.ts";
import { KeptRun } from "./keptRun.ts";
import { readRunFile } from "./runFile.ts";
import { RunShelf } from "./runShelf.ts";

const START: RunStart = {
  name: "wide",
  kind: "backtest",
  command: "riposte backtest --name wide",
  symbols: ["BTCUSDT"],
  from: "2023-01-01T00:00:00Z",
  to: "2023-02-01T00:00:00Z",
  data: { kind: "stored", source: "history" },
  config: { name: "wide" },
  configSha256: "abcdef0123456789".repeat(4),
  modules: { "./mine.ts": "m" },
};
const END: RunEnd = {
  status: "done",
  problem: null,
  code: "v0.1.0",
  from: "2023-01-01T00:00:00Z",
  to: "2023-01-31T00:00:00Z",
  figures: { trades: 3, sharpe: null },
  dataSha256: "d",
  decisionsSha256: "e",
};
const BEGAN_MS = Date.UTC(2024, 4, 6, 7, 8, 9, 10);
const ID = "20240506T070809Z-wide-abcdef01";

let root = "";
let shelf: RunShelf;
let logged: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-kept-"));
  shelf = new RunShelf(join(root, "runs"));
  logged = [];
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const begin = (options: Partial<KeptRunOptions> = {}): KeptRun =>
  new KeptRun(START, {
    shelf,
    keep: { keep: 5, trash: 5 },
    newest: join(root, "newest"),
    out: null,
    own: OWN_RUN_FILES,
    earlier: Object.keys(OWN_RUN_FILES),
    nowMs: () => BEGAN_MS,
    log: (line) => logged.push(line),
    ...options,
  });
const write = (kept: KeptRun, text: string): void => {
  writeFileSync(kept.staging.file("trades.csv"), text);
};
const textIn = (...path: string[]): string => readFileSync(join(root, ...path), "utf8");

describe("a run without --out", () => {
  it("has run.json from its beginning, its files at its end, and a copy of them as the newest", async () => {
    const kept = begin();
    expect(kept.id).toBe(ID);
    expect(shelf.list().runs).toEqual([expect.objectContaining({ status: "running" })]);
    write(kept, "symbol,side,entryTimeMs,\n");
    expect(existsSync(join(root, "newest/trades.csv"))).toBe(false);
    await kept.finish(END);
    expect(readdirSync(join(root, "runs", ID)).sort()).toEqual(["run.json", "trades.csv"]);
    expect(readdirSync(join(root, "newest")).sort()).toEqual(["run.json", "trades.csv"]);
    expect(textIn("newest", "trades.csv")).toBe(textIn("runs", ID, "trades.csv"));
    expect(textIn("newest", "run.json")).toBe(textIn("runs", ID, "run.json"));
    expect(readRunFile(join(root, "newest/run.json"))).toEqual({
      layout: 1,
      id: ID,
      note: "",
      pinned: false,
      startedAt: "2024-05-06T07:08:09.010Z",
      endedAt: "2024-05-06T07:08:09.010Z",
      process: null,
      folder: null,
      ...{ name: "wide", kind: "backtest", command: START.command, symbols: ["BTCUSDT"], data: START.data, config: { name: "wide" } },
      ...{ status: "done", problem: null, code: "v0.1.0", from: END.from, to: END.to, figures: END.figures },
      hashes: { config: START.configSha256, data: "d", decisions: "e", modules: { "./mine.ts": "m" } },
    });
    await kept.abandon("failed", "too late");
    expect(shelf.get(ID)?.status).toBe("done");
  });

  it("replaces the newest one's files, and leaves others there", async () => {
    mkdirSync(join(root, "newest"));
    writeFileSync(join(root, "newest/notes.txt"), "mine");
    writeFileSync(join(root, "newest/fills.csv"), "timeMs,symbol,clientOrderId,\n");
    const kept = begin();
    write(kept, "symbol,side,entryTimeMs,1\n");
    await kept.finish(END);
    expect(readdirSync(join(root, "newest")).sort()).toEqual(["notes.txt", "run.json", "trades.csv"]);
  });

  it("is cancelled or failed with its reason, and leaves the newest as it was", async () => {
    const first = begin();
    write(first, "symbol,side,entryTimeMs,1\n");
    await first.finish(END);
    const [cancelled, failed] = [begin(), begin()];
    write(cancelled, "half");
    await cancelled.abandon("cancelled", "stopped at noon");
    await failed.abandon("failed", "no bar");
    expect([cancelled.id, failed.id]).toEqual([`${ID}-2`, `${ID}-3`]);
    expect(shelf.list().runs.map(({ status, problem }) => [status, problem])).toEqual([
      ["failed", "no bar"],
      ["cancelled", "stopped at noon"],
      ["done", null],
    ]);
    expect(readdirSync(join(root, "runs", cancelled.id))).toEqual(["run.json"]);
    expect(textIn("newest", "run.json")).toContain(`"id": "${ID}"`);
    expect(readdirSync(join(root, "newest")).sort()).toEqual(["run.json", "trades.csv"]);
  });

  it("keeps the note and the pin that it was given while it ran", async () => {
    const kept = begin();
    const { run } = shelf.get(ID) ?? {};
    if (run === undefined) throw new Error("not there");
    await shelf.locked(() => {
      shelf.replace({ ...run, note: "look at this", pinned: true });
    });
    await kept.finish(END);
    expect(shelf.get(ID)?.run).toMatchObject({ note: "look at this", pinned: true, status: "done" });
  });

  it("keeps so many, and moves the oldest away", async () => {
    for (let index = 0; index < 4; index += 1) {
      const kept = begin({ keep: { keep: 2, trash: 1 }, nowMs: () => BEGAN_MS + index * 1000 });
      await kept.finish(END);
    }
    expect(shelf.ids()).toHaveLength(2);
    expect(readdirSync(join(shelf.dir, ".trash"))).toHaveLength(1);
  });

  it("shares its files with two that run at once", async () => {
    const many = [0, 1, 2, 3].map(() => begin());
    for (const [index, kept] of many.entries()) write(kept, `symbol,side,entryTimeMs,${index}\n`);
    await Promise.all(many.map((kept) => kept.finish(END)));
    const runs = shelf.list().runs;
    expect(runs.map(({ status }) => status)).toEqual(["done", "done", "done", "done"]);
    const { id } = readRunFile(join(root, "newest/run.json")) ?? {};
    expect(textIn("newest", "trades.csv")).toBe(textIn("runs", id ?? "", "trades.csv"));
    expect(readdirSync(join(root, "newest")).sort()).toEqual(["run.json", "trades.csv"]);
  });

  it("does not begin where the newest one's folder holds a file of somebody else's, and leaves no trace", () => {
    mkdirSync(join(root, "newest"));
    writeFileSync(join(root, "newest/run.json"), '{"mine": true}');
    expect(() => begin()).toThrow(/newest\/run\.json: there is a file that Riposte did not write; move it away/);
    expect([shelf.ids(), readdirSync(join(root, "newest"))]).toEqual([[], ["run.json"]]);
  });

  it("says that it is kept where the copy cannot be made", async () => {
    const kept = begin();
    write(kept, "symbol,side,entryTimeMs,1\n");
    mkdirSync(join(root, "newest/trades.csv"), { recursive: true });
    await expect(kept.finish(END)).rejects.toThrow(/newest: a folder has the name .*; the run itself is kept in .*-abcdef01$/);
    expect(shelf.get(ID)?.status).toBe("done");
  });
});

describe("a run with --out", () => {
  it("lies there, and the shelf says where", async () => {
    const out = join(root, "mine");
    const kept = begin({ out });
    expect(existsSync(out)).toBe(false);
    write(kept, "text");
    await kept.finish(END);
    expect(readdirSync(out).sort()).toEqual(["run.json", "trades.csv"]);
    expect(readdirSync(join(root, "runs", ID))).toEqual(["run.json"]);
    expect(existsSync(join(root, "newest"))).toBe(false);
    expect(shelf.get(ID)).toMatchObject({ filesDir: out, status: "done" });
    expect(readRunFile(join(out, "run.json"))).toMatchObject({ id: ID, folder: null, status: "done" });
  });

  it("leaves the folder as it was when it fails", async () => {
    const kept = begin({ out: join(root, "mine") });
    await kept.abandon("failed", "why");
    expect(existsSync(join(root, "mine"))).toBe(false);
    expect(shelf.get(ID)).toMatchObject({ status: "failed", problem: "why" });
  });

  it("goes on without a shelf that cannot be written, and says so", async () => {
    writeFileSync(shelf.dir, "a file");
    const kept = begin({ out: join(root, "mine") });
    await kept.finish(END);
    expect(kept.registered).toBe(false);
    expect(readdirSync(join(root, "mine"))).toEqual(["run.json"]);
    expect(logged).toEqual([expect.stringMatching(/^NOTE the run is not registered: cannot write .*runs: /)]);
  });

  it("is one without, where the folder is that of the newest", async () => {
    const kept = begin({ out: join(root, "x/../newest") });
    await kept.finish(END);
    expect(existsSync(join(root, "newest/run.json"))).toBe(true);
    expect(shelf.get(ID)?.run.folder).toBeNull();
  });
});

it("does not begin where its files could not lie", () => {
  writeFileSync(shelf.dir, "a file");
  expect(() => begin()).toThrow(UserError);
  writeFileSync(join(root, "mine"), "a file");
  expect(() => begin({ out: join(root, "mine") })).toThrow(/mine: it is a file, not a folder; move it away/);
  if (process.getuid?.() === 0) return; // root may write anywhere
  rmSync(shelf.dir);
  chmodSync(root, 0o500);
  expect(() => begin()).toThrow(/cannot write .*runs: permission denied; make the folder writable/);
  chmodSync(root, 0o700);
});
