import type { SimulatedVenueOptions } from "../options.ts";
import type { FeeModel } from "./fees.ts";
import { RateFees } from "./fees.ts";
import type { FillModel } from "./fillModel.ts";
import { SlippageAndShare } from "./fillModel.ts";
import type { LatencyModel } from "./latency.ts";
import { latencyOf } from "./latency.ts";
import type { QueueModel } from "./queue.ts";
import { queueOf } from "./queue.ts";

/** What the desk assumes of time, queues, fees and fills. Each can be replaced without the others. */
export interface VenueModels {
  readonly latency: LatencyModel;
  readonly queue: QueueModel;
  readonly fees: FeeModel;
  readonly fill: FillModel;
}

/** The models that the options describe. */
export const modelsOf = (options: SimulatedVenueOptions): VenueModels => ({
  latency: latencyOf(options),
  queue: queueOf(options.queue),
  fees: new RateFees(options.makerFeeRate, options.takerFeeRate),
  fill: new SlippageAndShare(options.slippageFraction, options.maxVolumeShare),
});
