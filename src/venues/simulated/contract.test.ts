import { venueContract } from "../../../test/contract/venue.ts";
import type { VenueHarness } from "../../../test/contract/venue.ts";
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

venueContract("simulated, as shipped", harness({}));
venueContract("simulated, latency of more than a bar", harness({ latencyMs: 90_000 }));
venueContract("simulated, thin volume", harness({ maxVolumeShare: 0.05 }));
venueContract("simulated, no costs", harness({ slippageFraction: 0, latencyMs: 0, maxVolumeShare: null, margin: false, takerFeeRate: 0 }));
