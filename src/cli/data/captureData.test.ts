import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { pipe } from "rxjs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { configSchema } from "../../../config/schema.ts";
import { continuity } from "../../../operators/continuity.ts";
import { tradeBars } from "../../../operators/tradeBars.ts";
import type { TimeRange } from "../../domain/time.ts";
import { parseTimeRange } from "../../domain/time.ts";
import { Kind } from "../../domain/kind.ts";
import { MINUTE_MS, UserError } from "../../domain/units.ts";
import { DataHash } from "../../engine/dataHash.ts";
import { drive } from "../../engine/driver.ts";
import { importCapture } from "../../store/capture/importCapture.ts";
import { parquetStore } from "../../store/parquet/parquetStore.ts";
import type { RunData } from "./runData.ts";
import { runData } from "./history.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-data-of-captures-"));
  vi.stubEnv("TMPDIR", folder);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

const T0 = Date.UTC(2026, 1, 16, 12);
const MINUTES = 5;

/** A message, when it arrives, and what a reader may conclude from it. */
interface Message {
  readonly atMs: number;
  readonly json: string;
  readonly trade?: { readonly id: number; readonly timeMs: number };
  /** Open time of a closed kline. */
  readonly klineMs?: number;
}

const tradeMessage = (id: number, timeMs: number, type: string): Message => ({
  atMs: timeMs + 20,
  json: `{"e":"trade","E":${timeMs + 10},"T":${timeMs},"s":"ETHUSDT","t":${id},"p":"${type === "MARKET" ? 2000 + (id % 7) : 0}.5","q":"0.25","X":"${type}","m":${id % 2 === 0}}`,
  trade: { id, timeMs },
});
const klineMessage = (openMs: number, delayMs: number): Message => ({
  atMs: openMs + MINUTE_MS + delayMs,
  json: `{"e":"kline","E":${openMs + MINUTE_MS + delayMs},"s":"ETHUSDT","k":{"t":${openMs},"T":${openMs + MINUTE_MS - 1},"s":"ETHUSDT","i":"1m","o":"2000.5","c":"2001.5","h":"2002.5","l":"1999.5","v":"7.25","n":9,"x":true,"q":"14500","V":"3","Q":"6000"}}`,
  klineMs: openMs,
});

interface Recording {
  readonly trades: boolean;
  readonly klines: boolean;
  readonly waits: readonly { readonly ms: number; readonly type: string; readonly lost: boolean }[];
  readonly delays: readonly number[];
  readonly cut: readonly [number, number];
}
const recordings = fc.record<Recording>({
  trades: fc.boolean(),
  klines: fc.boolean(),
  waits: fc.array(
    fc.record({
      ms: fc.integer({ min: 0, max: 9000 }),
      type: fc.constantFrom("MARKET", "MARKET", "MARKET", "NA", "ADL"),
      lost: fc.integer({ min: 0, max: 29 }).map((n) => n === 0),
    }),
    { minLength: 60, maxLength: 90 },
  ),
  delays: fc.array(fc.integer({ min: 5, max: 2500 }), { minLength: MINUTES, maxLength: MINUTES }),
  cut: fc.tuple(fc.double({ min: 0, max: 0.5, noNaN: true }), fc.double({ min: 0.5, max: 1, noNaN: true })),
});

const messagesOf = ({ trades, klines, waits, delays, cut }: Recording): Message[] => {
  let timeMs = T0 + 13_000;
  const sold = waits.flatMap(({ ms, type, lost }, i) => {
    timeMs += ms;
    return lost ? [] : [tradeMessage(i + 1, timeMs, type)];
  });
  const candles = delays.map((delayMs, i) => klineMessage(T0 + i * MINUTE_MS, delayMs));
  const all = [...(trades || !klines ? sold : []), ...(klines ? candles : [])].sort((a, b) => a.atMs - b.atMs);
  return all.slice(Math.floor(cut[0] * all.length), Math.ceil(cut[1] * all.length));
};

