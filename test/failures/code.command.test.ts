import { execFileSync, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder, smallDisk } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";

/** Identity and ledger, journal, output, a module that does not come back: what a run must not lose, and whom it may not mistake. */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const hashOf = ({ stdout, stderr }: Ended): string => {
  expect(stdout, stderr).not.toBe("");
  return (JSON.parse(stdout) as { decisionsSha256: string }).decisionsSha256;
};
const rising = (threshold: string): string => `import { threshold } from "./helper.js";
export default () => ({ name: "own", warmUpBars: 0, onGap: "keep", layers: [], init: () => null, decide: (_s, bar, out) => {
  const up = Math.floor(bar.openTimeMs / 60000) % 60 < threshold${threshold};
  out.pLong = up ? 0.9 : 0; out.pShort = up ? 0 : 0.9; out.pNeutral = 0.1; } });`;
const POSITION = `import { every } from "./every.ts";
export default ({ stop = 0.004 }) => ({ name: "mine", init: () => ({ n: 0 }), decide: (state, view, propose) => {
  state.n += 1;
  if (view.position.positionLots !== 0 || view.entryPending || state.n % every !== 0) return;
  propose.enter({ direction: 1, qtyLots: 20, leverage: 2, bracket: { stopFraction: stop, targetFraction: 0.01 },
    worstTicks: Math.ceil((view.bar.close / view.instrument.tickSize) * 1.002) }); } });`;
const FAST = ["--regime", "none", "--pattern", "none", "--signal", "trend"];

/** A device of the test's own, like /dev/null; false where one may not make any. Never the machine's: a fault would replace it. */
const madeDevice = (path: string): boolean => {
  try {
    execFileSync("mknod", [path, "c", "1", "3"], { stdio: "ignore" });
    return true;
  } catch {
    console.warn("skipped: a device cannot be made here (that needs root)");
    return false;
  }
};

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const run = (...args: string[]): Promise<Ended> => riposte(args, { cwd: folder });
beforeAll(async () => {
  folder = await scratchFolder("code");
  await Promise.all([
    writeFile(at("sig.ts"), rising("")),
    writeFile(at("helper.ts"), "export const threshold = 10;"),
    writeFile(at("mine.ts"), POSITION),
    writeFile(at("every.ts"), "export const every = 40;"),
  ]);
  const [made] = await riposteEach([["simulate", "--data", "h", "--symbol", "AAAUSDT", "--days", "8", "--seed", "1"]], folder);
  expect(made?.code).toBe(0);
}, 120_000);
afterAll(() => Promise.all([folder, `${folder}.state`].map((each) => rm(each, { recursive: true, force: true }))));

describe("stored beliefs", { timeout: 120_000 }, () => {
  const RUN = ["backtest", "--data", "h", "--symbol", "AAAUSDT", "--signal", "./sig.ts", "--regime", "none", "--pattern", "none", "--json"];

  it("are refused when a file changed that the module imports as ./helper.js, though it is helper.ts", async () => {
    const first = await run(...RUN, "--beliefs", "b", "--out", "o1");
    expect(first.code, first.stderr).toBe(0);
    await writeFile(at("helper.ts"), "export const threshold = 50;");
    expectRefusal(
      await run(...RUN, "--beliefs", "b", "--out", "o2"),
      1,
      /beliefs b were made before module \.\/sig\.ts changed: delete the file/,
    );
    expect(hashOf(await run(...RUN, "--out", "o3"))).not.toBe(hashOf(first));
  });
});

describe("a run says which code made it", { timeout: 120_000 }, () => {
  it("with the hashes of its modules and the state of the tree, in the text, in the JSON and on the page", async () => {
    const ended = await run("backtest", "--data", "h", "--symbol", "AAAUSDT", ...FAST, "--position", "./mine.ts", "--out", "id");
    const text = await readFile(at("id", "summary.json"), "utf8");
    const { modules, commit } = JSON.parse(text) as { modules: Record<string, string>; commit: string };
    expect(Object.keys(modules)).toEqual(["./mine.ts"]);
    const sha256 = modules["./mine.ts"] ?? "";
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(commit).toMatch(/^[0-9a-f]{40}(?:\+dirty)?$|^v\d/);
    expect(ended.stdout).toContain(`./mine.ts ${sha256.slice(0, 12)}`);
    expect(await readFile(at("id", "report.html"), "utf8")).toContain(sha256);
  });
});

