import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runHere } from "../../../test/cli/inProcess.ts";
import { expectRefusal } from "../../../test/cli/riposte.ts";
import { RunShelf } from "../../record/runs/runShelf.ts";
import { sampleRun } from "../../record/runs/testing/sampleRun.ts";
import { thisProcess } from "../../store/liveProcess.ts";

let root = "";
let shelf: RunShelf;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "riposte-runs-"));
  shelf = new RunShelf(join(root, "runs"));
  shelf.add(sampleRun(0));
  shelf.add(sampleRun(1, { name: "wider", note: "a longer stop" }));
  shelf.add(sampleRun(2, { name: "grid", kind: "sweep", figures: { runs: 6, planned: 6, totalReturn: 0.2 } }));
  shelf.add(sampleRun(3, { name: "on", status: "running", process: thisProcess(), figures: {} }));
  shelf.add(sampleRun(4, { name: "bad", status: "failed", problem: "no bar", figures: {}, pinned: true }));
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const runs = (...args: string[]): ReturnType<typeof runHere> => runHere(["runs", ...args, "--set", `runs.dir=${shelf.dir}`]);
const compare = (...args: string[]): ReturnType<typeof runHere> => runHere(["compare", ...args, "--set", `runs.dir=${shelf.dir}`]);

describe("riposte runs", () => {
  it("lists them, the newest first, a line each, and says what it could not read", async () => {
    mkdirSync(join(shelf.dir, "older"));
    const { stdout, stderr, code } = await runs();
    expect(code).toBe(0);
    const lines = stdout.trim().split("\n");
    expect(lines.map((line) => line.split(/ {2,}/).slice(0, 2))).toEqual([
      ["id", "status"],
      [expect.stringMatching(/-bad-/), "failed, pinned"],
      [expect.stringMatching(/-on-/), "running"],
      [expect.stringMatching(/-grid-/), "done"],
      [expect.stringMatching(/-wider-/), "done"],
      [expect.stringMatching(/-default-/), "done"],
      [`5 runs in ${shelf.dir}`],
    ]);
    expect(lines[3]).toMatch(/\+20\.00% .*best of 6$/);
    expect(lines[4]).toMatch(/\+1\.00% +1\.00 +−10\.00% +7 {2}a longer stop$/);
    expect(stderr).toMatch(/^NOTE .*older has no run\.json of its own: .*\n$/);
    expect((await runs("list", "--last", "2")).stdout).toMatch(/the newest 2 of 5 runs in /);
  });

  it("prints one document with --json, with the status that holds now", async () => {
    const document = JSON.parse((await runs("list", "--json")).stdout) as { runs: { name: string; status: string; filesDir: string }[] };
    expect(document.runs.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "bad failed",
      "on running",
      "grid done",
      "wider done",
      "default done",
    ]);
    expect(JSON.parse((await runs("show", "wider", "--json")).stdout)).toEqual({
      ...sampleRun(1, { name: "wider", note: "a longer stop" }),
      filesDir: shelf.folderOf(sampleRun(1, { name: "wider" }).id),
    });
  });

  it("notes, pins and unpins", async () => {
    expect((await runs("note", "wider", "two", "words")).stdout).toMatch(/: note kept\n$/);
    expect((await runs("pin", "wider", "grid")).stdout.trim().split("\n")).toHaveLength(2);
    expect((await runs("show", "wider")).stdout).toMatch(/^pinned +yes\nnote +two words$/m);
    await runs("unpin", "wider");
    expect((await runs("show", "wider")).stdout).toMatch(/^pinned +no$/m);
    await runs("note", "wider", " ");
    expect((await runs("show", "wider")).stdout).toMatch(/^note +–$/m);
  });

  it("removes a run of a machine that cannot be asked only by force", async () => {
    const away = sampleRun(5, { name: "away", status: "running", process: { pid: 7, host: "elsewhere", startTicks: "" } });
    shelf.add(away);
    expectRefusal(await runs("rm", "away"), 1, /is running \(process 7 on elsewhere\): stop it first, or, if it is gone, add --force$/);
    expect((await runs("rm", "away", "--force")).code).toBe(0);
    expectRefusal(await runs("rm", "on", "--force"), 1, /is running \(process \d+\): stop it first$/);
  });

  it("removes runs into the trash, all that were named or none", async () => {
    expectRefusal(await runs("rm", "wider", "bad"), 1, /run .*-bad-.* is pinned: riposte runs unpin .*-bad-.* first$/);
    expectRefusal(await runs("rm", "wider", "on"), 1, /run .*-on-.* is running \(process \d+\): stop it first$/);
    expect(shelf.ids()).toHaveLength(5);
    const { stdout } = await runs("rm", "wider", "grid", "newest~2");
    expect(stdout).toMatch(
      /^removed .*-wider-.*\nremoved .*-grid-.*\nthey lie in .*\.trash: moving a folder from there into .* brings a run back\n$/,
    );
    expect([shelf.ids().length, readdirSync(join(shelf.dir, ".trash")).length]).toEqual([3, 2]);
  });

  it.each<[readonly string[], RegExp]>([
    [["shwo"], /runs has no action shwo \(did you mean show\?\); see riposte runs --help$/],
    [["delete"], /runs has no action delete \(there are: list, show, note, pin, unpin, rm\); see riposte runs --help$/],
    [["show"], /show needs a run: newest, newest~1, an id, a part of one, a name, or a folder; riposte runs list shows them$/],
    [["show", "wider", "grid"], /show takes one run, got 2: wider, grid$/],
    [["show", "widr"], /there is no run "widr" in .*runs \(did you mean wider\?\); riposte runs list shows them$/],
    [["list", "wider"], /list takes no run: riposte runs show wider shows one$/],
    [["note", "wider"], /note needs a run and its text: riposte runs note newest "wider stop"/],
    [["note", "wider", "x".repeat(2001)], /the note has 2001 characters: at most 2000 are kept, shorten it$/],
    [["pin"], /pin needs a run: /],
    [["list", "--last", "0"], /--last 0: give a whole number, 1 or more$/],
    [["show", "wider", "--last", "1"], /--last is for riposte runs list: leave it out of show$/],
    [["pin", "wider", "--force"], /--force is for riposte runs rm: leave it out of pin$/],
    [["list", "--set", "runs.keep=0"], /runs\.keep/],
  ])("refuses %j", async (args, line) => {
    expectRefusal(await runs(...args), 2, line);
  });

  it("says where it cannot look, and which run is damaged", async () => {
    writeFileSync(join(root, "file"), "");
    expectRefusal(
      await runHere(["runs", "--set", `runs.dir=${join(root, "file")}`]),
      1,
      /cannot read the folder of runs .*file: a part of the path is a file, not a folder; name another one with --set runs\.dir=DIR$/,
    );
    const { id } = sampleRun(0);
    writeFileSync(join(shelf.dir, id, "run.json"), "{");
    expectRefusal(await runs("show", id), 1, /run\.json is damaged: restore it from a copy, or move its folder away and run again$/);
  });
});

describe("riposte compare", () => {
  it.each<[readonly string[], 1 | 2, RegExp]>([
    [["wider"], 2, /compare needs two runs or more: riposte compare newest~1 newest/],
    [["wider", "wider"], 2, /wider is run .*, which is named before it: compare different runs$/],
    [["wider", "bad"], 1, /run .*-bad-.* failed \(no bar\): it has no figures to compare/],
    [["wider", "on"], 1, /run .*-on-.* is running: it has no figures to compare/],
    [["wider", "default", "--seed", "x"], 2, /--seed x: give a whole number, 0 to 4294967295$/],
    [["wider", "default"], 1, /cannot read .*equity\.csv of run .*; run its command again, riposte backtest$/],
  ])("refuses %j", async (args, code, line) => {
    expectRefusal(await compare(...args), code, line);
  });

  it("puts a sweep beside a run by figures and settings", async () => {
    const { stdout } = await compare("default", "grid");
    expect(stdout).toMatch(/^A {2}.*-default-.*\nB {2}.*-grid-/);
    expect(stdout).toMatch(/^totalReturn +0 +0\.20000$/m);
    expect(stdout).toMatch(/^Settings {4}the same$/m);
  });
});
