import emaCross from "../../examples/emaCross.ts";
import bracketed from "../../models/position/bracket.ts";
import follow from "../../models/position/follow.ts";
import type { PolicyMember } from "../../models/position/policyMember.ts";
import type { Command, Event } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { NO_INSTRUMENT } from "../../src/domain/units.ts";
import { perceive } from "../../src/pipeline.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "../../src/risk/limits.ts";
import type { RiskLimits } from "../../src/risk/limits.ts";
import { simulatedMarket } from "../../streams/simulatedMarket.ts";
import { ALL_LAYERS, SMALL_SET } from "../allLayers.ts";
import { FakeNetwork } from "../fakeNetwork.ts";
import oftenTrading from "../modules/oftenTrading.ts";
import { collected, marketInstruments, testMarket } from "../replay.ts";
import type { ReplayOptions } from "../replay.ts";
import { SHIPPED_LAYERS } from "../shippedLayers.ts";
import { FROM_TRADES, TICK_FILLS, TICK_INSTRUMENTS, tickMarket } from "./tickMarket.ts";

export const IDENTITY = { code: "test", configSha256: "c", models: {} };

/** A run whose events and line every process makes anew, and the same. */
export interface Scenario {
  readonly options: Omit<ReplayOptions, "source">;
  readonly events: readonly Event[];
}

type Said = readonly [at: number, command: Command["command"], argument?: string];

/** Commands of a person, each at a share of the events. */
const withCommands = (events: readonly Event[], ...said: readonly Said[]): Event[] => {
  const commands = new Map(said.map((each) => [Math.floor(events.length * each[0]), each]));
  return events.flatMap((event, i) => {
    const command = commands.get(i);
    return command === undefined ? [event] : [commandAt(event, command), event];
  });
};

/** A person halts while something may be held, and resumes later. */
const withHalt = (events: readonly Event[], at: number): Event[] => withCommands(events, [at, "halt"], [at + 0.02, "resume"]);

const commandAt = ({ knownAtMs }: Event, [, command, argument = ""]: Said): Command => ({
  kind: Kind.command,
  seq: -1,
  instrument: NO_INSTRUMENT,
  eventTimeMs: knownAtMs,
  receivedTimeMs: knownAtMs,
  knownAtMs,
  command,
  id: "1",
  by: "test",
  reason: "",
  argument,
});

/** Limits that let a strategy trade all day. */
const ROOM: RiskLimits = {
  ...DEFAULT_LIMITS,
  day: { ...DEFAULT_LIMITS.day, maxEntries: null, maxConsecutiveLosses: null, maxVenueRefusals: null },
  data: { ...DEFAULT_LIMITS.data, healthyMs: 5000 },
  system: { ...DEFAULT_LIMITS.system, maxIntentsPerSecond: null, resume: "nextDay" },
};

const STEP = bracketed({});
/** Enters where the signal points, and leaves where it points the other way. */
const POLICY: PolicyMember = {
  ...{ name: "points@1", enterProbability: 0.4, inputs: 2, outputs: 1 },
  observe: ({ signal }, into) => {
    into[0] = signal.pLong;
    into[1] = signal.pShort;
    return "";
  },
  infer: (input, _, out) => {
    out[0] = (input[0] as number) - (input[1] as number);
    return "ok";
  },
  act: ([lean], { position, bar, instrument }, propose) => {
    const direction = (lean as number) > 0 ? 1 : -1;
    const worstTicks = Math.ceil((bar.close / instrument.tickSize) * 1.002);
    const bracket = { stopFraction: 0.01, targetFraction: 0.02 };
    if (position.positionLots === 0) propose.enter({ direction, qtyLots: 50, bracket, worstTicks, leverage: 3 });
    else if (Math.sign(position.positionLots) !== direction) propose.exit("turned");
  },
};

export const SCENARIOS: Readonly<Record<string, () => Promise<Scenario>>> = {
  /** All shipped layers on two symbols with holes, and a halt. */
  default: async () => {
    const market = testMarket({ seed: 9, days: 4, symbols: ["BTCUSDT", "ETHUSDT"], gapsPerDay: 2 });
    const events = withHalt(await collected(simulatedMarket(market)), 0.7);
    return { events, options: { ...SHIPPED_LAYERS, instruments: marketInstruments(market) } };
  },
  emaCross: async () => {
    const market = testMarket({ seed: 8, days: 3, gapsPerDay: 4 });
    const venue = {
      slippageFraction: 0,
      latencyMs: 0,
      maxVolumeShare: null,
      funding: false,
      filters: "tickAndLot",
      margin: false,
    } as const;
    const members = { signal: emaCross({}), position: follow({ qty: 0.01 }), limits: NO_LIMITS };
    return { events: await collected(simulatedMarket(market)), options: { ...members, venue, instruments: marketInstruments(market) } };
  },
  /** A network over features and beliefs at L3, swapped for the rule and back. */
  network: async () => {
    const market = testMarket({ symbols: ["BTCUSDT", "ETHUSDT"], days: 3, gapsPerDay: 2 });
    const member = new FakeNetwork({ window: 96, features: ["rsi_14", "return_10"], beliefs: ["regime", "pattern"] });
    const rule = JSON.stringify({ signal: ALL_LAYERS.signal.name });
    const events = withCommands(
      await collected(simulatedMarket(market)),
      [0.45, "swapModel", rule],
      [0.6, "swapModel", JSON.stringify({ signal: member.name })],
    );
    const layers = { ...ALL_LAYERS.layers, features: SMALL_SET, others: { signal: [member] }, serving: { signal: member.name } };
    return { events, options: { ...ALL_LAYERS, layers, instruments: marketInstruments(market) } };
  },
  /** At L4 a step machine, a policy, and the step machine again. */
  policy: async () => {
    const market = testMarket({ days: 2 });
    const policy = JSON.stringify({ position: POLICY.name });
    const step = JSON.stringify({ position: STEP.name });
    const events = withCommands(await collected(simulatedMarket(market)), [0.2, "swapModel", policy], [0.8, "swapModel", step]);
    const layers = { ...ALL_LAYERS.layers, others: { position: [POLICY] } };
    return { events, options: { ...ALL_LAYERS, layers, position: STEP, limits: ROOM, instruments: marketInstruments(market) } };
  },
  /** Ladders of limit orders and brackets, on bars. */
  often: async () => {
    const market = testMarket({ seed: 5, days: 3, symbols: ["BTCUSDT", "ETHUSDT", "XRPUSDT"], gapsPerDay: 4 });
    const events = withHalt(await collected(simulatedMarket(market)), 0.5);
    return { events, options: { position: oftenTrading({ lots: 5 }), limits: ROOM, instruments: marketInstruments(market) } };
  },
  /** Book, trades and bars side by side; bars made from trades; across a midnight. */
  ticks: () => {
    const events = withHalt([...tickMarket(48, 3)], 0.8);
    return Promise.resolve({
      events,
      options: {
        position: oftenTrading({ lots: 1 }),
        limits: ROOM,
        venue: { fillOn: TICK_FILLS, latencyMs: 400 },
        instruments: TICK_INSTRUMENTS,
        perceive: (system) => perceive({ ...system, barsFromTrades: FROM_TRADES }),
      },
    });
  },
};
