import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { filesIn } from "../../../../test/damage/damage.ts";
import { answerOf } from "../../../../test/damage/readers.ts";
import { testInstrument, testKlines } from "../../../../test/contract/testMarket.ts";
import type { Kline } from "../../../domain/kline.ts";
import { MINUTE_MS, UserError } from "../../../domain/units.ts";
import { FILE_LIST } from "../../hashing/fileList.ts";
import { instrumentRulesEvent } from "../../rules/defaultInstruments.ts";
import type { Store } from "../../store.ts";
import { parquetStore } from "../parquetStore.ts";

const FROM_MS = Date.UTC(2023, 0, 30);
/** Two days of January, and of February to April a day each. */
const STARTS = [FROM_MS, Date.UTC(2023, 1), Date.UTC(2023, 2), Date.UTC(2023, 3)];
const FOLDER = "klines/market=um/symbol=BTCUSDT/interval=1m";

let whole = "";
let root = "";
let store: Store;
beforeAll(async () => {
  whole = await mkdtemp(join(tmpdir(), "riposte-files-"));
  const writer = parquetStore({ root: whole });
  for (const startMs of STARTS) await writer.write("BTCUSDT", "um", testKlines(startMs, 1440));
  await writer.write("ETHUSDT", "um", [...testKlines(FROM_MS, 3000, 5), instrumentRulesEvent(testInstrument("ETHUSDT", 1))]);
  await writer.write("BTCUSDT", "um", [instrumentRulesEvent(testInstrument("BTCUSDT", 0))]);
  await writer.close();
});
afterAll(() => rm(whole, { recursive: true }));
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "riposte-files-"));
  await cp(whole, root, { recursive: true });
  store = parquetStore({ root });
});
afterEach(async () => {
  await store.close();
  await rm(root, { recursive: true });
});

const file = (name: string, folder = FOLDER): string => join(root, folder, name);
const closes = async (fromMs = 0, toMs = Date.UTC(2030, 0), meanwhile?: () => Promise<unknown>): Promise<number[]> => {
  const found: number[] = [];
  const query = { instruments: [testInstrument("BTCUSDT", 0)], kinds: ["kline" as const], fromMs, toMs, burstEvents: 64 };
  for await (const burst of store.read(query)) {
    if (found.length === 0) await meanwhile?.();
    found.push(...burst.map((event) => (event as Kline).block.close[(event as Kline).row] as number));
  }
  return found;
};
const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(UserError);
  return (error as Error).message;
};
const flipped = async (path: string, at = 0.5): Promise<void> => {
  const bytes = await readFile(path);
  const place = Math.floor(at * bytes.length);
  bytes[place] = (bytes[place] ?? 0) ^ 4;
  await writeFile(path, bytes);
};

