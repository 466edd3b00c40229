import type { SimulatedVenueOptions } from "../options.ts";

export type RequestKind = "order" | "cancel";

/**
 * How long a request travels from us to the venue.
 *
 * The answer depends on the arguments alone. A model that draws from a generator would give an order another latency as soon as another
 * order is sent before it.
 */
export interface LatencyModel {
  /** Latency in ms, 0 or more. `clientOrderId` names the order that is sent or canceled; `decidedAtMs` is line time in ms. */
  latencyMs(clientOrderId: string, request: RequestKind, decidedAtMs: number): number;
}

/** Every request takes as long as every other. */
class ConstantLatency implements LatencyModel {
  private readonly constantMs: number;

  constructor(constantMs: number) {
    this.constantMs = constantMs;
  }

  latencyMs(): number {
    return this.constantMs;
  }
}

/**
 * Every request takes at least `leastMs`. What it takes beyond that is drawn from an exponential distribution with the mean `jitterMs`
 * and rounded to whole milliseconds. The draw is a hash of seed, request kind and client order id.
 */
export class DrawnLatency implements LatencyModel {
  private readonly leastMs: number;
  private readonly jitterMs: number;
  private readonly seed: number;

  constructor(leastMs: number, jitterMs: number, seed: number) {
    this.leastMs = leastMs;
    this.jitterMs = jitterMs;
    this.seed = seed;
  }

  latencyMs(clientOrderId: string, request: RequestKind): number {
    const uniform = (hash32(`${this.seed} ${request} ${clientOrderId}`) + 0.5) / 2 ** 32;
    return this.leastMs + Math.round(-Math.log(uniform) * this.jitterMs);
  }
}

export const latencyOf = ({ latencyMs, latencyJitterMs, latencySeed }: SimulatedVenueOptions): LatencyModel =>
  latencyJitterMs === 0 ? new ConstantLatency(latencyMs) : new DrawnLatency(latencyMs, latencyJitterMs, latencySeed);

/** FNV-1a (Fowler, Noll, Vo), mixed by the finalizer of MurmurHash3, because ids differ in their last characters only. */
const hash32 = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};
