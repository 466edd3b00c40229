import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { expectRefusal, namesIn, riposteEach, scratchFolder } from "../cli/riposte.ts";
import type { Ended } from "../cli/riposte.ts";
import { describeShared, sharedData } from "../sharedData.ts";

const LIST = "files.sha256";
const KLINES = "klines/market=spot/symbol=BTCUSDT/interval=1m";
const DATA = ["--symbol", "BTCUSDT", "--data", "h"];
const RANGE = ["--from", "2023-02-15", "--to", "2023-04-15"];
const FAST = ["--signal", "trend", "--regime", "none", "--pattern", "none", "--set", "data.warmUp=false"];
const BACKTEST = ["backtest", ...DATA, ...RANGE, ...FAST, "--out", "o"];
const FILLED = ["--symbol", "BTCUSDT", "--market", "spot", "--archive", sharedData("archive")];
/** Everything that reads history into something that stays. */
const READERS: readonly (readonly string[])[] = [
  BACKTEST,
  [...BACKTEST, "--beliefs", "beliefs"],
  ["features", ...DATA, ...RANGE, "--set", "features.columns=return_1", "--out", "o"],
  ["dataset", ...DATA, ...RANGE, "--set", "features.columns=return_1", "--out", "o"],
  ["sweep", ...DATA, ...RANGE, ...FAST, "--set", "venue.takerFeeRate=0.0005,0.0004", "--jobs", "1", "--ledger", "l", "--out", "o"],
];

