import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipe } from "rxjs";
import { afterAll, describe, expect, it } from "vitest";
import bracket from "../models/position/bracket.ts";
import type { PolicyMember } from "../models/position/policyMember.ts";
import follow from "../models/position/follow.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import type { Command, Event, InferenceFailure } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Journal } from "../src/domain/ports.ts";
import { MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import { FileJournal, readJournal } from "../src/engine/journal.ts";
import { journalFailures } from "../src/engine/journalFailures.ts";
import { ALL_LAYERS, SMALL_SET } from "./allLayers.ts";
import { FakeNetwork } from "./fakeNetwork.ts";
import type { FakeNetworkOptions } from "./fakeNetwork.ts";
import { findLookahead } from "./lookahead.ts";
import { collected, inBursts, marketInstruments, replay, testMarket } from "./replay.ts";
import type { ReplayOptions } from "./replay.ts";
import { JOURNAL_HEADER } from "./restarted.ts";

const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 3, gapsPerDay: 2 });
const EVENTS = await collected(simulatedMarket(MARKET));

const folder = await mkdtemp(join(tmpdir(), "riposte-members-"));
afterAll(() => rm(folder, { recursive: true }));

const network = (more: Partial<FakeNetworkOptions> = {}): FakeNetwork =>
  new FakeNetwork({ window: 96, features: ["rsi_14", "return_10"], beliefs: ["regime", "pattern"], ...more });
/** The line with a network over 96 bars of features and beliefs at L3. */
const withNetwork = (member: FakeNetwork, more: Partial<ReplayOptions["layers"]> = {}): Omit<ReplayOptions, "source"> => ({
  ...ALL_LAYERS,
  instruments: marketInstruments(MARKET),
  layers: { ...ALL_LAYERS.layers, features: SMALL_SET, others: { signal: [member] }, serving: { signal: member.name }, ...more },
});

interface RunOptions {
  readonly layers?: Partial<ReplayOptions["layers"]>;
  readonly events?: readonly Event[];
  readonly journal?: Journal;
}

const run = async (member: FakeNetwork, burstEvents: number, { layers = {}, events = EVENTS, journal }: RunOptions = {}) => {
  const spoke: Record<string, number> = {};
  const failures: InferenceFailure[] = [];
  const said: { minute: number; member: string; fallback: string }[] = [];
  let fills = 0;
  const end = stepOperator("count", () => null, {
    [Kind.signal]: (_, { member: name, ready, fallback, knownAtMs }) => {
      said.push({ minute: (knownAtMs - MARKET.fromMs) / MINUTE_MS, member: name, fallback });
      if (ready) spoke[name] = (spoke[name] ?? 0) + 1;
    },
    [Kind.fill]: () => void (fills += 1),
    [Kind.inferenceFailure]: (_, failure) => void failures.push(failure),
  });
  const { decisionsSha256 } = await replay({
    ...withNetwork(member, layers),
    source: inBursts(events, burstEvents),
    end: journal === undefined ? end : pipe(end, journalFailures(journal)),
    ...(journal === undefined ? {} : { drive: { journal } }),
  });
  return { decisionsSha256, spoke, said, fills, failures, calls: member.calls };
};

describe("a line with a network of window 96", () => {
  it("decides the same in bursts of 1, 7 and 4096", async () => {
    const whole = await run(network(), 4096);
    expect(whole.spoke["fake@1"]).toBeGreaterThan(6000);
    expect(whole.fills).toBeGreaterThan(10);
    expect(whole.calls.length).toBeLessThanOrEqual(5);
    for (const burstEvents of [1, 7]) {
      const { decisionsSha256, calls, spoke } = await run(network(), burstEvents);
      expect(decisionsSha256).toBe(whole.decisionsSha256);
      expect(spoke).toEqual(whole.spoke);
      expect(calls.every(({ rows }) => rows <= burstEvents)).toBe(true);
    }
  });

  it("decides otherwise when inferences fail, and a replay of that journal decides the same in other bursts", async () => {
    const fails: FakeNetworkOptions["fails"] = ({ number }) => (number % 50 === 3 ? "late" : null);
    const whole = await run(network(), 7);
    const path = join(folder, "spoilt.journal");
    const journal = FileJournal.create(path, JOURNAL_HEADER);
    const spoilt = await run(network({ fails }), 7, { journal });
    await journal.close();
    expect(spoilt.failures.length).toBeGreaterThan(20);
    expect(spoilt.decisionsSha256).not.toBe(whole.decisionsSha256);
    for (const burstEvents of [1, 4096]) {
      const reader = await readJournal(path);
      const events = await collected(reader.bursts(burstEvents));
      expect(events).toHaveLength(EVENTS.length);
      const again = await run(network(), burstEvents, { events, layers: { failures: await reader.failures() } });
      expect(again.decisionsSha256).toBe(spoilt.decisionsSha256);
      expect(again.failures).toEqual(spoilt.failures);
    }
  });

  it("does not look ahead, though it holds the burst", async () => {
    const { leaks, idleCuts } = await findLookahead({
      fromMs: MARKET.fromMs,
      source: (cut) => simulatedMarket({ ...MARKET, splice: cut }),
      cuts: [
        { atBar: 700, seed: 1 },
        { atBar: 2222, seed: 2 },
        { atBar: 3600, seed: 3 },
      ],
      replay: withNetwork(network()),
    });
    expect({ leaks, idleCuts }).toEqual({ leaks: [], idleCuts: 0 });
  });
});

