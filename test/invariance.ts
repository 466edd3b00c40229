import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simulatedMarket } from "../streams/simulatedMarket.ts";
import { ALL_LAYERS } from "./allLayers.ts";
import { Chance } from "./chance.ts";
import { collected, inBursts, marketInstruments, replay, testMarket } from "./replay.ts";
import type { Replayed, ReplayOptions } from "./replay.ts";
import { inBurstsOf, restarted } from "./restarted.ts";
import { SHIPPED_LAYERS } from "./shippedLayers.ts";

const SYMBOLS = ["BTCUSDT", "ETHUSDT", "XRPUSDT"] as const;
const LAYERS = [{}, ALL_LAYERS, SHIPPED_LAYERS] as const;
const CYCLES = 2;
const RESTARTS = 2;

interface InvarianceResult {
  /** Runs compared with the first. */
  readonly cases: number;
  readonly problems: readonly string[];
}

/**
 * A random market of one to three symbols with holes and random layers: driven in bursts of random sizes, and cut by restarts at random
 * places with a torn journal, it decides the same to the bit. Deterministic in `seed`; `planted` replaces parts of the line.
 */
export const checkInvariance = async (seed: number, planted: Partial<ReplayOptions> = {}): Promise<InvarianceResult> => {
  const chance = new Chance(seed);
  const market = testMarket({
    seed: chance.int(0, 1e6),
    symbols: SYMBOLS.slice(0, chance.int(1, 3)),
    days: chance.int(2, 4),
    fromMs: Date.UTC(2023, 0, 1) + chance.int(0, 500_000) * 60_000,
    gapsPerDay: chance.pick([0, 0.1, 2]),
  });
  const options = { instruments: marketInstruments(market), ...chance.pick(LAYERS), ...planted };
  const events = await collected(simulatedMarket(market));
  const whole = await replay({ ...options, source: inBursts(events, 4096) });
  const problems: string[] = [];
  const compare = (what: string, { decisionsSha256, dataSha256 }: Replayed): void => {
    if (decisionsSha256 !== whole.decisionsSha256 || dataSha256 !== whole.dataSha256)
      problems.push(`${what}: decisions ${decisionsSha256.slice(0, 12)}, not ${whole.decisionsSha256.slice(0, 12)}`);
  };
  for (let i = 0; i < CYCLES; i += 1) {
    const sizes = Array.from({ length: chance.int(1, 8) }, () => chance.pick([chance.int(0, 4), chance.int(0, 500), chance.int(0, 9000)]));
    compare(`bursts of ${sizes.join(", ")}`, await replay({ ...options, source: inBurstsOf(events, sizes) }));
  }
  const folder = await mkdtemp(join(tmpdir(), "riposte-invariance-"));
  try {
    for (let i = 0; i < RESTARTS; i += 1) {
      const burstEvents = chance.int(1, 600);
      const bursts = chance.int(1, Math.ceil(events.length / burstEvents) - 1);
      const tornBytes = bursts * burstEvents < 10 ? 0 : chance.pick([0, chance.int(1, 600)]);
      const source = (): ReturnType<typeof simulatedMarket> => simulatedMarket({ ...market, burstEvents: chance.int(1, 3000) });
      const restart = { replay: options, events, bursts, burstEvents, tornBytes, source };
      compare(
        `a restart after ${bursts} bursts of ${burstEvents}, ${tornBytes} bytes torn`,
        await restarted(join(folder, `${i}`), restart),
      );
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return { cases: CYCLES + RESTARTS, problems };
};