describeShared("a history file that is damaged", { timeout: 300_000 }, () => {
  let folder = "";
  let decisions: unknown;
  const run = (...commands: readonly (readonly string[])[]): Promise<Ended[]> => riposteEach(commands, folder);
  const decisionsOf = (ended: Ended | undefined): unknown =>
    (JSON.parse(ended?.stdout ?? "") as Record<string, unknown>)["decisionsSha256"];
  const file = (name: string): string => join(folder, "h", KLINES, name);
  const damaged = async (change: (bytes: Buffer) => void): Promise<void> => {
    const bytes = await readFile(file("2023-03.parquet"));
    change(bytes);
    await writeFile(file("2023-03.parquet"), bytes);
  };
  /** One bit in the first page of a column: DuckDB cannot decompress it, long after it has delivered other rows. */
  const inAPage = (bytes: Buffer): void => {
    bytes.writeUInt8(bytes.readUInt8(81_674) ^ 1, 81_674);
  };
  /** As an older version left the store. */
  const withoutLists = async (): Promise<void> => {
    for (const name of await readdir(join(folder, "h"), { recursive: true })) if (name.endsWith(LIST)) await rm(join(folder, "h", name));
  };

  beforeAll(async () => {
    folder = await scratchFolder("damage");
    const [filled] = await run(["backfill", ...FILLED, "--data", "whole", "--from", "2023-02-01", "--to", "2023-05-01"]);
    expect(filled?.code).toBe(0);
    await cp(join(folder, "whole"), join(folder, "h"), { recursive: true });
    const [whole] = await run([...BACKTEST, "--json"]);
    expect(JSON.parse(whole?.stdout ?? "")).toMatchObject({ bars: 84_880 });
    decisions = decisionsOf(whole);
  });
  beforeEach(async () => {
    for (const name of await namesIn(folder)) if (name !== "whole") await rm(join(folder, name), { recursive: true });
    await cp(join(folder, "whole"), join(folder, "h"), { recursive: true });
  });
  afterAll(() => rm(folder, { recursive: true }));

  const expectNamed = async (ended: readonly Ended[], line: RegExp): Promise<void> => {
    for (const each of ended) {
      const lines = each.stderr.split("\n").filter((text) => !/^(?:believing|features|dataset) /.test(text));
      expectRefusal({ ...each, stderr: lines.join("\n").replace(/venue\.\S+=\S+: /, "") }, 1, line);
    }
    expect(await namesIn(folder)).toEqual(["h", "whole"]);
  };

  it("in a page that cannot be decompressed ends whatever reads it with its name, and nothing is written", async () => {
    await damaged(inAPage);
    await expectNamed(await run(...READERS), /2023-03\.parquet is damaged: .*; run riposte backfill --symbol BTCUSDT --market spot /);
  });

  it("does so without a hash too, because the end of a stream is not its failure", async () => {
    await damaged(inAPage);
    await withoutLists();
    await expectNamed(
      await run(...READERS),
      /cannot read the history file .*2023-03\.parquet: .*Snappy decompression failure; run riposte backfill --symbol BTCUSDT --market spot /,
    );
  });

  it("in its footer has its name, with a hash and without one", async () => {
    await damaged((bytes) => bytes.fill(0xff, bytes.length - 300, bytes.length - 8));
    await expectNamed(await run(BACKTEST), /2023-03\.parquet is damaged/);
    await withoutLists();
    await expectNamed(await run(BACKTEST), /cannot read the history file .*2023-03\.parquet: .*; run riposte backfill/);
  });

  it("inside its values, which nothing else would show, is noticed before a result appears", async () => {
    for (const at of [0.3, 0.45, 0.56, 0.73, 0.9]) {
      await cp(join(folder, "whole"), join(folder, "h"), { recursive: true });
      await damaged((bytes) => {
        const place = Math.floor(at * bytes.length);
        bytes.writeUInt8(bytes.readUInt8(place) ^ 16, place);
      });
      await expectNamed(await run(BACKTEST), /2023-03\.parquet is damaged/);
    }
  });

  it("with a column of another name is told by file and column", async () => {
    const text = (await readFile(file("2023-03.parquet"))).toString("latin1").replaceAll("quoteVolume", "quoteVolumo");
    await writeFile(file("2023-03.parquet"), text, "latin1");
    await withoutLists();
    await expectNamed(await run(BACKTEST), /2023-03\.parquet: it has no column quoteVolume \(it has openTimeMs, .*quoteVolumo/);
  });

  it("is healed by the command that the message names, and then gives what it gave", async () => {
    await damaged((bytes) => bytes.fill(0, 400_000, 400_100));
    const [refused] = await run(BACKTEST);
    const remedy = /run riposte (backfill .*?) \(and its --archive/.exec(refused?.stderr ?? "")?.[1]?.split(" ") ?? [];
    const [healed, again, verified] = await run(
      [...remedy, "--archive", sharedData("archive")],
      [...BACKTEST, "--json"],
      ["verify", "--data", "h"],
    );
    expect(healed).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("damaged or gone, imported anew as far as the source has it: ") as unknown,
    });
    expect(decisionsOf(again)).toBe(decisions);
    expect(verified?.code).toBe(0);
  });

  it("and rules that are damaged are healed by a plain backfill", async () => {
    const rules = join(folder, "h/instruments/market=spot/symbol=BTCUSDT.json");
    await writeFile(rules, (await readFile(rules, "utf8")).replace("0.01,", "0.02,"));
    const backfill = ["backfill", ...FILLED, "--data", "h", "--from", "2023-02-01", "--to", "2023-05-01"];
    const [refused, healed, again] = await run(BACKTEST, backfill, [...BACKTEST, "--json"]);
    expect(refused?.stderr).toMatch(
      /symbol=BTCUSDT\.json is damaged: .*; run riposte backfill --symbol BTCUSDT --market spot --data h again/,
    );
    expect(healed?.code).toBe(0);
    expect(decisionsOf(again)).toBe(decisions);
  });

  it("and was imported from a capture is healed as the message says", async () => {
    const capture = ["import", "--capture", sharedData("captures", "usdm_btcusdt_2024-08-08.jsonl.gz"), "--data", "c"];
    const read = ["features", "--symbol", "BTCUSDT", "--data", "c", "--set", "features.columns=return_1", "--out", "f"];
    const [imported] = await run(capture);
    expect(imported?.code).toBe(0);
    const [trades = ""] = (await readdir(join(folder, "c/trades"), { recursive: true })).filter((name) => name.endsWith("T23.parquet"));
    const path = join(folder, "c/trades", trades);
    const bytes = await readFile(path);
    await writeFile(path, Buffer.from(bytes).fill(0, 5000, 5010));
    const [refused] = await run(read);
    expect(refused?.stderr).toMatch(/T23\.parquet is damaged: .*; delete it and run the same riposte import again$/m);
    await rm(path);
    const codes = (await run(capture, read, ["verify", "--data", "c"])).map(({ code }) => code);
    expect([codes, (await readFile(path)).equals(bytes)]).toEqual([[0, 0, 0], true]);
  });

  it("of an older version is read, said once with the command that gives it a hash, and that command does", async () => {
    await withoutLists();
    const [told, adopted, silent] = await run(BACKTEST, ["verify", "--adopt", "--data", "h"], BACKTEST);
    const said = (ended: Ended | undefined): readonly string[] =>
      (ended?.stdout.split("\n") ?? []).filter((line) => line.includes("no hash"));
    expect(said(told)).toEqual([
      expect.stringMatching(/^! {2}\d+ files of the history have no hash, .* riposte verify --adopt --data h gives them one\.$/),
    ]);
    expect(adopted).toMatchObject({ code: 0, stdout: expect.stringMatching(/^files taken in: \d+$/m) as unknown });
    expect(said(silent)).toEqual([]);
  });
});
