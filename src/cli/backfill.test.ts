import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aggTradeLines, checksumOf, klineLines, metricsLines, zipOf } from "../../test/contract/archiveFiles.ts";
import { body, status, WireServer } from "../../test/contract/wireServer.ts";
import { DAY_MS, UserError } from "../domain/units.ts";
import type { BackfillReport } from "../store/backfill/report.ts";
import { backfillCommand } from "./backfill.ts";
import type { OptionValues } from "./frame/command.ts";

const JANUARY = Date.UTC(2023, 0);
const PATH = "spot/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-01.zip";
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-backfill-cli-"));
});
afterEach(() => rm(folder, { recursive: true }));

/** Puts a file, by default January's klines, into a local archive. */
const archive = async (lines: readonly string[], path = PATH): Promise<string> => {
  const name = basename(path);
  const zip = zipOf(name.replace(".zip", ".csv"), lines.join("\n"));
  await mkdir(dirname(join(folder, "archive", path)), { recursive: true });
  await writeFile(join(folder, "archive", path), zip);
  await writeFile(join(folder, "archive", `${path}.CHECKSUM`), checksumOf(zip, name));
  return join(folder, "archive");
};
const run = async (
  values: OptionValues,
  signal = new AbortController().signal,
): Promise<{ report: BackfillReport; printed: string[]; progress: string[] }> => {
  const [printed, progress]: [string[], string[]] = [[], []];
  const report = await backfillCommand.run(
    { data: join(folder, "history"), ...values },
    {
      log: (line) => printed.push(line),
      print: (line) => printed.push(line),
      progress: (label, done, total) => progress.push(`${label} ${done}/${total}`),
      signal,
      json: false,
      env: {},
    },
  );
  return { report: report as BackfillReport, printed, progress };
};
/** Message and exit code of a run that fails. */
const failure = async (values: OptionValues, signal?: AbortSignal): Promise<[string, number]> => {
  const error: unknown = await run(values, signal).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`);
  expect(error.message).not.toContain("\n");
  return [error.message, error.exitCode];
};

describe("riposte backfill", () => {
  it("imports a local archive, says what the store holds and that spot stands in", async () => {
    const lines = klineLines(JANUARY, 100);
    const { report, printed, progress } = await run({
      archive: await archive([...lines.slice(0, 50), ...lines.slice(60)]),
      market: "spot",
    });
    expect(report).toMatchObject({ filesLanded: 1, rows: 90 });
    expect(printed[0]).toMatch(/^1 files landed \(90 rows, 0\.0 MB\)/);
    expect(printed).toContain("in the store: BTCUSDT 2023-01-01 … 2023-01-01 (spot), 90 kline events");
    expect(printed).toContain("gap: BTCUSDT 2023-01-01T00:50Z … 2023-01-01T01:00Z, 10 bars missing");
    expect(printed.join()).toContain("spot klines stand in for the perpetual");
    expect(progress.at(-1)).toBe("months 1/1");
  });

  it("imports trades and metrics by the day, and says what was amiss with them", async () => {
    const [a = "", b = "", , d = ""] = aggTradeLines(JANUARY, 4);
    await archive([b, a, d], "futures/um/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2023-01-01.zip");
    await archive(aggTradeLines(JANUARY + DAY_MS, 1), "futures/um/daily/aggTrades/BTCUSDT/BTCUSDT-aggTrades-2023-01-02.zip");
    const metrics = [...metricsLines("BTCUSDT", JANUARY, 5).slice(0, 2), "2023-01-01 00:15:00,BTCUSDT,1,2,,,,"];
    const dir = await archive(metrics, "futures/um/daily/metrics/BTCUSDT/BTCUSDT-metrics-2023-01-01.zip");
    const { report, printed, progress } = await run({ archive: dir, kinds: "aggTrades,metrics" });
    expect(report).toMatchObject({ filesLanded: 3, rows: 9, outOfOrder: 1, blankRows: 1 });
    expect(printed).toEqual(
      expect.arrayContaining([
        "in the store: BTCUSDT 2023-01-01 … 2023-01-01, 3 openInterest events",
        "trades out of order in their files, put in order: 1",
        "rows of metrics without one of their values: 1",
        "BTCUSDT-aggTrades-2023-01-01.zip skips 1 aggregate id in 1 place",
      ]),
    );
    expect(progress.at(-1)).toBe("days 3/3");
  });

  it("asks the network given by its URLs", async () => {
    const wire = await WireServer.start();
    try {
      const zip = zipOf("BTCUSDT-1m-2023-01.csv", klineLines(JANUARY, 5).join("\n"));
      const path = "/data/futures/um/monthly/klines/BTCUSDT/1m/BTCUSDT-1m-2023-01.zip";
      wire.on(path, body(zip));
      wire.on(`${path}.CHECKSUM`, body(checksumOf(zip, "BTCUSDT-1m-2023-01.zip")));
      wire.on("/fapi/v1/exchangeInfo", status(451, {}, '{"code":0,"msg":"restricted location"}'));
      const options = { from: "2023-01-01", to: "2023-02-01", "archive-url": wire.url, "rest-url": wire.url };
      const { report, printed } = await run({ ...options, kinds: "klines,funding" });
      expect(printed[0]).toMatch(
        /^the instrument rules of BTCUSDT are guessed, and asked for again by the next backfill: Binance refused .*restricted location/,
      );
      expect(report).toMatchObject({ filesLanded: 1, rows: 5, missing: [expect.stringContaining("fundingRate-2023-01.zip")] });
    } finally {
      await wire.stop();
    }
  });

  it.each<[string, OptionValues, RegExp]>([
    ["an unknown market", { market: "coin" }, /--market coin: .*must be um or spot/],
    ["an unknown kind", { kinds: "klines,trades" }, /names trades, which is not known: use klines, funding, aggTrades, metrics$/],
    ["trades of spot", { kinds: "klines,aggTrades", market: "spot" }, /^aggTrades are taken from the perpetual only: use --market um/],
    ["an unknown interval", { interval: "7m" }, /^unknown interval 7m: use one of 1m, 3m/],
    ["no start for the network", {}, /^say from when: add --from, e\.g\. --from 2023-01-01$/],
    [
      "a network that a local archive does not read",
      { archive: "x", "rest-url": "http://x" },
      /^--archive reads no network, so --rest-url would not be used/,
    ],
    ["a URL that is none", { from: "2023-01-01", "archive-url": "ftp://x" }, /^--archive-url ftp:\/\/x is not an http\(s\) URL$/],
    ["a range the wrong way round", { from: "2023-02-01", to: "2023-01-01" }, /2023-02-01.*2023-01-01/],
  ])("refuses %s as wrong usage", async (_, values, message) => {
    const [text, exitCode] = await failure(values);
    expect(text).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it("fails on a damaged file with its name and line, and on an archive that is not there", async () => {
    const dir = await archive([...klineLines(JANUARY, 3), "1,2"]);
    expect(await failure({ archive: dir, market: "spot" })).toEqual([
      "BTCUSDT-1m-2023-01.zip line 4 has 2 columns instead of 12; nothing of this file was imported; download it again, or move it away to go on without it",
      1,
    ]);
    expect((await failure({ archive: join(folder, "none") }))[0]).toMatch(/the archive folder .* does not exist/);
  });

  it("says what was kept when it is stopped", async () => {
    const stop = new AbortController();
    stop.abort();
    const [message, exitCode] = await failure({ archive: await archive(klineLines(JANUARY, 3)), market: "spot" }, stop.signal);
    expect(message).toMatch(/^stopped: 0 files \(0 rows\) have landed in .* and stay; the same command goes on from there$/);
    expect(exitCode).toBe(1);
  });
});