describe("the files of a store", () => {
  it("are read where their bytes are those that were written", async () => {
    expect(await closes()).toHaveLength(4 * 1440);
  });

  it.each([0, 0.3, 0.6, 0.9, 0.999])(
    "are refused with one other bit, at %f of the file, also where only another day of it is asked for",
    async (at) => {
      await flipped(file("2023-03.parquet"), at);
      for (const [fromMs, toMs] of [
        [0, Date.UTC(2030, 0)],
        [STARTS[2], (STARTS[2] ?? 0) + MINUTE_MS],
      ])
        expect(await refusal(closes(fromMs, toMs))).toMatch(
          /2023-03\.parquet is damaged: its bytes are not those that were written \(SHA-256\); run riposte backfill --symbol BTCUSDT --kinds klines --from 2023-03-01 --to 2023-04-01 --data /,
        );
      expect(await closes(0, STARTS[2])).toHaveLength(2 * 1440);
    },
  );

  it("say where they end though the last one is gone, and that it is", async () => {
    await rm(file("2023-04.parquet"));
    expect((await store.spans(["kline"], ["BTCUSDT"]))[0]?.toMs).toBe((STARTS[3] ?? 0) + 1440 * MINUTE_MS);
    expect(await refusal(closes())).toMatch(
      /2023-04\.parquet is gone, though files\.sha256 beside it names it; run riposte backfill .*verify --adopt/,
    );
    expect(await closes(0, STARTS[3])).toHaveLength(3 * 1440);
  });

  it("do not take in what another program puts beside them", async () => {
    await cp(file("2023-03.parquet"), file("2023-05.parquet"));
    expect(await refusal(closes(0, STARTS[1]))).toMatch(
      /2023-05\.parquet was not written by Riposte: .* delete it, or take it in with riposte verify --adopt --data /,
    );
    await writeFile(file("notes.txt"), "mine");
    await rm(file("2023-05.parquet"));
    expect(await closes(0, STARTS[1])).toHaveLength(1440);
  });

  it("are known in another folder, with their list or without it", async () => {
    const [btc = "", eth = ""] = [FOLDER, FOLDER.replace("BTC", "ETH")].map((folder) => join(root, folder));
    await rename(btc, `${btc}.aside`);
    await rename(eth, btc);
    await rename(`${btc}.aside`, eth);
    expect(await refusal(closes())).toMatch(
      /files\.sha256 is that of klines\/market=um\/symbol=ETHUSDT\/interval=1m: its folder was moved or copied here/,
    );
    await rename(join(btc, FILE_LIST), join(btc, "aside"));
    await rename(join(eth, FILE_LIST), join(btc, FILE_LIST));
    await rename(join(btc, "aside"), join(eth, FILE_LIST));
    expect(await refusal(closes())).toMatch(/2023-01\.parquet is damaged/);
  });

  it("have a list of which no bit may change", async () => {
    await flipped(file(FILE_LIST), 0.2);
    expect(await refusal(closes())).toMatch(
      /the list .*files\.sha256 is damaged: delete it, and take the files beside it in again with riposte verify --adopt/,
    );
  });

  it("include the instrument rules", async () => {
    const rules = file("symbol=BTCUSDT.json", "instruments/market=um");
    await writeFile(rules, (await readFile(rules, "utf8")).replace('"tickSize": 0.01', '"tickSize": 0.02'));
    expect(await refusal(store.instruments(["BTCUSDT"]))).toMatch(
      /symbol=BTCUSDT\.json is damaged.*; run riposte backfill --symbol BTCUSDT --data .* again/,
    );
    await cp(file("symbol=ETHUSDT.json", "instruments/market=um"), rules);
    expect(await refusal(store.instruments(["BTCUSDT"]))).toMatch(/symbol=BTCUSDT\.json is damaged/);
    await rm(rules);
    expect(await refusal(store.instruments(["BTCUSDT"]))).toMatch(/symbol=BTCUSDT\.json is gone/);
    expect((await store.instruments(["ETHUSDT"]))[0]?.symbol).toBe("ETHUSDT");
  });

  it("of one symbol do not stand in the way of another", async () => {
    await flipped(file(FILE_LIST));
    expect(await store.spans(["kline"], ["ETHUSDT"])).toHaveLength(1);
    expect(await store.series("kline", "ETHUSDT", "um", 0, Infinity)[Symbol.asyncIterator]().next()).toMatchObject({ done: false });
  });

  it("may be replaced by a writer while they are read: what was read is the old or the new", async () => {
    const writer = parquetStore({ root });
    const salted = STARTS.flatMap((startMs) => testKlines(startMs, 1440, 7)).map(({ block, row }) => block.close[row] as number);
    const before = await closes();
    try {
      const found = await closes(0, Date.UTC(2030, 0), async () => {
        for (const startMs of STARTS) await writer.write("BTCUSDT", "um", testKlines(startMs, 1440, 7));
      });
      expect(found).toHaveLength(before.length);
      for (const [i, close] of found.entries()) expect([before[i], salted[i]]).toContain(close);
      expect(await closes()).toEqual(salted);
    } finally {
      await writer.close();
    }
  });

  it("that are damaged while they are read are noticed at the end at the latest", async () => {
    expect(await refusal(closes(0, Date.UTC(2030, 0), () => flipped(file("2023-01.parquet"))))).toMatch(/2023-01\.parquet is damaged/);
  });

  it("are never merged with what is damaged, but written anew where one is gone", async () => {
    await flipped(file("2023-03.parquet"));
    const late = testKlines((STARTS[2] ?? 0) + 2000 * MINUTE_MS, 5);
    expect(await refusal(store.write("BTCUSDT", "um", late))).toMatch(/2023-03\.parquet is damaged/);
    await rm(file("2023-03.parquet"));
    await store.write("BTCUSDT", "um", late);
    expect(await closes(STARTS[2], STARTS[3])).toHaveLength(5);
  });
});

