import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { testInstrument, testKlines } from "../../test/contract/testMarket.ts";
import type { Event } from "../domain/event.ts";
import { fundingEvent } from "../domain/fundingEvent.ts";
import { Kind } from "../domain/kind.ts";
import { klineValues, singleKline } from "../domain/kline.ts";
import { HOUR_MS, instrumentIndex, MINUTE_MS, UserError } from "../domain/units.ts";
import { parquetStore } from "../store/parquet/parquetStore.ts";
import { instrumentRulesEvent } from "../store/rules/defaultInstruments.ts";
import { listCommand } from "./list.ts";
import type { OptionValues } from "./frame/command.ts";

const FROM_MS = Date.UTC(2023, 0, 31, 20);
const ONLY = instrumentIndex(0);
let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "riposte-list-"));
});
afterEach(() => rm(dir, { recursive: true }));

const run = async (values: OptionValues = {}): Promise<{ printed: string[]; json: unknown }> => {
  const printed: string[] = [];
  const json = await listCommand.run(
    { data: join(dir, "h"), ...values },
    {
      log: () => undefined,
      print: (text) => printed.push(...text.split("\n")),
      progress: () => undefined,
      signal: new AbortController().signal,
      json: false,
      env: {},
    },
  );
  return { printed, json };
};
const failure = async (values: OptionValues = {}): Promise<string> => {
  const error: unknown = await run(values).catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`not a UserError: ${String(error)}`);
  return error.message;
};
const filled = async (): Promise<void> => {
  const store = parquetStore({ root: join(dir, "h") });
  const hourly = [0, 1, 4].map((hour) =>
    singleKline(ONLY, HOUR_MS, { ...klineValues(testKlines(FROM_MS + hour * HOUR_MS, 1)[0] as ReturnType<typeof singleKline>) }),
  );
  const trade = (minute: number, id: number): Event => ({
    ...{ kind: Kind.trade, seq: -1, instrument: ONLY, tradeId: String(id), price: 1, qty: 1, buyerIsMaker: false },
    ...{ eventTimeMs: FROM_MS + minute * MINUTE_MS, receivedTimeMs: 0, knownAtMs: 0 },
  });
  const rules = instrumentRulesEvent(testInstrument("BTCUSDT", 0));
  await store.write("BTCUSDT", "um", [rules, ...testKlines(FROM_MS, 100), ...testKlines(FROM_MS + 110 * MINUTE_MS, 400), ...hourly]);
  await store.write("BTCUSDT", "um", [fundingEvent(FROM_MS + 4 * HOUR_MS, 1e-4, 8, NaN, ONLY), trade(0, 1), trade(70, 5)]);
  await store.write("ETHUSDT", "spot", testKlines(FROM_MS, 600));
  await store.close();
};

it("shows each series with what it lacks, klines of every length, and funding also where there is none", async () => {
  await filled();
  expect((await run()).printed).toEqual([
    "symbol   kind              market  from               to                 rows  missing",
    "BTCUSDT  1m klines         um      2023-01-31T20:00Z  2023-02-01T04:30Z   500  10 minutes missing, the first 2023-01-31T21:40Z",
    "BTCUSDT  1h klines         um      2023-01-31T20:00Z  2023-02-01T01:00Z     3  2 1h bars missing, the first 2023-01-31T22:00Z",
    "BTCUSDT  funding           um      2023-02-01         2023-02-01            1",
    "BTCUSDT  instrument rules  um      2019-09-08                               1",
    "BTCUSDT  trades            um      2023-01-31T20:00Z  2023-01-31T21:10Z     2  3 trades missing, the first 2023-01-31T20:00Z",
    "ETHUSDT  1m klines         spot    2023-01-31T20:00Z  2023-02-01T06:00Z   600",
    "ETHUSDT  funding           um                                               0  1 settlement missing, the first 2023-02-01T00:00Z",
  ]);
});

it("takes a symbol, a market and a range, whose ends count as well, and gives the same as one document", async () => {
  await filled();
  const { printed, json } = await run({ symbol: ["BTCUSDT"], from: "2023-01-31T21:00Z", to: "2023-02-01T05:00Z" });
  expect(printed[1]).toMatch(
    /500 {2}40 minutes missing, the first 2023-01-31T21:40Z, in 2 gaps, the longest from 2023-02-01T04:30Z to 2023-02-01T05:00Z$/,
  );
  expect((json as { series: unknown[] }).series[0]).toEqual({
    symbol: "BTCUSDT",
    kind: "kline",
    market: "um",
    interval: "1m",
    from: "2023-01-31T20:00:00Z",
    to: "2023-02-01T04:30:00Z",
    rows: 500,
    holes: {
      count: 2,
      missing: 40,
      first: { from: "2023-01-31T21:40:00Z", to: "2023-01-31T21:50:00Z", missing: 10 },
      longest: { from: "2023-02-01T04:30:00Z", to: "2023-02-01T05:00:00Z", missing: 30 },
    },
  });
  expect((await run({ market: "spot" })).printed.slice(1).map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
    ["ETHUSDT", "1m klines", "spot"],
    ["ETHUSDT", "funding", "um"],
  ]);
});

it("says that there is nothing, and how to have something", async () => {
  expect(await failure()).toMatch(/^there is no history in .*: fill it with riposte backfill --data .*, or name another folder$/);
  await mkdir(join(dir, "h"));
  expect(await failure()).toMatch(/holds nothing: fill it with riposte backfill --data /);
  await filled();
  expect(await failure({ symbol: ["XUSDT"] })).toMatch(/holds nothing of XUSDT: fill it with riposte backfill --symbol XUSDT --data /);
});