describe("the ledger", { timeout: 240_000 }, () => {
  const SWEEP = [
    "sweep",
    "--data",
    "h",
    "--symbol",
    "AAAUSDT",
    ...FAST,
    "--position",
    "./mine.ts",
    "--set",
    "position.options.stop=0.003,0.004",
    "--json",
  ];
  const ledgerOf = ({
    stdout,
    stderr,
  }: Ended): { path: string; added: number; known: number; trials: number; changed: number[]; unreadable: number[] } => {
    expect(stdout, stderr).not.toBe("");
    return (JSON.parse(stdout) as { ledger: ReturnType<typeof ledgerOf> }).ledger;
  };

  it("lies with the data, outlives the folder of the report, and counts an edited module as another trial", async () => {
    expect(ledgerOf(await run(...SWEEP, "--out", "s"))).toMatchObject({ path: "h/trials.jsonl", added: 2, known: 0, trials: 2 });
    await rm(at("s"), { recursive: true });
    expect(ledgerOf(await run(...SWEEP, "--out", "s"))).toMatchObject({ added: 0, known: 2, trials: 2 });
    await writeFile(at("every.ts"), "export const every = 60;");
    const edited = await run(...SWEEP, "--out", "s");
    expect(ledgerOf(edited)).toMatchObject({ added: 2, known: 0, trials: 4 });
    expect((JSON.parse(edited.stdout) as { luck: { trials: number } }).luck.trials).toBe(4);
  });

  it("knows its trials when the store's folder, and the ledger in it, has another name", async () => {
    await rename(at("h"), at("moved"));
    try {
      const ended = await run(...SWEEP.map((arg) => (arg === "h" ? "moved" : arg)), "--out", "s");
      expect(ledgerOf(ended)).toMatchObject({ path: "moved/trials.jsonl", added: 0, known: 2, trials: 4 });
    } finally {
      await rename(at("moved"), at("h"));
    }
  });

  it("names a line that was changed and one that was cut off, and loses neither the others nor the next", async () => {
    const lines = (await readFile(at("h/trials.jsonl"), "utf8")).split("\n");
    const changed = (lines[1] ?? "").replace(/"trades":\d+/, '"trades":7777');
    await writeFile(at("h/trials.jsonl"), [lines[0], changed, ...lines.slice(2, -1), '{"configSha256":"a'].join("\n"));
    await writeFile(at("every.ts"), "export const every = 80;");
    const ended = await run(...SWEEP, "--out", "s");
    expect(ledgerOf(ended)).toMatchObject({ added: 2, trials: 6, changed: [2], unreadable: [5] });
    expect(ended.stderr).toMatch(
      /!\s+The ledger h\/trials\.jsonl has lines that were changed after they were written: 2\. They count as they stand\./,
    );
    expect(ended.stderr).toMatch(/!\s+The ledger h\/trials\.jsonl has lines that are no trial, of a write that was cut off: 5\./);
  });

  it("takes what two sweeps append at once", async () => {
    const both = await Promise.all([
      run(...SWEEP, "--out", "s1", "--ledger", "two.jsonl"),
      run(...SWEEP.map((arg) => arg.replace("0.003,0.004", "0.005,0.006")), "--out", "s2", "--ledger", "two.jsonl"),
    ]);
    expect(both.map(ledgerOf).map(({ added }) => added)).toEqual([2, 2]);
    const lines = (await readFile(at("two.jsonl"), "utf8")).trim().split("\n");
    expect(new Set(lines.map((line) => (JSON.parse(line) as { configSha256: string }).configSha256)).size).toBe(4);
  });

  it("counts the trials that earlier versions kept in the working folder, and says where they are", async () => {
    await cp(at("h/trials.jsonl"), at("trials.jsonl"));
    await rm(at("h/trials.jsonl"));
    const ended = await run(...SWEEP, "--out", "s");
    expect(ended.stderr).toMatch(
      /NOTE trials\.jsonl in this folder is the ledger of an earlier version; its 6 trials count too: append its lines to h\/trials\.jsonl and delete it/,
    );
    expect((JSON.parse(ended.stdout) as { luck: { trials: number } }).luck.trials).toBe(6);
    await rm(at("trials.jsonl"));
  });

  it("of the simulated market lies in the user's state folder", async () => {
    const simulated = [
      "sweep",
      "--simulate",
      "--days",
      "2",
      ...FAST,
      "--position",
      "./mine.ts",
      "--set",
      "position.options.stop=0.003,0.004",
      "--json",
    ];
    expect(ledgerOf(await run(...simulated, "--out", "s")).path).toBe("…/trials.jsonl");
    expect((await readFile(join(`${folder}.state`, "riposte/trials.jsonl"), "utf8")).trim().split("\n")).toHaveLength(2);
  });

  it("is refused before the first run where it could not be written", async () => {
    const disk = await smallDisk("1m");
    if (disk === undefined) return;
    disk.readOnly();
    const ended = await run(...SWEEP, "--out", "refused", "--ledger", join(disk.folder, "trials.jsonl"));
    await disk.unmount();
    expectRefusal(
      ended,
      1,
      /^riposte: cannot write the ledger .*trials\.jsonl: the file system is read-only; name another file with --ledger$/,
    );
    expect(await namesIn(folder)).not.toContain("refused");
  });
});