describe("what the system refuses", () => {
  it("is one line with the path and what to do, whichever file it is", async () => {
    for (const name of ["2023-03.parquet", FILE_LIST]) {
      await rm(file(name));
      await mkdir(file(name));
      expect(await refusal(closes())).toMatch(
        /^cannot read .*(?:files\.sha256|2023-03\.parquet): the system refused it \(EISDIR\); mend its permissions or its disk/,
      );
      await rm(file(name), { recursive: true });
    }
    await mkdir(join(root, "landed.json"));
    expect(await refusal(store.landed())).toMatch(/^cannot read .*landed\.json: the system refused it \(EISDIR\)/);
  });
});

describe("a simulated store that is damaged", () => {
  it("is healed as the message says, whichever file it is", async () => {
    const data = join(root, "simulated");
    const simulate = ["simulate", "--symbol", "AUSDT", "--from", "2023-01-30", "--days", "4", "--data", data];
    expect(await answerOf(simulate)).toMatchObject({ code: 0 });
    const names = (await filesIn(data)).filter((name) => !name.endsWith(FILE_LIST));
    expect(names).toHaveLength(4);
    const whole = await Promise.all((await filesIn(data)).map((name) => readFile(join(data, name))));
    for (const name of names) {
      await flipped(join(data, name));
      const { stdout } = await answerOf(["verify", "--data", data]);
      const [, folder, it] = /is damaged: .*; delete (?:the folder (\S+)|(it)) and run the same riposte simulate again/.exec(stdout) ?? [];
      await rm(it === undefined ? join(data, folder ?? "") : join(data, name), { recursive: true });
      expect(await answerOf(simulate)).toMatchObject({ code: 0 });
      expect(await answerOf(["verify", "--data", data])).toMatchObject({ code: 0 });
    }
    expect(await Promise.all((await filesIn(data)).map((name) => readFile(join(data, name))))).toEqual(whole);
  });
});

describe("a store of an older version, without lists", () => {
  const lists = async (): Promise<string[]> =>
    (await readdir(root, { recursive: true })).filter((path) => path.endsWith(FILE_LIST)).map((path) => join(root, path));
  beforeEach(async () => {
    for (const list of await lists()) await rm(list);
  });

  it("is read, and tells how many files have no hash", async () => {
    expect(await closes()).toHaveLength(4 * 1440);
    expect(await store.unhashed(["kline", "instrumentRules"], ["BTCUSDT"], 0, Infinity)).toBe(5);
    expect(await store.unhashed(["kline"], ["BTCUSDT", "ETHUSDT"], 0, STARTS[1] ?? 0)).toBe(2);
  });

  it("lists the files that lie there when it is written to, and knows from then on which are foreign", async () => {
    await store.write("BTCUSDT", "um", testKlines((STARTS[3] ?? 0) + 1440 * MINUTE_MS, 5));
    expect(await store.unhashed(["kline"], ["BTCUSDT"], 0, Infinity)).toBe(3);
    expect(await readFile(file(FILE_LIST), "utf8")).toContain("# no hash: 2023-03.parquet\n");
    await cp(file("2023-03.parquet"), file("2023-05.parquet"));
    expect(await refusal(closes())).toMatch(/2023-05\.parquet was not written by Riposte/);
  });

  it("refuses a file that holds the rows of another month than its name says", async () => {
    await cp(file("2023-03.parquet"), file("2023-04.parquet"));
    const line = /2023-04\.parquet holds rows of another time than its name says; run riposte backfill/;
    expect(await refusal(closes())).toMatch(line);
    expect(await refusal(store.write("BTCUSDT", "um", testKlines(Date.UTC(2023, 3), 10)))).toMatch(line);
  });
});
