import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pipe } from "rxjs";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { NetworkManifest, NetworkMember } from "../models/runtime/networkMember.ts";
import { networkMember } from "../models/runtime/networkMember.ts";
import { stepOperator } from "../operators/stepOperator.ts";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import type { Command, Event, InferenceFailure } from "../src/domain/event.ts";
import { Kind } from "../src/domain/kind.ts";
import type { Journal } from "../src/domain/ports.ts";
import { MINUTE_MS, NO_INSTRUMENT } from "../src/domain/units.ts";
import { FileJournal, readJournal } from "../src/engine/journal.ts";
import { journalFailures } from "../src/engine/journalFailures.ts";
import { ALL_LAYERS, SMALL_SET } from "./allLayers.ts";
import { collected, inBursts, marketInstruments, replay, testMarket } from "./replay.ts";
import type { ReplayOptions } from "./replay.ts";
import { JOURNAL_HEADER } from "./restarted.ts";
import { NETWORK, withWeights } from "./windowNetwork.ts";

const MARKET = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 1, gapsPerDay: 2 });
const EVENTS = await collected(simulatedMarket(MARKET));
const library = fileURLToPath(new URL("../models/runtime/fixtures/unrulyLibrary.cjs", import.meta.url));

const folder = await mkdtemp(join(tmpdir(), "riposte-networks-"));
afterAll(() => rm(folder, { recursive: true }));
const members: NetworkMember[] = [];
afterEach(async () => {
  for (const member of members.splice(0)) await member.close();
});

const network = (
  model: Uint8Array = NETWORK.model,
  options: Parameters<typeof networkMember>[2] = {},
  more: Partial<NetworkManifest> = {},
): NetworkMember => {
  const member = networkMember({ ...NETWORK.manifest, ...more }, model, options);
  members.push(member);
  return member;
};

interface RunOptions {
  readonly layers?: Partial<ReplayOptions["layers"]>;
  readonly events?: readonly Event[];
  readonly journal?: Journal;
  /** Called before a burst, by its number. */
  readonly before?: (burst: number) => Promise<void>;
}

/** The line with networks at L2; the first serves. */
const run = async (others: readonly NetworkMember[], burstEvents: number, options: RunOptions = {}) => {
  const { layers = {}, events = EVENTS, journal, before = () => Promise.resolve() } = options;
  const said: { readonly minute: number; readonly instrument: number; readonly member: string; readonly fallback: string }[] = [];
  const failures: InferenceFailure[] = [];
  const fills: string[] = [];
  const end = stepOperator("count", () => null, {
    [Kind.pattern]: (_, { member, fallback, knownAtMs, instrument }) => {
      said.push({ minute: (knownAtMs - MARKET.fromMs) / MINUTE_MS, instrument, member, fallback });
    },
    [Kind.fill]: (_, { knownAtMs, priceTicks, qtyLots, side }) => void fills.push(`${knownAtMs} ${priceTicks} ${qtyLots} ${side}`),
    [Kind.inferenceFailure]: (_, failure) => void failures.push(failure),
  });
  async function* source(): AsyncGenerator<readonly Event[]> {
    let number = 0;
    for (const burst of inBursts(events, burstEvents)) {
      await before(number);
      number += 1;
      yield burst;
    }
  }
  const serving = others[0] === undefined ? {} : { pattern: others[0].name };
  const { decisionsSha256 } = await replay({
    ...ALL_LAYERS,
    instruments: marketInstruments(MARKET),
    layers: { ...ALL_LAYERS.layers, features: SMALL_SET, others: { pattern: others }, serving, ...layers },
    source: source(),
    end: journal === undefined ? end : pipe(end, journalFailures(journal)),
    ...(journal === undefined ? {} : { drive: { journal } }),
  });
  const byNetwork = said.filter(({ member }) => member.startsWith("mixer@")).length;
  return { decisionsSha256, said, byNetwork, failures, fills };
};

/** A run with a journal, and replays of it in other bursts with a network that is whole. */
const replayedFromJournal = async (name: string, others: readonly NetworkMember[], burstEvents: number, options: RunOptions = {}) => {
  const path = join(folder, `${name}.journal`);
  const journal = FileJournal.create(path, JOURNAL_HEADER);
  const spoilt = await run(others, burstEvents, { ...options, journal });
  await journal.close();
  for (const burst of [7, 4096]) {
    const reader = await readJournal(path);
    const events = await collected(reader.bursts(burst));
    const again = await run([network()], burst, { events, layers: { failures: await reader.failures() } });
    expect(again.decisionsSha256).toBe(spoilt.decisionsSha256);
    expect(again.failures).toEqual(spoilt.failures);
  }
  return spoilt;
};