describe("a run that must repeat itself", { timeout: 120_000 }, () => {
  const LEAK = `const seen = new Map();
export default () => ({ name: "own", warmUpBars: 0, onGap: "keep", init: () => null, decide: (_s, bar, out) => {
  const minute = (bar.openTimeMs / 60000) % 1440;
  seen.set(minute, (seen.get(minute) ?? 0) + 1);
  out.pLong = minute > 600 && seen.get(minute) > 1 ? 0.9 : 0; out.pNeutral = 1 - out.pLong; } });`;
  const RUN = ["backtest", "--simulate", "--days", "1", "--regime", "none", "--pattern", "none", "--verify"];

  it("is verified by a second pass that names the first bar that differs", async () => {
    await writeFile(at("leak.ts"), LEAK);
    expectRefusal(
      await run(...RUN, "--signal", "./leak.ts", "--out", "leaky"),
      1,
      /two passes over the same events do not decide the same, first at the bar of BTCUSDT that closed at 2023-01-01T10:02:00Z: \.\/leak\.ts keeps something outside of its state/,
    );
    expect(await namesIn(folder)).not.toContain("leaky");
    const good = await run(...RUN, "--signal", "./sig.ts", "--out", "verified", "--json");
    expect(JSON.parse(good.stdout)).toMatchObject({ verified: true });
    expect(await readFile(at("verified/report.html"), "utf8")).toContain("a second pass, in bursts of another size, decided the same");
  });

  it("ends with one line when a module fails behind its back", async () => {
    await writeFile(
      at("later.ts"),
      'export default () => ({ name: "l", warmUpBars: 0, onGap: "keep", init: () => { void Promise.reject(new Error("oh")); return 0; }, decide: () => undefined });',
    );
    const ended = await run(
      "backtest",
      "--simulate",
      "--days",
      "40",
      "--regime",
      "none",
      "--pattern",
      "none",
      "--signal",
      "./later.ts",
      "--out",
      "later",
    );
    expectRefusal(ended, 1, /^riposte: module \.\/later\.ts failed outside of its functions: oh \(line 1\)$/);
    expect((await namesIn(folder)).filter((name) => name.includes("later"))).toEqual(["later.ts"]);
  });
});

