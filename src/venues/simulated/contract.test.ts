import { venueContract } from "../../../test/contract/venue.ts";
import type { VenueHarness } from "../../../test/contract/venue.ts";
import { TickDesk } from "../../../test/tickDesk.ts";
import { VenueDesk } from "../../../test/venueDesk.ts";
import type { Instrument } from "../../domain/instrument.ts";
import { DEFAULT_VENUE } from "./options.ts";
import type { SimulatedVenueOptions } from "./options.ts";

const harness = (options: Partial<SimulatedVenueOptions>) => async (): Promise<VenueHarness> => {
  const desk = new VenueDesk({ ...DEFAULT_VENUE, startUsdt: 100_000, ...options }, { minNotionalUsdt: 100 });
  return {
    instrument: desk.instruments[0] as Instrument,
    venue: desk.venue.venue,
    get said() {
      return desk.account;
    },
    get nowMs() {
      return desk.nowMs;
    },
    // Four bars: two for the slowest latency here, the others for what a thin bar leaves over.
    trade: async (priceTicks) => {
      for (let i = 0; i < 4; i += 1) desk.flat(priceTicks, { volume: 200 });
    },
    close: async () => {},
  };
};

/** One market by its trades and its book: 200 lots at each price within ten ticks, and both sides traded there. */
const tickHarness = (options: Partial<SimulatedVenueOptions>) => async (): Promise<VenueHarness> => {
  const desk = new TickDesk({ ...DEFAULT_VENUE, startUsdt: 100_000, ...options }, { minNotionalUsdt: 100 });
  const ladder = (from: number, step: 1 | -1): [number, number][] => Array.from({ length: 10 }, (_, i) => [from + step * i, 200]);
  return {
    instrument: desk.instrument,
    venue: desk.venue.venue,
    get said() {
      return desk.account;
    },
    get nowMs() {
      return desk.nowMs;
    },
    trade: async (priceTicks) => {
      for (let i = 0; i < 4; i += 1) {
        desk.snapshot(ladder(priceTicks - 1, -1), ladder(priceTicks + 1, 1), { at: desk.ms + 60_000 });
        desk.mark(priceTicks);
        desk.trade(priceTicks, 200, { sold: i % 2 === 0 });
      }
    },
    close: async () => {},
  };
};

venueContract("simulated, as shipped", harness({}));
venueContract("simulated, latency of more than a bar", harness({ latencyMs: 90_000 }));
venueContract("simulated, thin volume", harness({ maxVolumeShare: 0.05 }));
venueContract("simulated, no costs", harness({ slippageFraction: 0, latencyMs: 0, maxVolumeShare: null, margin: false, takerFeeRate: 0 }));

for (const fillOn of ["trades", "book"] as const) {
  venueContract(`simulated, on ${fillOn}`, tickHarness({ fillOn }));
  venueContract(`simulated, on ${fillOn}, a minute and a half late`, tickHarness({ fillOn, latencyMs: 90_000 }));
  venueContract(`simulated, on ${fillOn}, by mark price`, tickHarness({ fillOn, triggerBy: "mark", queue: "proportional" }));
}
