import { join } from "node:path";
import { pipe, tap } from "rxjs";
import { expect, it } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import type { RiposteConfig } from "../../../config/schema.ts";
import { describeShared, sharedData } from "../../../test/sharedData.ts";
import type { Item } from "../../domain/item.ts";
import { Kind } from "../../domain/kind.ts";
import { FillQuality, watchFills } from "../../record/outcomes/fillQuality.ts";
import { beliefsOf } from "./beliefs.ts";
import { compareFills } from "./compareFills.ts";
import { composeRun } from "./composeRun.ts";
import { replayRun } from "./replayRun.ts";
import type { ReplayedRun } from "./replayRun.ts";

const captures = ["fapi-streams", "fapi-depth", "fapi-exchangeInfo"].map((name) => sharedData("captures", `${name}-2021-07-22.txt.gz`));
const SYMBOLS = ["SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT"];

const configOf = (fillOn: RiposteConfig["venue"]["fillOn"]): RiposteConfig =>
  configSchema.parse({
    symbols: SYMBOLS,
    regime: { module: "none" },
    pattern: { module: "none" },
    signal: { module: "trend" },
    position: { module: join(import.meta.dirname, "../../../test/modules/oftenTrading.ts"), options: { lots: 1000 } },
    venue: { fillOn, startUsdt: 1_000_000 },
    risk: null,
    protection: "none",
  });

interface Replay {
  /** By instrument: what the venue said of its orders. */
  readonly said: readonly string[][];
  readonly decisionsSha256: string;
  readonly replayed: ReplayedRun;
}

const signal = new AbortController().signal;

const replay = async (fillOn: RiposteConfig["venue"]["fillOn"], quality?: FillQuality): Promise<Replay> => {
  const run = await composeRun(configOf(fillOn), "research", { simulate: false, dirGiven: false, captures }, {});
  const said: string[][] = SYMBOLS.map(() => []);
  const log = tap<Item>((item) => {
    if (item.kind >= Kind.orderAccepted && item.kind <= Kind.fundingPayment && "instrument" in item)
      said[item.instrument]?.push(JSON.stringify(item, (name, value: unknown) => (name === "seq" ? 0 : value))); // a run reads what it fills by: other events, other numbers
  });
  const replayed = await replayRun(run, {
    events: run.data.events(),
    beliefs: await beliefsOf(null, run),
    log: quality === undefined ? log : pipe(log, watchFills(quality)),
    signal,
    progress: () => undefined,
  });
  await run.data.close();
  return { said, decisionsSha256: replayed.decisionsSha256, replayed };
};

describeShared("the capture of 2021, each symbol filled in its own way", { timeout: 60_000 }, () => {
  it("a map that says the same of all symbols is that word", async () => {
    const word = await replay("book");
    expect(word.said.flat().length).toBeGreaterThan(30);
    const named = Object.fromEntries(SYMBOLS.map((symbol) => [symbol, "book"] as const));
    for (const map of [named, { default: "book" } as const]) {
      const { said, decisionsSha256 } = await replay(map);
      expect({ said, decisionsSha256 }).toEqual({ said: word.said, decisionsSha256: word.decisionsSha256 });
    }
    expect((await replay({ default: "trades" })).decisionsSha256).not.toBe(word.decisionsSha256);
  });

  it("is compared with runs where all fill one way, and stands before them", async () => {
    const fillOn = { SUSHIUSDT: "book", default: "trades" } as const;
    const run = await composeRun(configOf(fillOn), "research", { simulate: false, dirGiven: false, captures }, {});
    const quality = new FillQuality(run.data.instruments);
    const [mixed, trades] = [await replay(fillOn, quality), await replay("trades")];
    const context = { log: () => undefined, print: () => undefined, progress: () => undefined, signal, json: true, env: {} };
    const rows = await compareFills(run, { quality, replayed: mixed.replayed }, context);
    await run.data.close();
    expect(rows.map((row) => row.fillOn)).toEqual(["mixed", "bars", "trades", "book"]);
    expect([rows[0]?.decisionsSha256, rows[2]?.decisionsSha256]).toEqual([mixed.decisionsSha256, trades.decisionsSha256]);
  });

  it("a symbol fills as in a run where all fill its way", async () => {
    const [trades, book, bars] = [await replay("trades"), await replay("book"), await replay("bars")];
    const { said } = await replay({ SUSHIUSDT: "book", CTKUSDT: "trades", AKROUSDT: "trades" });
    const [sushi, akro, keep, ctk] = said;
    expect(sushi).toEqual(book.said[0]);
    expect(akro).toEqual(trades.said[1]);
    expect(keep, "not named: bars").toEqual(bars.said[2]);
    expect(ctk).toEqual(trades.said[3]);
    expect(sushi).not.toEqual(trades.said[0]);
    expect(ctk).not.toEqual(book.said[3]);
    expect(keep).not.toEqual(trades.said[2]);
  });
});