describe("a module that does not come back", { timeout: 120_000 }, () => {
  const LOOP = (decide: string, top = ""): string => `import { spin } from "./spin.ts";
${top}
export default () => ({ name: "loop", warmUpBars: 0, onGap: "keep", init: () => ({ n: 0 }), decide: (state) => { ${decide} } });`;
  /** Sends `first` and, behind it, the second signal; resolves to how the process ended and what it said. */
  const interrupted = (module: string, firstMs: number, secondMs: number): Promise<Ended> => {
    const args = ["backtest", "--simulate", "--days", "1", "--regime", "none", "--pattern", "none", "--signal", module, "--out", "loop"];
    return riposte(args, {
      cwd: folder,
      started: (child) => {
        for (const ms of [firstMs, secondMs]) setTimeout(() => child.kill("SIGINT"), ms);
        setTimeout(() => child.kill("SIGKILL"), secondMs + 20_000).unref();
      },
    });
  };

  it("is named after ten seconds with layer, module, bar and line, and a second Ctrl-C ends the process", async () => {
    await writeFile(at("spin.ts"), "export const spin = (): void => {\n  for (;;);\n};");
    await writeFile(at("loop.ts"), LOOP("if (++state.n === 50) spin();"));
    await writeFile(at("top.ts"), LOOP("", "while (true) {}"));
    const [late, soon, top] = await Promise.all([
      interrupted("./loop.ts", 30_000, 31_000),
      interrupted("./loop.ts", 9_000, 10_000),
      interrupted("./top.ts", 30_000, 31_000),
    ]);
    const line =
      /riposte: signal module \.\/loop\.ts has not come back for \d+ s at the bar that closed at 2023-01-01T00:50:00Z \(\.\/spin\.ts line 2\); Ctrl-C twice ends the run/;
    expect(late.stderr).toMatch(line);
    expect(top.stderr).toMatch(/riposte: signal module \.\/top\.ts has not come back for 1\d s \(line 2\)/);
    expect([late.code, soon.code, top.code]).toEqual([130, 130, 130]);
  });

  it("takes a sweep's processes with it", async () => {
    await writeFile(at("spins.ts"), 'export default ({ a }) => ({ name: "s", init: () => null, decide: () => { if (a > 1) for (;;); } });');
    const args = [
      "sweep",
      "--simulate",
      "--days",
      "1",
      ...FAST,
      "--position",
      "./spins.ts",
      "--set",
      "position.options.a=1,2",
      "--ledger",
      "spins.jsonl",
      "--out",
      "spins",
    ];
    const ended = await riposte(args, {
      cwd: folder,
      started: (child) => {
        let told = false;
        child.stderr?.on("data", (chunk: Buffer) => {
          if (told || !chunk.toString().includes("has not come back")) return;
          told = true;
          child.kill("SIGINT");
          setTimeout(() => child.kill("SIGINT"), 800);
        });
      },
    });
    expect(ended.code).toBe(130);
    expect(ended.stderr).toMatch(
      /position module \.\/spins\.ts has not come back for 1\d s at the bar that closed at 2023-01-01T00:0\d:00Z \(line 1\)/,
    );
    // Its processes hold its stderr open: that it has closed says that they have gone.
  });
});

describe("a journal", { timeout: 240_000 }, () => {
  const RUN = ["backtest", "--data", "h", "--symbol", "AAAUSDT", ...FAST, "--from", "2023-01-03", "--to", "2023-01-06", "--journal"];

  it("has one writer: of two runs that go on from it the second is refused, and it equals the uncut one", async () => {
    expect((await run(...RUN, "whole", "--out", "j0")).code).toBe(0);
    const whole = await readFile(at("whole"));
    const seventy = whole.subarray(0, whole.toString("latin1").split("\n").slice(0, 70).join("\n").length + 1);
    await writeFile(at("j"), seventy);
    await symlink("j", at("another name"));
    // The first is stopped as soon as it holds the journal, so that the second meets it whatever the machine does meanwhile.
    let holder: ChildProcess | undefined;
    const first = riposte([...RUN, "j", "--resume", "--out", "j1"], {
      cwd: folder,
      started: (child) => {
        holder = child;
      },
    });
    await vi.waitUntil(() => existsSync(at("j.lock")), { interval: 2, timeout: 60_000 });
    holder?.kill("SIGSTOP");
    const refused = await run(...RUN, "another name", "--resume", "--out", "j2");
    holder?.kill("SIGCONT");
    const ended = await first;
    expect(ended.code, ended.stderr).toBe(0);
    expectRefusal(
      refused,
      1,
      /^riposte: journal (?:j|another name) is being written by process \d+ on \S+: wait for it or stop it, then run again$/,
    );
    expect((await readFile(at("j"))).equals(whole)).toBe(true);
    expect((await namesIn(folder)).filter((name) => name.endsWith(".lock"))).toEqual([]);
  });

  it("with other line ends, with a mark at its start, or changed in its last line is refused, and not a byte of it is touched", async () => {
    const whole = await readFile(at("whole"), "latin1");
    const lines = whole.split("\n").slice(0, -1);
    const cut = lines.slice(0, 900);
    const damaged: Readonly<Record<string, string>> = {
      windows: cut.map((line) => `${line}\r\n`).join(""),
      "windows at its end": `${cut.slice(0, 899).join("\n")}\n${cut[899] ?? ""}\r\n`,
      marked: `\u00ef\u00bb\u00bf${cut.join("\n")}\n`,
      changed: `${cut.slice(0, 899).join("\n")}\n${(cut[899] ?? "").replace(/(\d)(?=\D*$)/, (digit) => (digit === "1" ? "2" : "1"))}\n`,
      "two writers": `${cut.join("\n")}\n${lines[10] ?? ""}\n`,
    };
    for (const [name, text] of Object.entries(damaged)) {
      await writeFile(at(name), text, "latin1");
      expectRefusal(
        await run(...RUN, name, "--resume", "--out", "j3"),
        1,
        new RegExp(`journal ${name} line \\d+(?: is damaged: its checksum does not match|: seq)`),
      );
      expect(await readFile(at(name), "latin1")).toBe(text);
    }
    expect(await namesIn(folder)).not.toContain("j3");
  });

  it("may lose one torn line, whatever is in it", async () => {
    const whole = await readFile(at("whole"));
    await writeFile(at("torn"), Buffer.concat([whole.subarray(0, 20_000), Buffer.from("\u2028 é", "utf8"), Buffer.alloc(50)]));
    expect((await run(...RUN, "torn", "--resume", "--out", "j4")).code).toBe(0);
    expect((await readFile(at("torn"))).equals(whole)).toBe(true);
  });
});

