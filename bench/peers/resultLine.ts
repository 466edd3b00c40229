import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

export { peakRssMb } from "../../src/engine/peakMemory.ts";

/** The workload's numbers, for loops that have no order or fee machinery of their own. */
export const QTY = 0.01;
export const FEE_RATE = 0.0004;
export const START_USDT = 10_000;

/** The six columns of a data file: float64, little-endian, back to back, `time` being the open time in ms. */
export interface Columns {
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** One entry: open time of the bar it filled in, +1 or −1, price. */
export type Entry = readonly [timeMs: number, side: number, price: number];

/** The one line of JSON that every peer prints; `bench/peers.ts` reads it. */
export interface ResultLine {
  readonly peer: string;
  readonly version: string;
  readonly bars: number;
  /** When an order fills: at the open of the bar after the decision, or at the close that decided. Absent: next open. */
  readonly fills?: "next open" | "same close";
  /** Seconds of indicators + strategy + simulation, data in memory: median of the repeats after the first, or the only one. */
  readonly replaySeconds: number;
  readonly firstReplaySeconds?: number;
  readonly repeats?: number;
  /** CPU seconds of all threads in the same span; on a shared machine steadier than wall. */
  readonly replayCpuSeconds?: number;
  readonly entries: number;
  /** First 16 hex digits of `tradeHash`. */
  readonly tradeHash: string;
  /** Marked at the last close, USDT. */
  readonly equity: number;
  readonly peakRssMb: number;
}

/** Reads a data file into columns that share one buffer. Throws if its length is no multiple of six float64. */
export const readColumns = (path: string): Columns => {
  const bytes = readFileSync(path);
  if (bytes.byteLength % 48 !== 0) throw new Error(`${path}: ${bytes.byteLength} bytes are not six columns of float64`);
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const bars = all.length / 6;
  const column = (k: number): Float64Array => all.subarray(k * bars, (k + 1) * bars);
  return { time: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) };
};

/** SHA-256 over "time,side,price with 2 decimals" and a line feed per entry; its first 16 hex digits. */
export const tradeHash = (entries: Iterable<Entry>): string => {
  const hash = createHash("sha256");
  for (const [timeMs, side, price] of entries) hash.update(`${timeMs},${side},${price.toFixed(2)}\n`);
  return hash.digest("hex").slice(0, 16);
};

/** Wall and CPU seconds of one call. */
interface Timing {
  readonly wall: number;
  readonly cpu: number;
}

/** Runs `run` `repeats` times: its last result and each call's seconds. */
export const timed = <T>(run: () => T, repeats: number): { result: T; times: Timing[] } => {
  const times: Timing[] = [];
  for (;;) {
    const startMs = performance.now();
    const startCpu = process.cpuUsage();
    const result = run();
    const cpu = process.cpuUsage(startCpu);
    times.push({ wall: (performance.now() - startMs) / 1000, cpu: (cpu.user + cpu.system) / 1e6 });
    if (times.length >= repeats) return { result, times };
  }
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const mid = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[mid] ?? NaN) : ((sorted[mid - 1] ?? NaN) + (sorted[mid] ?? NaN)) / 2;
};

/** The timing fields of a result line: the first run apart, the median of the others. */
export const timingFields = (
  times: readonly Timing[],
): Required<Pick<ResultLine, "replaySeconds" | "firstReplaySeconds" | "repeats" | "replayCpuSeconds">> => {
  const warm = times.length > 1 ? times.slice(1) : times;
  return {
    replaySeconds: median(warm.map((t) => t.wall)),
    firstReplaySeconds: times[0]?.wall ?? NaN,
    repeats: times.length,
    replayCpuSeconds: median(warm.map((t) => t.cpu)),
  };
};
