import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { captureText } from "../../../test/captureFile.ts";
import { expectRefusal, namesIn, riposteEach, scratchFolder } from "../../../test/cli/riposte.ts";

let folder = "";
beforeAll(async () => {
  folder = await scratchFolder("capture");
  const good = captureText(400);
  const info = { timezone: "UTC", symbols: [{ symbol: "ETHUSDT", filters: [] }] };
  // Changes its mind with every bar, so that there are orders and fills.
  const decide = "(state, bar, out) => { state.n += 1; out.pLong = state.n % 2; out.pShort = 1 - out.pLong; out.pNeutral = 0; }";
  await writeFile(
    join(folder, "mine.ts"),
    `export default () => ({ name: "mine", warmUpBars: 0, onGap: "keep", init: () => ({ n: 0 }), decide: ${decide} });`,
  );
  await writeFile(join(folder, "good.jsonl.gz"), gzipSync(good));
  await writeFile(join(folder, "cut.jsonl.gz"), gzipSync(good).subarray(0, 6000));
  await writeFile(join(folder, "order.jsonl"), good + captureText(1));
  const bookless = good.split("\n").filter((line) => !/depthUpdate|lastUpdateId/.test(line));
  await writeFile(join(folder, "bookless.jsonl"), bookless.join("\n"));
  await writeFile(join(folder, "short.jsonl"), captureText(30));
  await writeFile(join(folder, "rules.txt"), `https://fapi.binance.com/fapi/v1/exchangeInfo -> 1723118400.5: ${JSON.stringify(info)}\n`);
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const backtest = (capture: string, ...rest: readonly string[]): string[] => [
  "backtest",
  "--capture",
  capture,
  "--signal",
  "./mine.ts",
  ...rest,
];

describe("riposte backtest --capture", { timeout: 90_000 }, () => {
  it("gives the same decisions for every burst size, and when it goes on from its journal", async () => {
    const out = (name: string, ...rest: readonly string[]): string[] => backtest("good.jsonl.gz", "--json", "--out", name, ...rest);
    const ended = await riposteEach(
      [out("a", "--burst", "1"), out("b", "--burst", "7"), out("c", "--journal", "j"), out("d", "--journal", "j", "--resume")],
      folder,
    );
    expect(ended.map(({ code, stderr }) => [code, stderr.includes("riposte:")])).toEqual(ended.map(() => [0, false]));
    expect(Number(/"orders":\s*(\d+)/.exec(ended[0]?.stdout ?? "")?.[1])).toBeGreaterThan(2);
    const hashes = ended.map(({ stdout }) => /"decisionsSha256":\s*"(\w+)"/.exec(stdout)?.[1]);
    expect(hashes).toEqual(hashes.map(() => hashes[0]));
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    // 400 s of 6 messages and the snapshot, and the header.
    expect((await readFile(join(folder, "j"), "utf8")).trimEnd().split("\n")).toHaveLength(2402);
  });

  it("refuses what cannot be replayed, in one line with file and place, and writes nothing", async () => {
    const before = await namesIn(folder);
    const to = ["--journal", "never", "--out", "nowhere"];
    const [cut, order, missing, short, rules, stranger, both, bookless, compared, unmarked, barred, queued, stored] = await riposteEach(
      [
        backtest("cut.jsonl.gz", ...to),
        backtest("order.jsonl", ...to),
        backtest("none.jsonl", ...to),
        backtest("short.jsonl", ...to),
        [...backtest("rules.txt", ...to), "--capture", "good.jsonl.gz"],
        [...backtest("good.jsonl.gz", ...to), "--symbol", "SOLUSDT"],
        [...backtest("good.jsonl.gz", ...to), "--simulate"],
        backtest("bookless.jsonl", ...to, "--set", "venue.fillOn=book"),
        backtest("bookless.jsonl", ...to, "--compare-fills"),
        backtest("good.jsonl.gz", ...to, "--set", "venue.fillOn=book", "--set", "venue.triggerBy=mark"),
        backtest("good.jsonl.gz", ...to, "--set", "venue.triggerBy=mark"),
        backtest("good.jsonl.gz", ...to, "--set", "venue.fillOn=book", "--set", "venue.queueAheadUsdt=1000"),
        ["backtest", "--simulate", "--days", "1", "--set", "venue.fillOn=trades", ...to],
      ].map((args) => [...args]),
      folder,
    );
    expectRefusal(cut as never, 1, /capture cut\.jsonl\.gz is cut off: its gzip ends in the middle, behind line \d+; copy it again$/);
    expectRefusal(order as never, 1, /capture order\.jsonl line 2402 arrived 399500\.000 ms before the line above it: sort it by arrival$/);
    expectRefusal(missing as never, 1, /capture none\.jsonl does not exist: check the name$/);
    expectRefusal(short as never, 1, /there is no whole minute in short\.jsonl in this range: it holds 2024-08-08T12:00:00Z to /);
    expectRefusal(
      rules as never,
      1,
      /BTCUSDT has no rules: the capture's exchangeInfo does not list it; leave that file out, or choose another symbol$/,
    );
    expectRefusal(stranger as never, 1, /SOLUSDT is not in the capture good\.jsonl\.gz: it holds BTCUSDT; name one with --symbol$/);
    expectRefusal(both as never, 2, /--capture is the data of the run: leave --data and --simulate out$/);
    const noBook =
      /venue\.fillOn book needs trades, a snapshot of the order book and its diffs of BTCUSDT, and there are none in captured USD-M messages in bookless\.jsonl: replay a capture that has them \(--capture FILE\), import it, or set venue\.fillOn=trades$/;
    expectRefusal(bookless as never, 1, noBook);
    expectRefusal(compared as never, 1, noBook);
    expectRefusal(
      unmarked as never,
      1,
      /venue\.triggerBy mark needs mark prices of BTCUSDT, and there are none in .*: set venue\.triggerBy=last$/,
    );
    expectRefusal(barred as never, 2, /venue\.triggerBy mark needs venue\.fillOn trades or book: bars know the last price only/);
    expectRefusal(queued as never, 2, /venue\.queueAheadUsdt is for venue\.fillOn trades, not book/);
    expectRefusal(
      stored as never,
      1,
      /venue\.fillOn trades needs trades of BTCUSDT, and there are none in SIMULATED market, seed 1: .* or set venue\.fillOn=bars$/,
    );
    expect(await namesIn(folder)).toEqual(before);
  });
});

describe("riposte import", { timeout: 90_000 }, () => {
  const into = (...rest: readonly string[]): string[] => ["import", "--data", "imported", ...rest];

  it("writes a capture into a store, which is replayed as the capture is, in bursts of any size and from its journal", async () => {
    const [imported] = await riposteEach([into("--capture", "good.jsonl.gz", "--json")], folder);
    expect(imported?.code).toBe(0);
    expect(JSON.parse(imported?.stdout ?? "")).toMatchObject({ symbols: ["BTCUSDT"], events: 2401, faults: 0, aborted: false });
    const stored = (out: string, ...rest: readonly string[]): string[] => [
      ...["backtest", "--data", "imported", "--signal", "./mine.ts", "--json", "--set", "venue.fillOn=book", "--out", out],
      ...rest,
    ];
    const ended = await riposteEach(
      [
        [...backtest("good.jsonl.gz", "--json", "--out", "s0"), "--set", "venue.fillOn=book"],
        stored("s1", "--burst", "1"),
        stored("s2", "--burst", "7"),
        stored("s3", "--burst", "4096"),
        stored("s4", "--journal", "k"),
        stored("s5", "--journal", "k", "--resume"),
      ],
      folder,
    );
    const hashes = ended.map(({ stdout }) => /"decisionsSha256":\s*"(\w+)"/.exec(stdout)?.[1]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(hashes).toEqual(hashes.map(() => hashes[0]));
    expect(Number(/"orders":\s*(\d+)/.exec(ended[1]?.stdout ?? "")?.[1])).toBeGreaterThan(2);
  });

  it("refuses what cannot be imported, in one line with file and place, and writes nothing", async () => {
    const before = await namesIn(folder);
    const never = (...rest: readonly string[]): string[] => ["import", "--data", "never", ...rest];
    const good = ["--capture", "good.jsonl.gz"];
    const cases: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
      [never(), 2, /--capture is missing: name the file to import$/],
      [
        never("--capture", "cut.jsonl.gz"),
        1,
        /capture cut\.jsonl\.gz is cut off: its gzip ends in the middle, behind line \d+; copy it again$/,
      ],
      [never("--capture", "order.jsonl"), 1, /capture order\.jsonl line 2402 arrived 399500\.000 ms before the line above it/],
      [never("--capture", "none.jsonl"), 1, /capture none\.jsonl does not exist: check the name$/],
      [
        never(...good, "--symbol", "SOLUSDT"),
        1,
        /SOLUSDT is not in the capture good\.jsonl\.gz: it holds BTCUSDT; name one with --symbol$/,
      ],
      [
        never(...good, "--from", "2025-01-01"),
        1,
        /there is nothing from 2025-01-01.* in good\.jsonl\.gz: it holds 2024-08-08T12:00:00Z to /,
      ],
      [never(...good, "--from", "2025-01-01", "--to", "2024-01-01"), 2, /from is after to/],
      [
        ["import", "--data", "good.jsonl.gz", ...good],
        1,
        /the history good\.jsonl\.gz is a file, not a folder: name the folder with --data$/,
      ],
    ];
    const ended = await riposteEach(
      cases.map(([args]) => [...args]),
      folder,
    );
    for (const [i, [, code, message]] of cases.entries()) expectRefusal(ended[i] as never, code, message);
    // An empty folder at most, where the range was found empty only when all was read.
    expect((await namesIn(folder)).filter((name) => name !== "never")).toEqual(before);
    expect(await namesIn(join(folder, "never"))).toEqual([]);
  });
});
