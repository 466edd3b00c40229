import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipe } from "rxjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patternModule } from "../models/pattern/patternModule.ts";
import { positionModule } from "../models/position/positionModule.ts";
import { regimeModule } from "../models/regime/regimeModule.ts";
import { signalModule } from "../models/signal/signalModule.ts";
import { keepBeliefs } from "../operators/beliefs/keepBeliefs.ts";
import type { WindowMember } from "../models/windowMember.ts";
import { featureFamily } from "../operators/features/feature.ts";
import { SaidTable } from "../operators/beliefs/saidTable.ts";
import { columnsNamed, featureSet } from "../operators/features/featureSet.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import type { Event } from "../src/domain/event.ts";
import type { Item } from "../src/domain/item.ts";
import { Kind } from "../src/domain/kind.ts";
import { MINUTE_MS } from "../src/domain/units.ts";
import { perceive, recall } from "../src/pipeline.ts";
import { DEFAULT_LIMITS } from "../src/risk/limits.ts";
import { FORMAT } from "../src/store/beliefs/beliefFile.ts";
import type { BeliefHeader } from "../src/store/beliefs/beliefFile.ts";
import { BeliefReader } from "../src/store/beliefs/beliefReader.ts";
import { BeliefWriter } from "../src/store/beliefs/beliefWriter.ts";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import { collected, inBursts, marketInstruments, replay, testMarket } from "./replay.ts";
import type { Replayed, ReplayOptions } from "./replay.ts";

/** Three symbols with holes, and four layers that all have something to say, so that every kind of belief is stored. */
const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"], days: 4, gapsPerDay: 2 });
const INSTRUMENTS = marketInstruments(MARKET);
const WARM_UP_MS = 2000 * MINUTE_MS;

const column = (name: string, warmUpBars: number): { name: string; warmUpBars: number; formula: string; unit: string; source: string } => ({
  name,
  warmUpBars,
  formula: "",
  unit: "1",
  source: "",
});
const set = featureSet({
  families: [
    featureFamily({
      name: "mine",
      columns: [column("shape", 1), column("drift", 30), column("count", 1)],
      init: () => ({ drift: 0, bars: 0 }),
      bar: (state, bar, out, at) => {
        const shape = (bar.close - bar.open) / bar.open;
        state.drift += (shape - state.drift) / 20;
        state.bars += 1;
        out[at] = shape;
        out[at + 1] = 1e4 * state.drift;
        out[at + 2] = -0 * state.bars;
      },
    }),
  ],
  events: [],
  timeframesMs: [],
});

const layers = {
  features: set,
  regime: regimeModule(() => ({
    name: "r",
    features: ["drift"],
    onGap: "reset",
    init: () => ({ bars: 0 }),
    decide: (state, _bar, out, { x, known }) => {
      state.bars += 1;
      const up = 0.5 + (0.5 * (x[0] as number)) / (1 + Math.abs(x[0] as number));
      out.fill(0);
      out[0] = up;
      out[4] = 1 - up;
      return known && state.bars > 50;
    },
  }))({}),
  pattern: patternModule(() => ({
    name: "p",
    features: ["shape", "drift"],
    embedding: ["a", "b", "c"],
    onGap: "keep",
    init: () => null,
    decide: (_state, _bar, out, { x, known, regime }) => {
      out.set([0.6, 0.3, x[0] as number, x[1] as number, regime.probabilities[0] as number]);
      return known && regime.ready;
    },
  }))({}),
};
const signal = signalModule(() => ({
  name: "s",
  warmUpBars: 10,
  onGap: "reset",
  features: ["drift"],
  layers: ["regime"],
  init: () => null,
  decide: (_state, _bar, out, { regime, x }) => {
    const long = (regime.probabilities[0] as number) > 0.6;
    out.pLong = long ? 0.8 : 0.1;
    out.pShort = long ? 0.1 : 0.8;
    out.pNeutral = 0.1;
    out.netLong = (x[0] as number) / 1e3;
    if (long) out.confidence = 0.55;
  },
}))({});
/** Reads everything that is stored: what is lost on the way changes its orders. */
const position = positionModule(() => ({
  name: "l4",
  features: ["count", "drift"],
  init: () => null,
  decide: (_state, view, propose) => {
    const { bar, instrument, signal: said, x, known, regime, pattern, position: held } = view;
    if (held.positionLots !== 0 || view.entryPending || !said.ready || !known || !regime.ready) return;
    const size = 1 + Math.round(10 * Math.abs((x[1] as number) * (regime.probabilities[0] as number)));
    const qtyLots = Math.ceil((5 * instrument.minNotionalUsdt) / (bar.close * instrument.lotSize)) + size;
    const extra = pattern.ready ? 1e-4 * Math.abs(pattern.embedding[2] as number) : 0;
    propose.enter({
      direction: said.pLong > 0.5 ? 1 : -1,
      qtyLots,
      bracket: { stopFraction: 0.004 + Math.min(0.0009, extra), targetFraction: said.confidence > 0.5 ? 0.006 : 0.007 },
      worstTicks: Math.ceil((bar.close / instrument.tickSize) * 1.002),
      leverage: 3,
    });
  },
}))({});