describe("what lies where a command writes", { timeout: 120_000 }, () => {
  const FEATURES = ["features", "--data", "h", "--symbol", "AAAUSDT", "--from", "2023-01-03", "--to", "2023-01-04"];

  it("is not replaced when it is a device, a pipe or a socket; a link is followed", async () => {
    const out = at("places");
    await mkdir(join(out, "elsewhere"), { recursive: true });
    execFileSync("mkfifo", [join(out, "pipe")]);
    const hasDevice = madeDevice(join(out, "null"));
    await symlink("elsewhere/f.parquet", join(out, "link"));
    await symlink("elsewhere/b", join(out, "beliefs"));
    await writeFile(join(out, "notes.txt"), "mine");
    const [device, pipe, link, notes, beliefs, dataset] = (await riposteEach(
      [
        [...FEATURES, "--out", hasDevice ? "places/null" : "places/pipe"],
        [...FEATURES, "--out", "places/pipe"],
        [...FEATURES, "--out", "places/link"],
        [...FEATURES, "--out", "places/notes.txt"],
        ["backtest", "--data", "h", "--symbol", "AAAUSDT", ...FAST, "--beliefs", "places/beliefs", "--out", "bo"],
        ["dataset", "--data", "h", "--symbol", "AAAUSDT", "--from", "2023-01-03", "--to", "2023-01-04", "--out", "places"],
      ],
      folder,
    )) as [Ended, Ended, Ended, Ended, Ended, Ended];
    expectRefusal(device, 1, /cannot write places\/\w+: it is a (?:device|pipe); name a file with --out$/);
    expectRefusal(pipe, 1, /cannot write places\/pipe: it is a pipe; name a file with --out$/);
    expectRefusal(notes, 1, /cannot write places\/notes\.txt: there is a file that Riposte did not write; move it away/);
    expect([link.code, beliefs.code, dataset.code], link.stderr + beliefs.stderr + dataset.stderr).toEqual([0, 0, 0]);
    if (hasDevice) expect((await lstat(join(out, "null"))).isCharacterDevice()).toBe(true);
    expect((await lstat(join(out, "pipe"))).isFIFO()).toBe(true);
    for (const name of ["link", "beliefs"]) expect((await lstat(join(out, name))).isSymbolicLink()).toBe(true);
    expect((await readFile(join(out, "elsewhere/f.parquet"))).toString("latin1", 0, 4)).toBe("PAR1");
    expect((await readFile(join(out, "elsewhere/b"))).toString("latin1", 0, 8)).toBe("RIPOSTEB");
  });

  it("is not replaced when somebody else's file has the name of one of a report, a sweep or a dataset", async () => {
    await Promise.all(["r", "w", "d"].map((name) => mkdir(at("foreign", name), { recursive: true })));
    await Promise.all([
      writeFile(at("foreign/r/trades.csv"), "date,amount\n"),
      writeFile(at("foreign/w/sweep.csv"), "date,amount\n"),
      writeFile(at("foreign/d/AAAUSDT-2023-01.arrow"), "date,amount\n"),
    ]);
    const [report, sweep, dataset] = (await riposteEach(
      [
        ["backtest", "--data", "h", "--symbol", "AAAUSDT", ...FAST, "--out", "foreign/r"],
        [
          "sweep",
          "--data",
          "h",
          "--symbol",
          "AAAUSDT",
          ...FAST,
          "--set",
          "venue.latencyMs=0,100",
          "--out",
          "foreign/w",
          "--ledger",
          "foreign.jsonl",
        ],
        ["dataset", "--data", "h", "--symbol", "AAAUSDT", "--from", "2023-01-03", "--to", "2023-01-04", "--out", "foreign/d"],
      ],
      folder,
    )) as [Ended, Ended, Ended];
    for (const ended of [report, sweep, dataset])
      expectRefusal(ended, 1, /there is a file that Riposte did not write; move it away or choose another place with --out/);
    expect(await namesIn(at("foreign/r"))).toEqual(["trades.csv"]);
    expect(await readFile(at("foreign/d/AAAUSDT-2023-01.arrow"), "utf8")).toBe("date,amount\n");
  });

  it("is a full disk: one line, exit 1", async () => {
    const script = join(ROOT, "bin/riposte.mjs");
    for (const args of [["--help"], ["backtest", "--help"], ["backtest", "--simulate", "--days", "1", "--out", "full", "--json"]]) {
      const out = new Promise<readonly [number | null, string]>((resolve) => {
        const child = spawn("sh", ["-c", 'exec "$@" > /dev/full', "sh", process.execPath, script, ...args], { cwd: folder });
        let stderr = "";
        child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        child.on("close", (code) => {
          resolve([code, stderr]);
        });
      });
      expect(await out).toEqual([1, expect.stringMatching(/riposte: cannot write the output: no space left on the device\n$/)]);
    }
  });
});

