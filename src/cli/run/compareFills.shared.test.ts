import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tap } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { describeShared, sharedData } from "../../../test/sharedData.ts";
import type { Fill } from "../../domain/derived.ts";
import type { BestBidAsk, Event } from "../../domain/event.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import type { FillOn } from "../../domain/order.ts";
import { readJournal } from "../../engine/journal.ts";
import { FillQuality, watchFills } from "../../record/outcomes/fillQuality.ts";
import type { FillModeRow } from "../../record/runRecord.ts";
import { beliefsOf } from "./beliefs.ts";
import { compareFills } from "./compareFills.ts";
import { composeRun } from "./composeRun.ts";
import { journalled } from "./journalled.ts";
import { replayRun } from "./replayRun.ts";
import type { ReplayedRun, ReplayRunOptions } from "./replayRun.ts";

const capture = sharedData("captures", "usdm_btcusdt_2024-08-08.jsonl.gz");
const signal = new AbortController().signal;

const configOf = (fillOn: FillOn, burstEvents = 4096, lots = 20): RiposteConfig =>
  configSchema.parse({
    line: { burstEvents },
    regime: { module: "none" },
    pattern: { module: "none" },
    signal: { module: "trend" },
    position: { module: join(import.meta.dirname, "../../../test/modules/oftenTrading.ts"), options: { lots } },
    venue: { fillOn, startUsdt: 1_000_000 },
    risk: null,
    protection: "none",
  });

const composed = (config: RiposteConfig) => composeRun(config, "research", { simulate: false, dirGiven: false, captures: [capture] }, {});

type Change = (events: AsyncIterable<readonly Event[]>) => AsyncIterable<readonly Event[]>;
const unchanged: Change = (events) => events;

const replay = async (
  config: RiposteConfig,
  options: Partial<ReplayRunOptions> & { readonly change?: Change } = {},
): Promise<ReplayedRun> => {
  const run = await composed(config);
  const { change = unchanged, ...rest } = options;
  const beliefs = await beliefsOf(null, run);
  const replayed = await replayRun(run, { events: change(run.data.events()), beliefs, signal, progress: () => undefined, ...rest });
  await run.data.close();
  return replayed;
};

