/**
 * The lower bound: the reference workload as one loop over typed arrays, with nothing of a trading system in it.
 *
 *     node --import tsx bench/peers/bareLoop.ts DATA.f64 [repeats]
 */
import { FEE_RATE, QTY, START_USDT, peakRssMb, readColumns, timed, timingFields, tradeHash } from "./resultLine.ts";
import type { Columns, Entry, ResultLine } from "./resultLine.ts";

const FAST_ALPHA = 2 / 21;
const SLOW_ALPHA = 2 / 51;

interface Outcome {
  readonly entries: number;
  readonly equity: number;
}

/** Writes the bar and the side of each entry into `entryBar` and `entrySide`, both as long as the data. */
const replay = ({ open, close }: Columns, entryBar: Int32Array, entrySide: Int8Array): Outcome => {
  const bars = close.length;
  let fast = close[0]!;
  let slow = fast;
  let side = 0;
  let cash = START_USDT;
  let entries = 0;
  for (let bar = 1; bar < bars; bar++) {
    const wish = fast > slow ? 1 : fast < slow ? -1 : side;
    if (wish !== side) {
      const notional = Math.abs(wish - side) * QTY * open[bar]!;
      cash -= wish * notional + notional * FEE_RATE;
      side = wish;
      entryBar[entries] = bar;
      entrySide[entries++] = wish;
    }
    const x = close[bar]!;
    fast += FAST_ALPHA * (x - fast);
    slow += SLOW_ALPHA * (x - slow);
  }
  return { entries, equity: cash + side * QTY * close[bars - 1]! };
};

const columns = readColumns(process.argv[2]!);
const bars = columns.time.length;
const entryBar = new Int32Array(bars);
const entrySide = new Int8Array(bars);
const { result, times } = timed(() => replay(columns, entryBar, entrySide), Number(process.argv[3] ?? 21));
const entries = Array.from(entryBar.subarray(0, result.entries), (bar, k): Entry => [
  columns.time[bar]!,
  entrySide[k]!,
  columns.open[bar]!,
]);
const line: ResultLine = {
  peer: "bare loop",
  version: `node ${process.version.slice(1)}`,
  bars,
  fills: "next open",
  ...timingFields(times),
  entries: result.entries,
  tradeHash: tradeHash(entries),
  equity: Number(result.equity.toFixed(4)),
  peakRssMb: peakRssMb(),
};
console.log(JSON.stringify(line));