/** Says what the rule's condition says, and at some bars numbers that are none, wherever bursts end. */
const FAILING: WindowMember = {
  ...{ name: "failing@1", window: 2, features: ["drift"], beliefs: [], upstreams: { pattern: "p" } },
  infer: (input, rows, out, unready) => {
    for (let row = 0; row < rows; row += 1) {
      const x = input[2 * row + 1] as number;
      const place = Math.floor(1e3 * Math.abs(x)) % 50;
      out.set(place === 0 ? [NaN, 0, 0, 0, 0, 0] : x > 0 ? [0.8, 0.1, 0.1, 0, 0, 0.6] : [0.1, 0.8, 0.1, 0, 0, 0.6], 6 * row);
      if (place === 1) unready[row] = "cannot";
    }
    return "ok";
  },
};

const HEADER: BeliefHeader = {
  format: FORMAT,
  widths: { regime: 7, pattern: 5, features: 2 },
  columns: ["drift", "count"],
  perceiving: {},
  perceivingSha256: "",
  modules: {},
  code: "",
  version: "",
  instruments: [],
  fromMs: 0,
  toMs: 0,
};

let folder: string;
let events: Event[];
let direct: Replayed;
let fills = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "riposte-beliefs-"));
  events = await collected(simulatedMarket(MARKET));
  const end = stepOperator("count", () => null, { [Kind.fill]: () => void (fills += 1) });
  direct = await replay({ ...RUN, source: inBursts(events, 4096), end });
});
afterAll(() => rm(folder, { recursive: true }));

const RUN = {
  instruments: INSTRUMENTS,
  layers,
  signal,
  position,
  tradeFromMs: MARKET.fromMs + WARM_UP_MS,
} satisfies Partial<ReplayOptions>;
const hashes = ({ decisionsSha256, dataSha256, decisions }: Replayed): object => ({ decisionsSha256, dataSha256, decisions });

const write = async (path: string, burstEvents: number, more: Partial<ReplayOptions> = {}): Promise<Replayed> => {
  const writer = new BeliefWriter(path, HEADER);
  const table = new SaidTable();
  const options = { table, instruments: INSTRUMENTS, widths: HEADER.widths, columns: columnsNamed(set, HEADER.columns, "test") };
  const run = await replay({
    ...{ ...RUN, ...more },
    source: inBursts(events, burstEvents),
    perceive: (system) => pipe(perceive(system), keepBeliefs({ ...options, full: (block) => writer.add(block) })),
  });
  writer.finish(run.dataSha256, table.rows);
  return run;
};

const storedSet = { ...set, columns: HEADER.columns.map((name) => set.columns[columnsNamed(set, [name], "test")[0] as number]!) };

const read = async (
  path: string,
  burstEvents: number,
  from: readonly Event[] = events,
  more: Partial<ReplayOptions> = {},
): Promise<Replayed> => {
  const reader = await BeliefReader.open(path);
  async function* provided(): AsyncGenerator<readonly Event[]> {
    for (const burst of inBursts(from, burstEvents)) {
      await reader.provide(burst.length);
      yield burst;
    }
  }
  try {
    const run = await replay({
      ...{ ...RUN, ...more },
      layers: { ...(more.layers ?? layers), features: storedSet },
      source: provided(),
      perceive: (system) => recall(system, reader),
    });
    reader.finish(run.dataSha256);
    return run;
  } finally {
    await reader.close();
  }
};

