import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { QuestDbServer } from "../../../scripts/questdb/server.ts";
import { testInstrument, testKlines } from "../../../test/contract/testMarket.ts";
import { CutProxy } from "../../../test/questdb/cutProxy.ts";
import type { Event, Trade } from "../../domain/event.ts";
import { klineValues } from "../../domain/kline.ts";
import { Kind } from "../../domain/kind.ts";
import { instrumentIndex, MINUTE_MS } from "../../domain/units.ts";
import type { Store } from "../store.ts";
import { questDbStore } from "./questDbStore.ts";

const FROM_MS = Date.UTC(2023, 0);
const ROWS = 20_000;
/** Bytes of a write of `ROWS` klines, about. */
const WRITE_BYTES = ROWS * 230;

let dataDir = "";
let server: QuestDbServer;
let proxy: CutProxy;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "riposte-questdb-crash-"));
  server = await QuestDbServer.start({ jar: inject("questdb").jar, dataDir });
  proxy = await CutProxy.before(server.httpPort);
});
afterAll(async () => {
  proxy.close();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const closes = async (store: Store): Promise<number[]> => {
  const found: number[] = [];
  const query = {
    instruments: [testInstrument("BTCUSDT", 0)],
    kinds: ["kline"],
    fromMs: 0,
    toMs: Date.UTC(2030, 0),
    burstEvents: 4096,
  } as const;
  for await (const burst of store.read(query))
    for (const event of burst) if (event.kind === Kind.kline) found.push(...Object.values(klineValues(event)));
  return found;
};

test.each([
  ["begins", 0.05, false],
  ["is half way", 0.5, false],
  ["has been answered, and the answer is lost", 0.99, true],
])("kill -9 when a write %s: after a restart the resent rows are there once, and the earlier ones too", async (_, share, atAnswer) => {
  const prefix = `crash${share * 100}_`;
  const store = questDbStore({ host: "127.0.0.1", httpPort: proxy.port, prefix });
  try {
    const earlier = testKlines(FROM_MS, ROWS);
    // The second write replaces the last rows of the first: resent rows must not bring old values back.
    const later = testKlines(FROM_MS + (ROWS - 5000) * MINUTE_MS, ROWS, 7);
    await store.write("BTCUSDT", "um", earlier);
    let restarted: Promise<void> | undefined;
    proxy.cutOnce({
      afterBytes: share * WRITE_BYTES,
      atAnswer,
      then: () => {
        restarted = server.kill().then(() => server.start());
      },
    });
    await store.write("BTCUSDT", "um", later);
    expect(restarted).toBeDefined(); // the crash did happen during the write
    await restarted;
    const wanted = [...earlier.slice(0, ROWS - 5000), ...later];
    expect((await store.spans()).find(({ kind }) => kind === "kline")?.events).toBe(wanted.length);
    expect(await closes(store)).toEqual(wanted.flatMap((kline) => Object.values(klineValues(kline))));
  } finally {
    await store.close();
  }
});

test("kill -9 in the middle of a write of trades: after a restart each is there once, in the order of ids", async () => {
  const store = questDbStore({ host: "127.0.0.1", httpPort: proxy.port, prefix: "crash_trades_" });
  // Ten of a ms, over three hours, ids beyond 2^53.
  const trades = Array.from({ length: 60_000 }, (_, i): Trade => {
    const eventTimeMs = FROM_MS + Math.floor(i / 10) * 1800;
    const header = { seq: -1, instrument: instrumentIndex(0), eventTimeMs, receivedTimeMs: eventTimeMs + 5, knownAtMs: eventTimeMs + 5 };
    return { kind: Kind.trade, ...header, tradeId: String(2n ** 53n + BigInt(i)), price: i / 8, qty: 1 + i, buyerIsMaker: i % 3 === 0 };
  });
  try {
    await store.write("BTCUSDT", "um", trades.slice(0, 20_000));
    let restarted: Promise<void> | undefined;
    proxy.cutOnce({
      afterBytes: 20_000 * 100, // half of the next write, about
      atAnswer: false,
      then: () => {
        restarted = server.kill().then(() => server.start());
      },
    });
    await store.write("BTCUSDT", "um", trades.slice(19_000).reverse());
    expect(restarted).toBeDefined();
    await restarted;
    expect((await store.spans()).map(({ kind, events }) => [kind, events])).toEqual([["trade", 60_000]]);
    const found: Event[] = [];
    for await (const burst of store.series("trade", "BTCUSDT", "um", 0, Infinity)) found.push(...burst);
    expect(found).toHaveLength(trades.length);
    expect(found.findIndex((event, i) => JSON.stringify(event) !== JSON.stringify(trades[i]))).toBe(-1);
  } finally {
    await store.close();
  }
});
