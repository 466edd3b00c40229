import { cp, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectRefusal, namesIn, riposte, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";
import type { Ended } from "../../../test/cli/riposte.ts";

/** Mistakes in what is asked for: options, config, symbols, ranges, folders. `h` is a store with five simulated days. */
const KLINES = "klines/market=simulated/symbol=BTCUSDT/interval=1m/2023-01.parquet";
const FUNDING = "funding/market=simulated/symbol=BTCUSDT/2023.parquet";

const IN_ONE_PROCESS: readonly [string, string[], number, RegExp][] = [
  ["an option without its value", ["backtest", "--from"], 2, /--from needs a value \(TIME\); see riposte backtest --help$/],
  ["a word too many", ["backtest", "h"], 2, /backtest does not know what to do with "h"/],
  [
    "an unknown key on the command line",
    ["backtest", "--set", "risk.day.maxLoss=1"],
    2,
    /no key risk\.day\.maxLoss \(keys of risk\.day: maxLossFraction/,
  ],
  ["a value out of range", ["backtest", "--burst", "0"], 2, /--burst 0: line\.burstEvents must be at least 1, got 0$/],
  ["an unknown profile", ["backtest", "--profile", "reserch"], 2, /there is no profile reserch \(did you mean research\?\)/],
  [
    "a config file that is missing",
    ["backtest", "--config", "none.json"],
    1,
    /config file none\.json does not exist; give the path of a JSON file$/,
  ],
  ["a config file that is no JSON", ["backtest", "--config", "torn.json"], 1, /config file torn\.json is not JSON at line 1, column \d+/],
  ["a symbol that is none", ["backtest", "--symbol", "btc"], 2, /must be a symbol in upper case, e\.g\. BTCUSDT, got "btc"$/],
  ["a day that does not exist", ["backtest", "--from", "2023-02-30"], 2, /--from 2023-02-30: .*does not exist in the calendar/],
  [
    "an empty range",
    ["backtest", "--data", "h", "--from", "2023-01-03", "--to", "2023-01-03"],
    2,
    /range from .* is empty: .*; move to at least one bar later$/,
  ],
  [
    "a range before the data",
    ["backtest", "--data", "h", "--to", "2022-12-01"],
    1,
    /no bars to 2022-12-01T00:00:00Z: BTCUSDT in h has 2023-01-01T00:00:00Z to 2023-01-06/,
  ],
  [
    "a range before the simulated market",
    ["backtest", "--simulate", "--to", "2022-12-01"],
    1,
    /no bars to 2022-12-01.*: the simulated market has 2023-01-01.* to 2024-01-01.*; move --to/,
  ],
  [
    "a store that holds nothing",
    ["backtest", "--data", "empty"],
    1,
    /BTCUSDT is not in the history in empty: it holds nothing; run riposte backfill --symbol BTCUSDT --data empty$/,
  ],
  ["a store that is a file", ["backtest", "--data", "afile"], 1, /the history afile is a file, not a folder: name the folder with --data$/],
  ["a store to verify that is a file", ["verify", "--data", "afile"], 1, /the history afile is a file, not a folder: name the folder/],
  ["a store to fill that is a file", ["simulate", "--days", "1", "--data", "afile"], 1, /the history afile is a file, not a folder/],
  [
    "a store that lies below a file",
    ["list", "--data", "afile/h"],
    1,
    /the history afile\/h cannot be a folder, a part of its path is a file/,
  ],
  ["an archive that is a file", ["backfill", "--archive", "afile"], 1, /the archive folder afile is a file: give --archive the folder/],
  [
    "an output folder that is a file",
    ["backtest", "--data", "h", "--out", "afile"],
    1,
    /cannot write .*afile: it is a file, not a folder; move it away or choose another/,
  ],
  [
    "an output folder below a file",
    ["backtest", "--data", "h", "--out", "afile/x"],
    1,
    /cannot write .*afile\/x: a part of the path is a file.*; choose another folder with --out/,
  ],
  [
    "a damaged kline file",
    ["backtest", "--data", "bitrot"],
    1,
    /the history file .*2023-01\.parquet is damaged: .*; delete the folder .* and run the same riposte simulate again$/,
  ],
  [
    "a truncated kline file",
    ["backtest", "--data", "truncated"],
    1,
    /the history file .*2023-01\.parquet is damaged: .*; delete the folder .* and run the same riposte simulate again$/,
  ],
  [
    "an empty funding file",
    ["backtest", "--data", "nofunding"],
    1,
    /the history file .*2023\.parquet is damaged: .*; delete the folder .* and run the same riposte simulate again$/,
  ],
  ["--resume without a journal", ["backtest", "--resume"], 2, /--resume needs the journal to go on from: --journal FILE$/],
  [
    "a journal that is missing",
    ["backtest", "--data", "h", "--resume", "--journal", "none"],
    1,
    /journal none does not exist: check the name, or start a new one$/,
  ],
  ["a journal that is a folder", ["backtest", "--data", "h", "--resume", "--journal", "empty"], 1, /journal empty is no file/],
  [
    "a journal that is none",
    ["backtest", "--data", "h", "--resume", "--journal", "noline"],
    1,
    /journal noline holds no whole line: there is nothing to replay; name another file, or start a new journal$/,
  ],
  [
    "a journal in no folder",
    ["backtest", "--data", "h", "--journal", "none/j"],
    1,
    /journal none\/j cannot be written: its folder does not exist; make it first/,
  ],
  [
    "a journal that would be overwritten",
    ["backtest", "--data", "h", "--journal", "noline"],
    1,
    /journal noline is there already: journals are never overwritten; move it/,
  ],
];

let folder: string;
let ended: Ended[];
let spawned: Ended[];
beforeAll(async () => {
  folder = await scratchFolder("bad-options");
  const [made] = await riposteEach([["simulate", "--data", "h", "--days", "5"]], folder);
  expect(made?.code).toBe(0);
  await Promise.all([
    mkdir(join(folder, "empty")),
    writeFile(join(folder, "afile"), ""),
    writeFile(join(folder, "noline"), "no journal"),
    writeFile(join(folder, "torn.json"), '{"risk":'),
  ]);
  await writeFile(join(folder, "typo.json"), JSON.stringify({ risk: { day: { maxLossFracton: 0.1 } } }));
  for (const name of ["bitrot", "truncated", "nofunding"]) await cp(join(folder, "h"), join(folder, name), { recursive: true });
  const bytes = await readFile(join(folder, "bitrot", KLINES));
  await writeFile(join(folder, "bitrot", KLINES), bytes.fill(0x58, 20_000, 20_008));
  await truncate(join(folder, "truncated", KLINES), 30_000);
  await truncate(join(folder, "nofunding", FUNDING), 0);
  const real = (...args: string[]): Promise<Ended> => riposte(args, { cwd: folder });
  [ended, spawned] = await Promise.all([
    riposteEach(
      IN_ONE_PROCESS.map(([, args]) => (args[0] !== "backtest" || args.includes("--out") ? args : [...args, "--out", "o"])),
      folder,
    ),
    Promise.all([
      real("backtest", "--dat", "h"),
      real("backtest", "--config", "typo.json"),
      real("backtest", "--data", "h", "--symbol", "ETHUSDT"),
      real("backtest", "--data", "h", "--from", "2025-01-01"),
      real("backtest", "--from", "2023-01-03", "--to", "2023-01-02"),
      real("backtest", "--data", "nowhere"),
    ]),
  ]);
}, 90_000);
afterAll(() => rm(folder, { recursive: true }));

describe("riposte backtest, in a process of its own, refuses", () => {
  it.each<[string, number, number, RegExp]>([
    ["an unknown option", 0, 2, /^riposte: backtest has no option --dat \(did you mean --data\?\); see riposte backtest --help$/],
    [
      "an unknown config key",
      1,
      1,
      /config file typo\.json: there is no key risk\.day\.maxLossFracton \(did you mean maxLossFraction\?\)$/,
    ],
    [
      "a symbol that is not in the store",
      2,
      1,
      /ETHUSDT is not in the history in h: it holds BTCUSDT \(simulated\); run riposte backfill --symbol ETHUSDT --data h$/,
    ],
    [
      "a range outside the data",
      3,
      1,
      /no bars from 2025-01-01T00:00:00Z: BTCUSDT in h has 2023-01-01T00:00:00Z to 2023-01-06T00:00:00Z; move --from or --to, or backfill more$/,
    ],
    ["a start after the end", 4, 2, /from is after to: from 2023-01-03T00:00:00Z to 2023-01-02T00:00:00Z; swap them$/],
    ["a store that is missing", 5, 1, /no history in nowhere: fill it with riposte backfill --data nowhere, or leave --data out$/],
  ])("%s", (_, index, code, line) => {
    expectRefusal(spawned[index] as Ended, code, line);
  });
});

describe("riposte refuses", () => {
  it.each(IN_ONE_PROCESS.map(([name, , code, line], index) => [name, index, code, line] as const))("%s", (_, index, code, line) => {
    expectRefusal(ended[index] as Ended, code, line);
  });

  it("and leaves nothing behind", async () => {
    const made = ["afile", "bitrot", "empty", "h", "nofunding", "noline", "torn.json", "truncated", "typo.json"];
    expect(await namesIn(folder)).toEqual(made);
  });
});