describe("settings", { timeout: 120_000 }, () => {
  it("of .env are read as docker compose reads them, and a $ that it would replace is told", async () => {
    const cwd = await scratchFolder("env");
    await writeFile(
      join(cwd, ".env"),
      "\uFEFFRIPOSTE_QUESTDB_USER=ada\nRIPOSTE_QUESTDB_PASSWORD=pa#s$x # the password\nRIPOSTE_DATA_QUESTDB_HOST='127.0.0.1'\n",
    );
    const { createServer } = await import("node:http");
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, "127.0.0.1", () => {
        resolve((server.address() as { port: number }).port);
      });
    });
    const ended = await riposte(["backtest", "--store", "questdb", "--set", `data.questdb.httpPort=${port}`, "--out", "o"], { cwd });
    server.close();
    await rm(cwd, { recursive: true });
    expect(asked[0]).toBe(`Basic ${Buffer.from("ada:pa#s$x").toString("base64")}`);
    expect(ended.stderr).toMatch(
      /NOTE \.env line 2: the \$ in RIPOSTE_QUESTDB_PASSWORD is taken as it stands; docker compose would replace it: put the value into single quotes/,
    );
  });

  it("that are mistyped are told as their user would wish", async () => {
    await writeFile(at("symbols.json"), '{\n  "name": "a",\n  "symbols": [BTCUSDT]\n}');
    const cases: readonly (readonly [readonly string[], 1 | 2, RegExp])[] = [
      [["backtest", "--out", ""], 2, /^riposte: --out needs a value \(DIR\)/],
      [["backtest", "--config", "symbols.json"], 1, /symbols\.json is not JSON at line 3, column 15/],
      [["backtest", "--set", "line.timeframes=1m"], 2, /line\.timeframes.* time frame "1m" is that of the bars themselves/],
      [["backtest", "--set", "line.timeframes=60m,1h"], 2, /line\.timeframes must not name the same one twice/],
      [["backtest", "--timerange", "20230101-"], 2, /no option --timerange \(did you mean --from and --to\?\)/],
      [["backtest", "--start", "2023"], 2, /\(did you mean --from\?\)/],
      [["backtest", "--end", "2023"], 2, /\(did you mean --to\?\)/],
      [["backtest", "--strategy", "x"], 2, /\(did you mean --signal or --position\?\)/],
      [["backtest", "-s", "x"], 2, /no option -s \(did you mean --signal or --position\?\)/],
    ];
    const ended = await riposteEach(
      cases.map(([args]) => args),
      folder,
    );
    for (const [index, [, code, line]] of cases.entries()) expectRefusal(ended[index] as Ended, code, line);
  });

  it("of the terminal's width hold for the help", async () => {
    for (const columns of [60, 90]) {
      const { stdout } = await riposte(["backtest", "--help"], { cwd: folder, env: { COLUMNS: String(columns) } });
      const widest = Math.max(...stdout.split("\n").map((line) => line.length));
      expect(widest).toBeLessThanOrEqual(columns);
      expect(widest).toBeGreaterThan(columns - 15);
    }
  });
});
