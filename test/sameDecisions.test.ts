import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stepOperator } from "../operators/stepOperator.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Event } from "../src/domain/event.ts";
import { continued, FileJournal, readJournal } from "../src/engine/journal.ts";
import { instrumentRulesEvent } from "../src/store/rules/defaultInstruments.ts";
import { parquetStore } from "../src/store/parquet/parquetStore.ts";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import { collected, inBursts, marketInstruments, replay, testMarket } from "./replay.ts";
import type { Replayed, ReplayOptions, Source } from "./replay.ts";
import { ALL_LAYERS, SMALL_SET } from "./allLayers.ts";
import { inBurstsOf, JOURNAL_HEADER, restarted } from "./restarted.ts";
import { SHIPPED_LAYERS } from "./shippedLayers.ts";

const ONE = testMarket();
const THREE = testMarket({ symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"], days: 3 });

let folder: string;
let one: Event[];
let reference: Replayed;
let fills = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-same-"));
  one = await collected(simulatedMarket(ONE));
  const count = stepOperator("count", () => null, { [Kind.fill]: () => void (fills += 1) });
  reference = await replay({ instruments: marketInstruments(ONE), source: inBursts(one, 4096), end: count });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const runOne = (source: Iterable<readonly Event[]> | AsyncIterable<readonly Event[]>): Promise<Replayed> =>
  replay({ instruments: marketInstruments(ONE), source });
const hashes = ({ decisionsSha256, dataSha256 }: Replayed): object => ({ decisionsSha256, dataSha256 });

describe("the same decisions", () => {
  it("of a run that trades", () => {
    expect(reference.decisions).toBeGreaterThan(8000);
    expect(fills).toBeGreaterThan(10);
  });

  it("for the same input twice", async () => {
    expect(hashes(await runOne(inBursts(one, 4096)))).toEqual(hashes(reference));
  });

  it("but not for another one", async () => {
    const other = await replay({ instruments: marketInstruments(ONE), source: simulatedMarket({ ...ONE, seed: 2 }) });
    expect(other.decisionsSha256).not.toBe(reference.decisionsSha256);
    expect(other.dataSha256).not.toBe(reference.dataSha256);
  });

  it.each([1, 7, 4096])("in bursts of %i, blocks of 100 rows", async (burstEvents) => {
    const run = await runOne(simulatedMarket({ ...ONE, burstEvents, blockRows: 100 }));
    expect(hashes(run)).toEqual(hashes(reference));
  });

  it("in bursts of any sizes (property)", async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 4096 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sizes, async (cycle) => {
        expect(hashes(await runOne(inBurstsOf(one, cycle)))).toEqual(hashes(reference));
      }),
      { numRuns: 10 },
    );
  });

  it("of several symbols in bursts of 1, 7 and 4096, and not of two of them swapped", async () => {
    const instruments = marketInstruments(THREE);
    const runs = await Promise.all(
      [1, 7, 4096].map((burstEvents) => replay({ instruments, source: simulatedMarket({ ...THREE, burstEvents }) })),
    );
    const [first, ...others] = runs.map(hashes);
    for (const other of others) expect(other).toEqual(first);
    const swapped = { ...THREE, symbols: ["ETHUSDT", "BTCUSDT", "XRPUSDT"] };
    const run = await replay({ instruments: marketInstruments(swapped), source: simulatedMarket(swapped) });
    expect(hashes(run)).not.toEqual(first);
  });

  it("out of a store", async () => {
    const root = join(folder, "history");
    const store = parquetStore({ root });
    const instruments = marketInstruments(THREE);
    const events = await collected(simulatedMarket(THREE));
    const direct = await replay({ instruments, source: inBursts(events, 4096) });
    for (const instrument of instruments) {
      const own = events.filter((event) => event.instrument === instrument.index);
      await store.write(instrument.symbol, "simulated", [instrumentRulesEvent(instrument, THREE.fromMs), ...own]);
    }
    await store.close();
    const reader = parquetStore({ root });
    const stored = await reader.instruments(THREE.symbols);
    expect(stored).toEqual(instruments);
    for (const burstEvents of [4096, 999]) {
      const source = reader.read({ instruments: stored, kinds: ["funding", "kline"], fromMs: 0, toMs: THREE.fromMs * 2, burstEvents });
      expect(hashes(await replay({ instruments: stored, source }))).toEqual(hashes(direct));
    }
    await reader.close();
  });
});

