import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { configSchema } from "../config/schema.ts";
import type { RiposteConfig } from "../config/schema.ts";
import type { DataChoice } from "../src/cli/data/runData.ts";
import { openStore } from "../src/cli/data/store.ts";
import { featuresCommand } from "../src/cli/features.ts";
import type { CommandContext, OptionValues } from "../src/cli/frame/command.ts";
import { beliefsOf } from "../src/cli/run/beliefs.ts";
import { composeRun } from "../src/cli/run/composeRun.ts";
import { replayRun } from "../src/cli/run/replayRun.ts";
import type { Event } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import { importCapture } from "../src/store/capture/importCapture.ts";
import { Duck } from "../src/store/duck/duck.ts";
import { quoted } from "../src/store/duck/scanSql.ts";
import type { Store } from "../src/store/store.ts";
import { captureEvents } from "../src/venues/binance/capture/captureEvents.ts";
import { scanCapture } from "../src/venues/binance/capture/captureScan.ts";
import { testInstrument } from "./contract/testMarket.ts";
import { MARKET_KINDS } from "./contract/marketEvents.ts";
import { describeShared, sharedData } from "./sharedData.ts";

const capture2024 = [sharedData("captures", "usdm_btcusdt_2024-08-08.jsonl.gz")];
const capture2021 = ["fapi-streams", "fapi-depth", "fapi-exchangeInfo"].map((name) => sharedData("captures", `${name}-2021-07-22.txt.gz`));
const CAPTURES = [
  { title: "one symbol, six minutes of 2024", paths: capture2024 },
  { title: "four symbols, half a minute of 2021", paths: capture2021 },
];

const signal = new AbortController().signal;
const context: CommandContext = { log: () => undefined, print: () => undefined, progress: () => undefined, signal, json: true, env: {} };

/** A store of which nobody else knows. */
interface StorePlace {
  readonly data: (folder: string) => Partial<RiposteConfig["data"]>;
  /** The same for the command line. */
  readonly options: (folder: string) => OptionValues;
}

/** What was imported from a capture must be decided on as the capture is, and make the same feature rows, whatever the store. */
export const storedCaptureContract = (name: string, { data, options }: StorePlace): void => {
  describeShared(`captures in ${name}`, { timeout: 120_000 }, () => {
    let folder = "";
    const opened = (): Store => openStore({ data: configSchema.parse({ data: data(folder) }).data, env: {} });
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "riposte-stored-capture-"));
      for (const { paths } of CAPTURES) {
        const store = opened();
        await importCapture({ store, paths, signal, onProgress: () => undefined });
        await store.close();
      }
    });
    afterAll(() => rm(folder, { recursive: true }));

    it.each(CAPTURES)("$title: every event but klines comes back as it was, in the order of the line", async ({ paths }) => {
      const { symbols, bookSymbol: onlySymbol } = await scanCapture(paths);
      const captured: Event[] = [];
      for await (const burst of captureEvents({ paths, symbols, onlySymbol, burstEvents: 4096 })) captured.push(...burst);
      const store = opened();
      const instruments = symbols.map(({ symbol }, index) => testInstrument(symbol, index));
      const query = { instruments, kinds: MARKET_KINDS, fromMs: 0, toMs: Infinity, burstEvents: 4096 };
      const stored: Event[] = [];
      for await (const burst of store.read(query)) stored.push(...burst);
      await store.close();
      // Klines stand where they arrived in a capture, and at their close in history.
      const expected = captured.filter(({ kind }) => kind !== Kind.kline);
      expect(stored.length).toBe(expected.length);
      // One by one: a matcher over all of them takes minutes.
      for (const [i, event] of stored.entries()) expect(event).toEqual(expected[i]);
    });

    const replayed = async (fillOn: "trades" | "book", choice: DataChoice) => {
      const config = configSchema.parse({
        data: data(folder),
        regime: { module: "none" },
        pattern: { module: "none" },
        signal: { module: "trend" },
        position: { module: join(import.meta.dirname, "modules/oftenTrading.ts"), options: { lots: 20 } },
        venue: { fillOn, startUsdt: 1_000_000 },
        risk: null,
        protection: "none",
      });
      const run = await composeRun(config, "research", choice, {});
      const {
        recorder,
        aborted: _,
        ...hashes
      } = await replayRun(run, {
        events: run.data.events(),
        beliefs: await beliefsOf(null, run),
        signal,
        progress: () => undefined,
      });
      await run.data.close();
      return { bars: recorder.bars, orders: recorder.orders, fills: recorder.fills.length, ...hashes };
    };

    it("the same data and decisions as of the capture, filled on trades and on the book", async () => {
      for (const fillOn of ["trades", "book"] as const) {
        const ofCapture = await replayed(fillOn, { simulate: false, dirGiven: false, captures: capture2024 });
        expect(ofCapture.fills).toBeGreaterThan(10);
        expect(await replayed(fillOn, { simulate: false, dirGiven: true, captures: [] })).toEqual(ofCapture);
      }
    });

    it("the same feature rows as of the capture, with books and trades in them", async () => {
      const rowsOf = async (file: string, values: OptionValues): Promise<Buffer> => {
        await featuresCommand.run({ out: join(folder, file), ...values }, context);
        return readFile(join(folder, file));
      };
      const ofCapture = await rowsOf("capture.parquet", { capture: capture2024 });
      expect((await rowsOf("store.parquet", options(folder))).equals(ofCapture)).toBe(true);
      const duck = new Duck();
      const masks = ["book", "trade", "bestBidAsk", "liquidation"].map((input) => `sum("mask_${input}")::DOUBLE`).join(", ");
      expect(await duck.query(`SELECT ${masks} FROM read_parquet(${quoted(join(folder, "store.parquet"))})`)).toEqual([[0, 0, 0, 5]]);
      await duck.close();
    });
  });
};