/** Open times of the bars that the messages make, and how many minutes between them are lost, by the rules of docs/captures.md. */
const rightBars = (messages: readonly Message[]): { readonly bars: readonly number[]; readonly lost: number } => {
  const klines = messages.flatMap(({ klineMs }) => (klineMs === undefined ? [] : [klineMs]));
  if (klines.length > 0) return { bars: klines, lost: 0 };
  const trades = messages.flatMap(({ trade }) => (trade === undefined ? [] : [trade]));
  const minuteOf = (timeMs: number): number => timeMs - (timeMs % MINUTE_MS);
  const broken = new Set<number>();
  for (const [i, { id, timeMs }] of trades.entries()) {
    const before = trades[i - 1];
    if (before === undefined || id === before.id + 1) continue;
    for (let at = minuteOf(before.timeMs); at <= timeMs; at += MINUTE_MS) broken.add(at);
  }
  const [first, last] = [trades[0], trades.at(-1)];
  const bars: number[] = [];
  let lost = 0;
  if (first === undefined || last === undefined) return { bars, lost };
  let priced = messages.some(({ json, trade }) => json.includes("MARKET") && (trade?.timeMs ?? 0) < minuteOf(first.timeMs) + MINUTE_MS);
  for (let at = minuteOf(first.timeMs) + MINUTE_MS; at < minuteOf(last.timeMs); at += MINUTE_MS) {
    priced ||= messages.some(({ json, trade }) => json.includes("MARKET") && trade !== undefined && minuteOf(trade.timeMs) === at);
    if (priced && broken.has(at)) lost += 1;
    else if (priced) bars.push(at);
  }
  return { bars, lost };
};

const seen = async (data: RunData): Promise<{ bars: number[]; lost: number; sha256: string; fromMs: number; toMs: number }> => {
  const bars: number[] = [];
  let lost = 0;
  const hash = new DataHash();
  const hashed = async function* () {
    for await (const burst of data.events()) {
      hash.add(burst);
      yield burst;
    }
  };
  await drive(hashed(), pipe(continuity(data.instruments), tradeBars(data.instruments, data.barsFromTrades ?? [])), (item) => {
    if (item.kind === Kind.kline) bars.push(item.openTimeMs);
    if (item.kind === Kind.gap) lost += item.missingBars;
  });
  await data.close();
  return { bars, lost, sha256: hash.digest(), fromMs: data.fromMs, toMs: data.toMs };
};

const imported = async (root: string, capture: string, { fromMs, toMs }: Partial<TimeRange> = {}): Promise<void> => {
  const store = parquetStore({ root });
  const range = { fromMs: fromMs ?? undefined, toMs: toMs ?? undefined };
  await importCapture({ store, paths: [capture], ...range, signal: new AbortController().signal, onProgress: () => undefined });
  await store.close();
};

const choice = { simulate: false, dirGiven: true, warmUpBars: 0, wanted: new Set([]), env: {} } as const;

describe("a capture and what was imported from it", { timeout: 120_000 }, () => {
  it("make the same bars, wherever the recording is cut: those that it covers whole (property)", async () => {
    let at = 0;
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(recordings, fc.boolean(), async (recording, ranged) => {
        const messages = messagesOf(recording);
        const capture = join(folder, `${(at += 1)}.jsonl`);
        await writeFile(capture, messages.map(({ atMs, json }) => `${atMs}000000 ${json}\n`).join(""));
        const dir = join(folder, `store-${at}`);
        const range = ranged ? { from: new Date(T0 + MINUTE_MS).toISOString(), to: new Date(T0 + 4 * MINUTE_MS).toISOString() } : {};
        const config = configSchema.parse({ symbols: ["ETHUSDT"], data: { dir }, ...range });
        const right = rightBars(messages);
        const ofCapture = await runData({ config, ...choice, captures: [capture] }).then(seen, (error: unknown) => {
          if (error instanceof UserError) return error;
          throw error;
        });
        if (ofCapture instanceof UserError) {
          expect(ranged || right.bars.length + right.lost === 0, ofCapture.message).toBe(true);
          return;
        }
        await imported(dir, capture);
        expect(ofCapture).toEqual(await runData({ config, ...choice, captures: [] }).then(seen));
        if (ranged) {
          const part = join(folder, `part-${at}`);
          await imported(part, capture, parseTimeRange(config.from, config.to));
          const whole = configSchema.parse({ symbols: ["ETHUSDT"], data: { dir: part } });
          const ofPart = await runData({ config: whole, ...choice, captures: [] }).then(seen);
          expect([ofPart.bars, ofPart.lost]).toEqual([ofCapture.bars, ofCapture.lost]);
          return;
        }
        compared += 1;
        expect(ofCapture).toMatchObject(right);
      }),
      { numRuns: 12, endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(0);
    expect((await readdir(folder)).filter((name) => name.startsWith("riposte-replay-"))).toEqual([]);
  });
});