describe("stored beliefs", () => {
  it("of a run in which every layer speaks and L4 trades", () => {
    expect(direct.decisions).toBeGreaterThan(8000);
    expect(fills).toBeGreaterThan(50);
  });

  it.each([1, 7, 4096])(
    "make the same decisions written and read in bursts of %i, warm-up, gaps and several symbols included",
    async (burst) => {
      const path = join(folder, `b${burst}`);
      expect(hashes(await write(path, burst))).toEqual(hashes(direct));
      expect(hashes(await read(path, burst))).toEqual(hashes(direct));
      expect(hashes(await read(path, burst === 7 ? 999 : 7))).toEqual(hashes(direct));
      expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
    },
  );

  it("tell who spoke, why the rule did, and each failed inference again, so that risk and L4 decide as they did", async () => {
    const limits = { ...DEFAULT_LIMITS, data: { healthyMs: 600_000, maxInferenceFailuresPerMinute: 0 } };
    const said = (into: string[]): NonNullable<ReplayOptions["end"]> =>
      stepOperator(
        "said",
        () => null,
        Object.fromEntries(
          [Kind.inferenceFailure, Kind.regime, Kind.pattern, Kind.signal].map((kind) => [
            kind,
            (_: unknown, { values: _values, row: _row, ...item }: Item & { values?: unknown; row?: unknown }) =>
              void into.push(JSON.stringify(Object.entries(item).sort())),
          ]),
        ),
        { emits: [] },
      );
    const [now, again]: [string[], string[]] = [[], []];
    const trained = { ...layers, others: { signal: [FAILING] }, serving: { signal: FAILING.name } };
    const more = { layers: trained, limits };
    const path = join(folder, "failures");
    const whole = await write(path, 4096, { ...more, end: said(now) });
    const without = await replay({ ...RUN, layers: trained, source: inBursts(events, 4096) });
    expect(now.filter((item) => item.includes('"barTimeMs"')).length).toBeGreaterThan(10);
    // The limit has something to say in it.
    expect(whole.decisionsSha256).not.toBe(without.decisionsSha256);
    expect(hashes(await read(path, 7, events, { ...more, end: said(again) }))).toEqual(hashes(whole));
    const differs = now.findIndex((item, at) => item !== again[at]);
    expect([differs, again[differs], again.length]).toEqual([-1, now[differs], now.length]);
  });

  it("are what L4 decides by: another column in its place changes the decisions", async () => {
    const path = join(folder, "swapped");
    await write(path, 4096);
    const reader = await BeliefReader.open(path);
    const swapped = { ...storedSet, columns: [...storedSet.columns].reverse() };
    async function* provided(): AsyncGenerator<readonly Event[]> {
      for (const burst of inBursts(events, 4096)) {
        await reader.provide(burst.length);
        yield burst;
      }
    }
    const run = await replay({
      ...RUN,
      layers: { ...layers, features: swapped },
      source: provided(),
      perceive: (system) => recall(system, reader),
    });
    await reader.close();
    expect(run.decisionsSha256).not.toBe(direct.decisionsSha256);
  });

  it("of other data end the run, at the bar or at the end", async () => {
    const path = join(folder, "other");
    await write(path, 4096);
    await expect(read(path, 100, events.slice(events.findIndex(({ kind }) => kind === Kind.kline) + 1))).rejects.toThrow(
      /beliefs .*other are of other data: at the bar that closed at .* their next row is of/,
    );
    await expect(read(path, 100, events.slice(0, -1))).rejects.toThrow(
      /were made from other data than this run read: delete the file to make it anew/,
    );
    const more = await collected(simulatedMarket({ ...MARKET, days: 5 }));
    await expect(read(path, 4096, more)).rejects.toThrow(/are of other data: .* they end before it/);
  });
});
