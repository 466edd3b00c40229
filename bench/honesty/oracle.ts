import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { DEFAULT_MARKET, symbolEvents } from "../../streams/simulatedMarket.ts";
import type { SimulatedMarketOptions } from "../../streams/simulatedMarket.ts";
import { PlantedEdge } from "../../streams/simulatedMarket/plantedEdge.ts";
import { Kind } from "../../src/domain/kind.ts";
import type { WalkFold } from "../../src/walkForward/walkFile.ts";

/** What knowing the planted feature exactly is worth, on the rows on which a walk-forward was judged. */
interface OracleWorth {
  /** Pearson correlation of x with realised long − short. */
  readonly ic: number;
  /** Sum of net returns of its label trades at `cost`, as fractions, and how many there were. */
  readonly net: number;
  readonly trades: number;
}

/** Arrays over the rows of a dataset in order of time. */
interface Rows {
  readonly timeMs: Float64Array;
  readonly x: Float64Array;
  /** By side, gross return of the label and when it ended. */
  readonly returns: readonly [Float64Array, Float64Array];
  readonly endMs: readonly [Float64Array, Float64Array];
}

/** `x` by close time of a bar: what `PlantedEdge` says after it. */
const plantedByClose = (options: SimulatedMarketOptions): Map<number, number> => {
  const edge = new PlantedEdge();
  const found = new Map<number, number>();
  for (const burst of symbolEvents(options, 0))
    for (const event of burst)
      if (event.kind === Kind.kline) {
        edge.step(event.volume, event.takerBuyVolume);
        found.set(event.knownAtMs, edge.feature);
      }
  return found;
};

/** A row of every symbol's Arrow files of a dataset. */
const readRows = (dir: string, x: ReadonlyMap<number, number>): Rows => {
  const { files } = JSON.parse(readFileSync(join(dir, "dataset.json"), "utf8")) as { files: readonly { file: string }[] };
  const names = ["timeMs", "longReturn", "shortReturn", "longEndMs", "shortEndMs"] as const;
  const columns = new Map<string, number[]>(names.map((name) => [name, []]));
  for (const { file } of files) {
    const table = tableFromIPC(readFileSync(join(dir, file)));
    for (const name of names) for (const value of table.getChild(name) ?? []) columns.get(name)?.push(Number(value));
  }
  const [timeMs, longReturn, shortReturn, longEndMs, shortEndMs] = names.map((name) => Float64Array.from(columns.get(name) ?? [])) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    timeMs,
    x: timeMs.map((time) => x.get(time) ?? 0),
    returns: [longReturn, shortReturn],
    endMs: [longEndMs, shortEndMs],
  };
};

/**
 * The oracle's worth on the judged rows of `folds`. Its prediction of a side is linear in x, fitted on each fold's training rows whose
 * labels were known before the judged span; it trades as the members' label trades do.
 */
export const oracleWorth = (
  datasetDir: string,
  market: Partial<SimulatedMarketOptions>,
  folds: readonly WalkFold[],
  cost: number,
): OracleWorth => {
  const rows = readRows(datasetDir, plantedByClose({ ...DEFAULT_MARKET, ...market }));
  const judged: number[] = [];
  let [net, trades] = [0, 0];
  for (const { trainFromMs, testFromMs, testToMs } of folds) {
    const learnt = placesOf(
      rows,
      (at) => timeAt(rows, at) >= trainFromMs && Math.max(rows.endMs[0][at] as number, rows.endMs[1][at] as number) < testFromMs,
    );
    const sides = [0, 1].map((side) => fitted(learnt, rows.x, rows.returns[side as 0 | 1]));
    let freeMs = 0;
    for (const at of placesOf(rows, (row) => timeAt(rows, row) >= testFromMs && timeAt(rows, row) < testToMs)) {
      judged.push(at);
      const said = sides.map(({ intercept, slope }) => intercept + slope * (rows.x[at] as number)) as [number, number];
      const side = said[0] >= said[1] ? 0 : 1;
      if (timeAt(rows, at) < freeMs || said[side] <= cost) continue;
      freeMs = rows.endMs[side][at] as number;
      net += (rows.returns[side][at] as number) - cost;
      trades += 1;
    }
  }
  const d = rows.returns[0].map((long, at) => long - (rows.returns[1][at] as number));
  return { ic: correlation(judged, rows.x, d), net, trades };
};

const timeAt = (rows: Rows, at: number): number => rows.timeMs[at] as number;

const placesOf = (rows: Rows, holds: (at: number) => boolean): number[] => {
  const places: number[] = [];
  for (let at = 0; at < rows.timeMs.length; at += 1) if (holds(at)) places.push(at);
  return places;
};

const momentsOf = (places: readonly number[], a: Float64Array, b: Float64Array) => {
  let [meanA, meanB] = [0, 0];
  for (const at of places) [meanA, meanB] = [meanA + (a[at] as number) / places.length, meanB + (b[at] as number) / places.length];
  let [aa, ab, bb] = [0, 0, 0];
  for (const at of places) {
    const [da, db] = [(a[at] as number) - meanA, (b[at] as number) - meanB];
    [aa, ab, bb] = [aa + da * da, ab + da * db, bb + db * db];
  }
  return { meanA, meanB, aa, ab, bb };
};

const fitted = (places: readonly number[], x: Float64Array, y: Float64Array): { readonly intercept: number; readonly slope: number } => {
  const { meanA, meanB, aa, ab } = momentsOf(places, x, y);
  return { intercept: meanB - (ab / aa) * meanA, slope: ab / aa };
};

const correlation = (places: readonly number[], a: Float64Array, b: Float64Array): number => {
  const { aa, ab, bb } = momentsOf(places, a, b);
  return ab / Math.sqrt(aa * bb);
};