describe("with a feature row and a member in each layer, the same decisions", () => {
  let layered: Replayed;
  let trades = 0;
  const runLayers = (source: Source, more: Partial<ReplayOptions> = {}): Promise<Replayed> =>
    replay({ instruments: marketInstruments(ONE), source, ...ALL_LAYERS, ...more });
  beforeAll(async () => {
    const count = stepOperator("count", () => null, { [Kind.fill]: () => void (trades += 1) });
    layered = await runLayers(inBursts(one, 4096), { end: count });
  });

  it("of a run that trades, other ones than without", () => {
    expect(trades).toBeGreaterThan(10);
    expect(layered.dataSha256).toBe(reference.dataSha256);
    expect(layered.decisionsSha256).not.toBe(reference.decisionsSha256);
  });

  it.each([1, 7, 999])("in bursts of %i, blocks of 100 rows", async (burstEvents) => {
    expect(hashes(await runLayers(simulatedMarket({ ...ONE, burstEvents, blockRows: 100 })))).toEqual(hashes(layered));
  });

  it("with the shipped members, in bursts of 1 and 1000", async () => {
    const whole = await runLayers(inBursts(one, 4096), SHIPPED_LAYERS);
    for (const burstEvents of [1, 1000]) expect(hashes(await runLayers(inBursts(one, burstEvents), SHIPPED_LAYERS))).toEqual(hashes(whole));
    expect(whole.decisionsSha256).not.toBe(layered.decisionsSha256);
  });

  it("with the columns alone that the members read", async () => {
    const small = { ...ALL_LAYERS.layers, features: SMALL_SET };
    expect(hashes(await runLayers(inBursts(one, 4096), { layers: small }))).toEqual(hashes(layered));
  });

  it("after a restart from the journal", async () => {
    const path = join(folder, "layers.journal");
    const journal = FileJournal.create(path, JOURNAL_HEADER);
    await runLayers(inBursts(one.slice(0, 5000), 512), { drive: { journal } });
    await journal.close();
    const source = continued(await readJournal(path), simulatedMarket({ ...ONE, burstEvents: 777 }), 333, () => undefined);
    expect(hashes(await runLayers(source))).toEqual(hashes(layered));
  });

  it("of several symbols, out of a store too", async () => {
    const root = join(folder, "layers-history");
    const instruments = marketInstruments(THREE);
    const events = await collected(simulatedMarket(THREE));
    const direct = await runLayers(inBursts(events, 4096), { instruments });
    const store = parquetStore({ root });
    for (const instrument of instruments) {
      const own = events.filter((event) => event.instrument === instrument.index);
      await store.write(instrument.symbol, "simulated", [instrumentRulesEvent(instrument, THREE.fromMs), ...own]);
    }
    const stored = { instruments, kinds: ["funding", "kline"] as const, fromMs: 0, toMs: THREE.fromMs * 2 };
    expect(hashes(await runLayers(store.read({ ...stored, burstEvents: 999 }), { instruments }))).toEqual(hashes(direct));
    await store.close();
  });
});

describe("a run cut in two by a restart from its journal", () => {
  const whole = async (): Promise<Buffer> => {
    const path = join(folder, "whole.journal");
    const journal = FileJournal.create(path, JOURNAL_HEADER);
    await replay({ instruments: marketInstruments(ONE), source: inBursts(one, 500), drive: { journal } });
    await journal.close();
    return readFile(path);
  };

  it("decides the same and leaves the same journal, wherever it is cut, torn tail or not", async () => {
    const journal = await whole();
    let count = 0;
    const cuts = fc.record({
      at: fc.integer({ min: 1, max: one.length - 1 }),
      torn: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600 })),
    });
    await fc.assert(
      fc.asyncProperty(cuts, async ({ at, torn }) => {
        const path = join(folder, `cut-${(count += 1)}.journal`);
        const run = await restarted(path, {
          replay: { instruments: marketInstruments(ONE) },
          events: one,
          bursts: 1,
          burstEvents: at,
          tornBytes: at < 10 ? 0 : torn,
          source: () => simulatedMarket({ ...ONE, burstEvents: 777 }),
        });
        expect(hashes(run)).toEqual(hashes(reference));
        expect((await readFile(path)).equals(journal)).toBe(true);
      }),
      { numRuns: 8 },
    );
  });
});