describeShared("fills on the capture of 2024", { timeout: 180_000 }, () => {
  describe.each<FillOn>(["trades", "book"])("on %s", (fillOn) => {
    let whole: ReplayedRun;
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "fills-"));
      const config = configOf(fillOn);
      const { data, layers } = await composed(config);
      const journal = journalled({ config, data, layers, journalPath: join(folder, "journal"), resume: null });
      whole = await replay(config, { events: journal.events, journal: journal.writer });
      await journal.close();
      await data.close();
    });
    afterAll(() => rm(folder, { recursive: true }));

    it("makes the same decisions for bursts of 1 and 7 as of 4096", async () => {
      expect(whole.recorder.fills.length).toBeGreaterThan(10);
      for (const burst of [1, 7]) expect((await replay(configOf(fillOn, burst))).decisionsSha256).toBe(whole.decisionsSha256);
    });

    it("makes them again when it goes on from a journal that was cut in the middle", async () => {
      const config = configOf(fillOn);
      const journalPath = join(folder, "cut");
      const text = await readFile(join(folder, "journal"), "utf8");
      await writeFile(journalPath, text.slice(0, text.length / 2));
      const { data, layers } = await composed(config);
      const journal = journalled({ config, data, layers, journalPath, resume: await readJournal(journalPath) });
      const again = await replay(config, { events: journal.events, journal: journal.writer });
      await journal.close();
      await data.close();
      expect(again.decisionsSha256).toBe(whole.decisionsSha256);
      expect((await readFile(journalPath, "utf8")) === text).toBe(true);
    });

    it("another future changes nothing before it", async () => {
      const said = async (cut: number): Promise<{ readonly lines: string[]; readonly decisionsSha256: string }> => {
        const lines: string[] = [];
        const log = tap<Item>((item) => {
          const told = (item.kind >= Kind.orderAccepted && item.kind <= Kind.fundingPayment) || item.kind === Kind.orderSent;
          if (told && item.seq < Math.min(cut, 60_000)) lines.push(JSON.stringify(item));
        });
        const { decisionsSha256 } = await replay(configOf(fillOn), { log, change: (events) => withAnotherFuture(events, cut) });
        return { lines, decisionsSha256 };
      };
      const real = await said(Infinity);
      expect(real.decisionsSha256).toBe(whole.decisionsSha256);
      for (const cut of [30_000, 45_000, 60_000]) {
        const before = real.lines.filter((line) => (JSON.parse(line) as Item).seq < cut);
        expect(before.length).toBeGreaterThan(20);
        const other = await said(cut);
        expect(other.lines).toEqual(before);
        expect(other.decisionsSha256, "the other future is another").not.toBe(whole.decisionsSha256);
      }
    });
  });

  it("on the book a small order pays the best quote of the independent stream at its time", async () => {
    const quotes: BestBidAsk[] = [];
    const taken: Fill[] = [];
    const log = tap<Item>((item) => {
      if (item.kind === Kind.bestBidAsk) quotes.push(item);
      else if (item.kind === Kind.fill && !item.maker) taken.push(item);
    });
    await replay(configOf("book"), { log });
    expect(taken.length).toBeGreaterThanOrEqual(6);
    for (const { side, priceTicks, eventTimeMs } of taken) {
      const quote = quotes.filter((each) => each.eventTimeMs <= eventTimeMs).at(-1) as BestBidAsk;
      expect(priceTicks).toBe(Math.round(10 * (side === "buy" ? quote.askPrice : quote.bidPrice)));
    }
  });

  it("the same strategy: what bars promise, and what trades and the book give", async () => {
    const rowsOf = async (lots: number): Promise<readonly FillModeRow[]> => {
      const run = await composed(configOf("bars", 4096, lots));
      const quality = new FillQuality(run.data.instruments);
      const replayed = await replay(run.config, { log: watchFills(quality) });
      const context = { log: () => undefined, print: () => undefined, progress: () => undefined, signal, json: true, env: {} };
      const rows = await compareFills(run, { quality, replayed }, context);
      await run.data.close();
      return rows;
    };
    const small = await rowsOf(20);
    const large = await rowsOf(5000);
    for (const rows of [small, large]) {
      expect(rows.map((row) => row.fillOn)).toEqual(["bars", "trades", "book"]);
      const [bars, ...ticks] = rows as readonly [FillModeRow, ...FillModeRow[]];
      expect(bars.medianFillMs, "a bar fills at its open").toBe(0);
      for (const row of ticks) {
        expect(row.medianFillMs, "the latency of 250 ms").toBeGreaterThan(250);
        expect(row.orders).toBeGreaterThanOrEqual(row.missed + 10);
        expect(row.missed, "the ladder's last rungs").toBeGreaterThan(0);
      }
      expect(new Set(rows.map((row) => row.decisionsSha256)).size).toBe(3);
    }
    const book = ([, , row]: readonly FillModeRow[]): FillModeRow => row as FillModeRow;
    expect(book(large).takerSlippageBps, "five bitcoins walk the book, a fiftieth of one does not").toBeGreaterThan(
      book(small).takerSlippageBps,
    );
  });
});

/** From event `cut` on: trades at twice the price, books of one lot, no quotes. */
async function* withAnotherFuture(events: AsyncIterable<readonly Event[]>, cut: number): AsyncGenerator<readonly Event[]> {
  let seq = 0;
  for await (const burst of events) {
    const changed: Event[] = [];
    for (const event of burst) {
      const after = seq >= cut;
      seq += 1;
      if (!after) changed.push(event);
      else if (event.kind === Kind.trade) changed.push({ ...event, price: 2 * event.price });
      else if (event.kind === Kind.bookDiff)
        changed.push({ ...event, bids: event.bids.map((value, i) => (i % 2 === 0 ? value : value / 2)) });
    }
    yield changed;
  }
}