/** Each failure's bar is the rule's. */
const expectRuleSpoke = ({ failures, said }: Awaited<ReturnType<typeof run>>, reason: string): void => {
  const spoken = new Map(said.map((each) => [`${each.instrument} ${each.minute}`, each]));
  for (const failure of failures) {
    const each = spoken.get(`${failure.instrument} ${(failure.knownAtMs - MARKET.fromMs) / MINUTE_MS}`);
    expect({ layer: failure.layer, reason: failure.reason, ...each }).toMatchObject({
      layer: "pattern",
      reason,
      member: "test",
      fallback: reason,
    });
  }
};

/** What is wrong with a network: options of its thread, or of its manifest. */
type Spoilt = NonNullable<Parameters<typeof networkMember>[2]> & Partial<NetworkManifest>;
const told = (always: string): Uint8Array => new TextEncoder().encode(JSON.stringify({ outputs: 4, always }));

describe("a network of onnxruntime at L2", () => {
  it("decides the same in bursts of 1, 7 and 4096", async () => {
    const whole = await run([network()], 4096);
    expect(whole.byNetwork).toBeGreaterThan(1500);
    expect(whole.failures).toEqual([]);
    expect(whole.fills.length).toBeGreaterThan(10);
    for (const burst of [1, 7]) {
      const other = await run([network()], burst);
      expect(other.decisionsSha256).toBe(whole.decisionsSha256);
      expect(other.byNetwork).toBe(whole.byNetwork);
    }
    expect((await run([], 7)).fills).not.toEqual(whole.fills);
  });

  it.each<[string, Uint8Array, Spoilt, string]>([
    ["weights that are no numbers", withWeights("head_bias", NaN), {}, "notFinite"],
    ["a file that is cut off", NETWORK.model.slice(0, 9000), {}, "crashed"],
    ["one column too many", NETWORK.model, { columns: [...NETWORK.manifest.columns, "return_3"] }, "crashed"],
    ["a thread that ends", told("exit"), { library }, "crashed"],
    ["a thread that does not come back", told("endless"), { library, waitMs: 20 }, "late"],
  ])(
    "that has %s trades nothing: the rule serves, and a replay of the journal has the same failures",
    async (name, model, options, reason) => {
      const spoilt = await replayedFromJournal(name, [network(model, options, options)], 512);
      expect(spoilt.failures.length).toBeGreaterThan(1500);
      expectRuleSpoke(spoilt, reason);
      expect(spoilt.fills).toEqual((await run([], 512)).fills);
    },
  );

  it("whose thread is killed loses that burst, and the next is another thread's", async () => {
    const member = network();
    const { part } = member as unknown as { part: { thread: { worker: { terminate: () => Promise<number> } } } };
    const before = async (burst: number): Promise<void> => {
      if (burst === 10) await part.thread.worker.terminate();
    };
    const spoilt = await replayedFromJournal("killed", [member], 256, { before });
    expect(spoilt.failures.length).toBeGreaterThan(100);
    expect(spoilt.failures.length).toBeLessThanOrEqual(256);
    expectRuleSpoke(spoilt, "crashed");
    expect(spoilt.byNetwork + spoilt.failures.length).toBe((await run([network()], 256)).byNetwork);
  });
});

describe("swaps of networks", () => {
  it("50 of them while the line runs: each bar is the named one's, and no burst matters", async () => {
    const swaps = Array.from({ length: 50 }, (_, i): Command => {
      const knownAtMs = MARKET.fromMs + (400 + 20 * i) * MINUTE_MS;
      return {
        ...{ kind: Kind.command, seq: -1, instrument: NO_INSTRUMENT, command: "swapModel", id: "", by: "test", reason: "" },
        ...{ eventTimeMs: knownAtMs, receivedTimeMs: knownAtMs, knownAtMs, argument: JSON.stringify({ pattern: `mixer@${2 - (i % 2)}` }) },
      };
    });
    const events = [...EVENTS];
    for (const swap of swaps)
      events.splice(
        events.findIndex(({ knownAtMs }) => knownAtMs > swap.knownAtMs),
        0,
        swap,
      );
    const both = (): NetworkMember[] => [network(), network(withWeights("head_bias", 0.05), {}, { version: "2" })];
    const whole = await run(both(), 4096, { events });
    const named = (minute: number): string => `mixer@${1 + (Math.ceil((minute - 400) / 20) % 2)}`;
    const own = whole.said.filter(({ minute, fallback }) => minute > 400 && minute <= 1400 && fallback === "");
    expect(own.length).toBeGreaterThan(1500);
    expect(own.filter(({ minute, member }) => member !== named(minute))).toEqual([]);
    for (const burst of [1, 7]) expect((await run(both(), burst, { events })).decisionsSha256).toBe(whole.decisionsSha256);
  });
});