/** A policy whose answer is which side to hold, by L3's lean; every `failsEvery`-th question is not answered in time. */
const policy = (failsEvery: number): PolicyMember => {
  let questions = 0;
  return {
    ...{ name: "policy@1", enterProbability: 0.55, inputs: 2, outputs: 1 },
    observe: ({ signal: { pLong }, position: { positionLots } }, into) => {
      into.set([pLong, Math.sign(positionLots)]);
      return "";
    },
    infer: (input, _, out) => {
      questions += 1;
      out[0] = Math.sign((input[0] as number) - 0.5 + 0.1 * (input[1] as number));
      return questions % failsEvery === 0 ? "late" : "ok";
    },
    act: (out, view, propose) => {
      const { position, bar, instrument } = view;
      const held = Math.sign(position.positionLots);
      if (held !== 0 && held !== out[0] && !view.exitPending) propose.exit("turned");
      if (held !== 0 || view.entryPending || view.exitPending) return;
      const direction = (out[0] as number) > 0 ? 1 : -1;
      const worstTicks = Math.ceil((bar.close * 1.002) / instrument.tickSize);
      const qtyLots = Math.floor(view.maxQtyLots(direction, worstTicks, 5) / 2);
      if (qtyLots > 0)
        propose.enter({ direction, qtyLots, bracket: { stopFraction: 0.005, targetFraction: 0.015 }, worstTicks, leverage: 5 });
    },
  };
};

describe("a line with a policy at L4", () => {
  const layers = (failsEvery: number): Partial<ReplayOptions["layers"]> => ({
    others: { position: [policy(failsEvery)] },
    serving: { position: "policy@1" },
  });

  it("proposes nothing where the policy has no answer, and a replay of that journal decides the same in other bursts", async () => {
    const whole = await run(network(), 4096, { layers: layers(Infinity) });
    expect(whole.fills).toBeGreaterThan(10);
    expect((await run(network(), 1, { layers: layers(Infinity) })).decisionsSha256).toBe(whole.decisionsSha256);
    const path = join(folder, "policy.journal");
    const journal = FileJournal.create(path, JOURNAL_HEADER);
    const spoilt = await run(network(), 7, { layers: layers(3), journal });
    await journal.close();
    expect(spoilt.failures.length).toBeGreaterThan(10);
    expect(new Set(spoilt.failures.map(({ layer, reason }) => `${layer} ${reason}`))).toEqual(new Set(["position late"]));
    expect(spoilt.fills).toBeGreaterThan(10);
    expect(spoilt.decisionsSha256).not.toBe(whole.decisionsSha256);
    for (const burstEvents of [1, 4096]) {
      const reader = await readJournal(path);
      const events = await collected(reader.bursts(burstEvents));
      const again = await run(network(), burstEvents, { events, layers: { ...layers(Infinity), failures: await reader.failures() } });
      expect(again.decisionsSha256).toBe(spoilt.decisionsSha256);
      expect(again.failures).toEqual(spoilt.failures);
    }
  });
});

describe("swaps while the line runs", () => {
  const swapAt = (minute: number, argument: object): Command => ({
    ...{ kind: Kind.command, seq: -1, instrument: NO_INSTRUMENT, command: "swapModel", id: "", by: "test", reason: "" },
    ...{ argument: JSON.stringify(argument) },
    ...(() => {
      const knownAtMs = MARKET.fromMs + minute * MINUTE_MS;
      return { eventTimeMs: knownAtMs, receivedTimeMs: knownAtMs, knownAtMs };
    })(),
  });
  const withSwaps = (...swaps: readonly Command[]): Event[] => {
    const events = [...EVENTS];
    for (const swap of swaps)
      events.splice(
        events.findIndex(({ knownAtMs }) => knownAtMs > swap.knownAtMs),
        0,
        swap,
      );
    return events;
  };
  const others = (): Partial<ReplayOptions["layers"]> => ({
    others: { signal: [network(), network({ name: "fake@2", seed: 2 })], position: [follow({})] },
    serving: { position: bracket({}).name },
  });
  const swaps = [
    swapAt(1500, { signal: "fake@1" }),
    swapAt(2500, { signal: "fake@2", position: follow({}).name }),
    swapAt(2600, { signal: "nobody" }),
    swapAt(3500, { signal: ALL_LAYERS.signal.name, position: bracket({}).name }),
  ];

  it("each bar is the member's that the line names, and no burst matters", async () => {
    const events = withSwaps(...swaps);
    const whole = await run(network(), 4096, { layers: others(), events });
    // A swap at minute m stands before the bar that closes behind it.
    const named = (minute: number): string => (minute <= 1500 ? "test" : minute <= 2500 ? "fake@1" : minute <= 3500 ? "fake@2" : "test");
    const own = whole.said.filter(({ fallback }) => fallback === "");
    expect(own.filter(({ minute, member }) => member !== named(minute))).toEqual([]);
    expect(
      Object.fromEntries(["test", "fake@1", "fake@2"].map((name) => [name, own.filter(({ member }) => member === name).length > 1500])),
    ).toEqual({
      ...{ test: true, "fake@1": true, "fake@2": true },
    });
    expect(whole.said.filter(({ member, fallback }) => fallback !== "" && member !== "test")).toEqual([]);
    for (const burstEvents of [1, 7])
      expect((await run(network(), burstEvents, { layers: others(), events })).decisionsSha256).toBe(whole.decisionsSha256);
    expect((await run(network(), 7, { layers: others(), events: withSwaps() })).decisionsSha256).not.toBe(whole.decisionsSha256);
  });
});
