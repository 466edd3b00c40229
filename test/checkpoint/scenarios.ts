import emaCross from "../../examples/emaCross.ts";
import follow from "../../models/position/follow.ts";
import type { Command, Event } from "../../src/domain/event.ts";
import { Kind } from "../../src/domain/kind.ts";
import { NO_INSTRUMENT } from "../../src/domain/units.ts";
import { perceive } from "../../src/pipeline.ts";
import { DEFAULT_LIMITS, NO_LIMITS } from "../../src/risk/limits.ts";
import type { RiskLimits } from "../../src/risk/limits.ts";
import { simulatedMarket } from "../../streams/simulatedMarket.ts";
import oftenTrading from "../modules/oftenTrading.ts";
import { collected, marketInstruments, testMarket } from "../replay.ts";
import type { ReplayOptions } from "../replay.ts";
import { SHIPPED_LAYERS } from "../shippedLayers.ts";
import { FROM_TRADES, TICK_FILLS, TICK_INSTRUMENTS, tickMarket } from "./tickMarket.ts";

/** A run whose events and line every process makes anew, and the same. */
export interface Scenario {
  readonly options: Omit<ReplayOptions, "source">;
  readonly events: readonly Event[];
}

/** A person halts while something may be held, and resumes later. */
const withHalt = (events: readonly Event[], at: number): Event[] => {
  const commands = new Map([
    [Math.floor(events.length * at), "halt"],
    [Math.floor(events.length * (at + 0.02)), "resume"],
  ] as const);
  return events.flatMap((event, i) => {
    const command = commands.get(i);
    return command === undefined ? [event] : [commandAt(event, command), event];
  });
};

const commandAt = ({ knownAtMs }: Event, command: Command["command"]): Command => ({
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
  argument: "",
});

/** Limits that let a strategy trade all day. */
const ROOM: RiskLimits = {
  ...DEFAULT_LIMITS,
  day: { ...DEFAULT_LIMITS.day, maxEntries: null, maxConsecutiveLosses: null, maxVenueRefusals: null },
  data: { ...DEFAULT_LIMITS.data, healthyMs: 5000 },
  system: { ...DEFAULT_LIMITS.system, maxIntentsPerSecond: null, resume: "nextDay" },
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
